import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Analyzer, Want } from '../../model/analyzer.ts';
import { mergeUnknowns } from '../../model/unknown.ts';
import { resolveInside, type WalkedRoot, type Wanting, walkRoot } from './walk-root.ts';

function analyzer(id: string, wants: Want[], before: () => void = () => undefined): Analyzer {
  return {
    id,
    version: 1,
    wants,
    analyze(file) {
      before();
      const text = file.bytes.length > 0 ? file.bytes : file.range(0, 8);
      return { facts: [{ kind: 'counted', what: Buffer.from(text).toString() }], skipped: [] };
    },
  };
}

/** A table that tries every want: slow, and independent of the compiled one. */
function tableOf(...analyzers: Analyzer[]): Wanting {
  const meets = (want: Want, path: string, mode: number): boolean =>
    want.path === path ||
    (want.name !== undefined && path.split('/').at(-1) === want.name) ||
    (want.suffix !== undefined && path.endsWith(want.suffix)) ||
    (want.under !== undefined && `${dirname(path)}/` === want.under) ||
    (want.executable === true && (mode & 0o111) !== 0);
  return {
    analyzers,
    lookup: (path, _size, mode) => ({
      reads: analyzers.flatMap((one) =>
        one.wants
          .filter((want) => meets(want, path, mode))
          .map((want) => ({
            analyzer: one,
            mode: want.read,
            headBytes: want.headBytes ?? 0,
            maxBytes: want.maxBytes ?? 1e6,
            magic: want.magic ?? [],
            exact: want.path !== undefined,
          })),
      ),
    }),
  };
}

const table = tableOf(
  analyzer('os', [
    { path: 'etc/os-release', read: 'full' },
    { path: 'usr/lib/os-release', read: 'full' },
  ]),
  analyzer('db', [
    { path: 'var/lib/db/status', read: 'full', maxBytes: 1000 },
    { under: 'var/lib/db/status.d/', read: 'full' },
  ]),
  analyzer('npm', [{ name: 'package.json', read: 'full', maxBytes: 1000 }]),
  analyzer('jar', [{ suffix: '.jar', read: 'spill', magic: [0x50, 0x4b] }]),
  analyzer('exe', [{ executable: true, read: 'head', headBytes: 4, magic: [0x7f] }]),
);

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-root-')));
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwX', root]);
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { mode });
}
function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}
const seen = (walked: WalkedRoot): string[] =>
  walked.files.map(
    (file) => `${file.analyzer} ${file.path} ${file.facts.map((fact) => (fact.kind === 'counted' ? fact.what : '')).join()}`,
  );
const walk = (options: Parameters<typeof walkRoot>[2] = {}, wants = table) => walkRoot(root, wants, { mountInfo: '', ...options });

describe('walkRoot', () => {
  it('reads what is wanted, as much as is wanted', async () => {
    put('etc/os-release', 'ID=a');
    put('var/lib/db/status', 'status');
    put('var/lib/db/status.d/one', 'one');
    put('var/lib/db/status.d/deeper/two', 'two');
    put('srv/app/node_modules/x/package.json', '{}');
    put('opt/a.jar', 'PKjar of something');
    put('opt/b.jar', 'not a jar');
    put('bin/tool', '\x7fELFand more', 0o755);
    put('bin/script', '#!/bin/sh', 0o755);
    put('bin/data', '\x7fELF');
    const walked = await walk();
    expect(seen(walked)).toEqual([
      'exe bin/tool \x7fELF',
      'os etc/os-release ID=a',
      'jar opt/a.jar PKjar of',
      'npm srv/app/node_modules/x/package.json {}',
      'db var/lib/db/status status',
      'db var/lib/db/status.d/one one',
    ]);
    expect(walked.causes).toEqual([]);
    expect(walked.files[0]).not.toHaveProperty('layer');
  });

  it.each<[string, () => void, string[]]>([
    ['a relative link', () => link('etc/os-release', '../usr/lib/os-release'), ['os usr/lib/os-release ID=x']],
    ['an absolute link begins at the root', () => link('etc/os-release', '/usr/lib/os-release'), ['os usr/lib/os-release ID=x']],
    [
      'a link to what nobody wants',
      () => link('etc/os-release', '/opt/release'),
      ['os etc/os-release ID=opt', 'os usr/lib/os-release ID=x'],
    ],
    ['a folder that is a link', () => link('var/lib', '/opt/lib'), ['db var/lib/db/status moved', 'os usr/lib/os-release ID=x']],
    ['a link that climbs out', () => link('etc/os-release', '../../../../../../etc/os-release'), ['os usr/lib/os-release ID=x']],
    ['a circle', () => link('etc/os-release', 'os-release'), ['os usr/lib/os-release ID=x']],
    ['a link to nothing', () => link('etc/os-release', '/nowhere'), ['os usr/lib/os-release ID=x']],
    ['a link to a folder', () => link('etc/os-release', '/opt'), ['os usr/lib/os-release ID=x']],
    ['links that are not wanted by their whole name', () => link('srv/package.json', '/opt/release'), ['os usr/lib/os-release ID=x']],
    ['a folder that links to its parent', () => link('usr/lib/loop', '..'), ['os usr/lib/os-release ID=x']],
  ])('%s', async (_name, make, expected) => {
    put('usr/lib/os-release', 'ID=x');
    put('opt/release', 'ID=opt');
    put('opt/lib/db/status', 'moved');
    make();
    expect(seen(await walk()).sort()).toEqual([...expected].sort());
  });

  it('leaves out folders and files that are named', async () => {
    for (const path of ['a/package.json', 'b/c/package.json', 'd/package.json', '.e/package.json']) put(path, path);
    const walked = await walk({ skipDirs: ['/a', '**/c/'], skipFiles: ['.e/*'] });
    expect(walked.files.map((file) => file.path)).toEqual(['d/package.json']);
  });

  it('crosses local disks and names what it does not cross, one row a type', async () => {
    const line = (path: string, type: string) => `1 1 0:1 / ${join(root, path)} rw - ${type} src rw`;
    for (const path of ['disk', 'nfs1', 'nfs2', 'proc', 'box', 'fuse']) put(`${path}/package.json`, path);
    link('etc/os-release', '/nfs1/package.json');
    const mountInfo = [
      line('disk', 'xfs'),
      line('nfs1', 'nfs4'),
      line('nfs2', 'nfs4'),
      line('proc', 'proc'),
      line('box', 'overlay'),
      line('fuse', 'fuse.x'),
    ].join('\n');
    const walked = await walk({ mountInfo });
    expect(walked.files.map((file) => file.path)).toEqual(['disk/package.json']);
    const rows = mergeUnknowns(walked.causes);
    expect(rows.map((row) => [row.code, row.count, row.blocking])).toEqual([
      ['mount-skipped', 1, false],
      ['mount-skipped', 2, false],
      ['mount-skipped', 1, false],
      ['mount-skipped', 1, false],
    ]);
  });

  it('reads a root that is itself an overlay', async () => {
    put('etc/os-release', 'ID=a');
    expect(seen(await walk({ mountInfo: `1 0 0:9 / ${root} rw - overlay overlay rw` }))).toEqual(['os etc/os-release ID=a']);
  });

  it('says of a file beyond its budget that it is too large, and blocks: a package could stand there unseen', async () => {
    put('var/lib/db/status', 'x'.repeat(1001));
    put('app/package.json', 'x'.repeat(1001));
    expect((await walk()).causes.map((cause) => [cause.code, cause.example, cause.blocking]).sort()).toEqual([
      ['file-too-large', 'app/package.json', true],
      ['file-too-large', 'var/lib/db/status', true],
    ]);
  });

  it('never opens what is no regular file', async () => {
    mkdirSync(join(root, 'a'));
    execFileSync('mkfifo', [join(root, 'a/package.json')]);
    mkdirSync(join(root, 'etc'));
    symlinkSync('/a/package.json', join(root, 'etc/os-release'));
    expect((await walk()).files).toEqual([]);
  });

  it('lives with files that shrink, grow or vanish while they are read', async () => {
    for (const name of ['a', 'b', 'c', 'd']) put(`lib/${name}.dat`, name.repeat(5));
    let first = true;
    const meddler = tableOf(
      analyzer('dat', [{ suffix: '.dat', read: 'full' }], () => {
        if (!first) return;
        first = false;
        unlinkSync(join(root, 'lib/b.dat'));
        truncateSync(join(root, 'lib/c.dat'), 3);
        unlinkSync(join(root, 'lib/d.dat'));
        symlinkSync('/etc/hostname', join(root, 'lib/d.dat'));
      }),
    );
    const walked = await walk({}, meddler);
    expect(walked.causes).toEqual([]);
    expect(seen(walked)).toEqual(['dat lib/a.dat aaaaa', 'dat lib/c.dat ccc']);
  });

  it('loses one file where an analyzer throws', async () => {
    put('etc/bad', 'x');
    put('etc/good', 'y');
    let count = 0;
    const broken = tableOf(
      analyzer('broken', [{ under: 'etc/', read: 'full' }], () => {
        count += 1;
        if (count === 1) throw new Error('oops');
      }),
    );
    const walked = await walk({}, broken);
    expect(seen(walked)).toEqual(['broken etc/good y']);
    expect(walked.causes).toEqual([
      expect.objectContaining({ code: 'package-record-invalid', area: 'broken', example: 'etc/bad', blocking: true }),
    ]);
  });

  it('counts hard links at each of their places', async () => {
    put('a/package.json', '{}');
    mkdirSync(join(root, 'b'));
    linkSync(join(root, 'a/package.json'), join(root, 'b/package.json'));
    expect((await walk()).files.map((file) => file.path)).toEqual(['a/package.json', 'b/package.json']);
  });

  it('bounds depth and number, and says so', async () => {
    put('a/b/c/d/package.json', '{}');
    expect((await walk({ maxDepth: 3 })).causes).toEqual([expect.objectContaining({ code: 'file-unreadable', example: 'a/b/c/d' })]);
    expect((await walk({ maxEntries: 2 })).causes).toEqual([expect.objectContaining({ code: 'file-unreadable', blocking: true })]);
  });

  it('names a file whose name is not UTF-8', async () => {
    execFileSync('sh', ['-c', 'mkdir "$1/$(printf "\\377x")"', 'sh', root]);
    expect((await walk()).causes).toEqual([
      expect.objectContaining({ code: 'file-unreadable', reason: 'its name is not UTF-8', hint: expect.stringContaining('Rename it') }),
    ]);
  });

  it('names folders and files that it may not read; a package database blocks', async (context) => {
    if (process.getuid?.() === 0) context.skip('root may read everything');
    put('var/lib/db/status', 'x');
    put('app/package.json', '{}');
    put('locked/x', '');
    chmodSync(join(root, 'var/lib/db/status'), 0);
    chmodSync(join(root, 'app/package.json'), 0);
    chmodSync(join(root, 'locked'), 0);
    expect((await walk()).causes.map((cause) => [cause.example, cause.blocking]).sort()).toEqual([
      ['app/package.json', false],
      ['locked', false],
      ['var/lib/db/status', true],
    ]);
  });

  it('stops when it is told to, and refuses what is not there', async () => {
    await expect(walk({ signal: AbortSignal.abort() })).rejects.toThrow();
    await expect(walkRoot(join(root, 'nowhere'), table)).rejects.toMatchObject({ code: 'target-not-found' });
  });
});

describe('resolveInside', () => {
  it.each<[string, string | undefined]>([
    ['a/file', 'real/file'],
    ['up/real/file', 'real/file'],
    ['deep', 'real/file'],
    ['forty', undefined],
    ['real', undefined],
    ['nothing', undefined],
  ])('%s → %s', (path, expected) => {
    put('real/file', 'x');
    link('a', 'real');
    link('up', '../../..');
    link('deep', '/a/../a/./file');
    link('forty', 'forty2');
    link('forty2', 'forty');
    expect(resolveInside(root, path)).toBe(expected);
  });
});
