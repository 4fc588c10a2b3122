import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addBlob,
  archive,
  type BuiltImage,
  buildImage,
  dockerSaveOld,
  type Files,
  finishLayout,
  ociLayout,
  sha256,
  type TarEntry,
  tar,
  writeFolder,
} from '../build-image.ts';
import { buildOnce, filesBelow, fixed, type Outcome, plimsoll, seeded, temporaryFolder, whyNot } from './command.ts';
import { dpkgStatus } from './small-image.ts';

const folder = temporaryFolder('bad');
const seedCache = join(folder, 'seed');
/** What no run may exceed, in KiB: twice what a scan of a good image of the same kind takes. */
const MAX_RSS_KIB = 256 * 1024;
const timeProgram = '/usr/bin/time';
const noTime = whyNot(filesBelow('/usr/bin').includes('time'), 'GNU time is not installed: memory is not measured');
const packageJson = '{"name":"left-pad","version":"1.0.0","license":"MIT"}';
const good = buildImage({ layers: [{ 'srv/node_modules/left-pad/package.json': packageJson }], tags: ['good:1'] });
let counter = 0;

interface Seen extends Outcome {
  readonly cache: string;
  readonly rssKib: number;
}

/** A strict scan with data that lets the good image pass, on a cache of its own. */
async function scan(target: string, options: { stdin?: Uint8Array; args?: readonly string[]; cache?: string } = {}): Promise<Seen> {
  const cache = options.cache ?? freshCache();
  const rss = join(folder, 'rss');
  const outcome = await plimsoll(['scan', target, '--strict', '--format', 'json', ...(options.args ?? []), ...fixed], {
    cache,
    limitMs: 25_000,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(noTime === undefined ? { through: [timeProgram, '-f', '%M', '-o', rss] } : {}),
  });
  const rssKib = noTime === undefined ? Number(readFileSync(rss, 'utf8').trim().split('\n').at(-1)) : 0;
  return { ...outcome, cache, rssKib };
}

function freshCache(): string {
  const cache = join(folder, `cache-${counter++}`);
  cpSync(seedCache, cache, { recursive: true });
  return cache;
}

/** Exit 3 with a code or a blocking unknown, in bounded memory; answers with what was said. */
function refused(seen: Seen): string {
  expect(seen.signal).toBeNull();
  expect(seen.err).not.toContain('internal fault');
  expect(seen.code, seen.err).toBe(3);
  expect(seen.rssKib).toBeLessThan(MAX_RSS_KIB);
  if (seen.out === '') {
    expect(seen.err).toMatch(/\[[a-z-]+\]/);
    return seen.err;
  }
  const unknowns: { code: string; blocking: boolean }[] = JSON.parse(seen.out).unknowns;
  const blocking = unknowns.filter((one) => one.blocking);
  expect(blocking.length).toBeGreaterThan(0);
  return blocking.map((one) => `[${one.code}]`).join(' ');
}

const entriesIn = (cache: string): string[] => filesBelow(join(cache, 'plimsoll/layers'));

/** What was read from the bad target changes nothing for the good one. */
async function leavesCacheClean(cache: string): Promise<void> {
  const after = await scan(`oci:${join(folder, 'good')}`, { cache });
  expect(after.code).toBe(0);
  expect(after.out).toBe(expected);
  rmSync(cache, { recursive: true });
}

let expected = '';
beforeAll(async () => {
  buildOnce();
  mkdirSync(seedCache);
  const data = join(folder, 'data');
  mkdirSync(data);
  const record = {
    schema_version: '1.6.0',
    id: 'GHSA-aaaa-aaaa-aaaa',
    modified: '2024-01-01T00:00:00Z',
    affected: [
      { package: { ecosystem: 'npm', name: 'left-pad' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.1.0' }] }] },
    ],
    database_specific: { severity: 'HIGH' },
  };
  writeFileSync(join(data, 'npm.jsonl'), `${JSON.stringify({ path: 'GHSA-aaaa-aaaa-aaaa.json', text: JSON.stringify(record) })}\n`);
  const imported = await plimsoll(['db', 'import', data, '--complete', '--as-of', '2026-11-24', ...fixed], { cache: seedCache });
  expect(imported.code).toBe(0);
  writeFolder(ociLayout([good], 'gzip'), join(folder, 'good'));
  const seen = await scan(`oci:${join(folder, 'good')}`);
  expect(seen.err).toMatch(/passed/);
  expect(seen.code).toBe(0);
  expect(JSON.parse(seen.out).findings).toHaveLength(1);
  expected = seen.out;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('archives that end too early', () => {
  const random = seeded(11);
  const plain = { 'docker save': archive(dockerSaveOld([good])), 'OCI archive': archive(ociLayout([good], 'gzip')) };
  // The last file ends before two zero blocks and its own padding: what is cut there is not missed.
  const cuts = (length: number, last: number) =>
    [1, 100, 511, 512, 513, ...Array.from({ length: 9 }, () => Math.floor(random() * last)), last].filter((at) => at < length);
  const cases = Object.entries(plain).flatMap(([name, bytes]) => {
    const packed = gzipSync(bytes);
    return [
      ...cuts(bytes.length, bytes.length - 1024 - 512).map((at): [string, number, Buffer] => [name, at, bytes.subarray(0, at)]),
      ...cuts(packed.length, packed.length - 1).map((at): [string, number, Buffer] => [`${name}, gzip`, at, packed.subarray(0, at)]),
    ];
  });

  it.each(cases)('%s cut at %i: from a file and from stdin', async (_, at, bytes) => {
    const file = join(folder, `cut-${at}.tar`);
    writeFileSync(file, bytes);
    const seen = await scan(file);
    refused(seen);
    refused(await scan('-', { stdin: bytes, cache: seen.cache }));
    await leavesCacheClean(seen.cache);
  });
});

/** An image whose layer is given as an archive. */
function imageOf(layer: Buffer): BuiltImage {
  const built = buildImage({ layers: [{}] });
  const config = { ...JSON.parse(built.config.toString()), rootfs: { type: 'layers', diff_ids: [sha256(layer)] } };
  return { layers: [{ tar: layer, diffId: sha256(layer) }], config: Buffer.from(JSON.stringify(config)), spec: built.spec };
}

/** Writes a layout whose only layer is this blob. */
function layoutOf(name: string, blob: Buffer, mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip', diffId = sha256(blob)): string {
  const files: Files = new Map();
  const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] }, config: {} };
  const manifest = {
    schemaVersion: 2,
    config: addBlob(files, Buffer.from(JSON.stringify(config)), 'application/vnd.oci.image.config.v1+json'),
    layers: [addBlob(files, blob, mediaType)],
  };
  const root = addBlob(files, Buffer.from(JSON.stringify(manifest)), 'application/vnd.oci.image.manifest.v1+json');
  return `oci:${writeFolder(finishLayout(files, [root]), join(folder, name))}`;
}

describe('digests that lie', () => {
  /** The good layout with one blob's bytes changed under its old name. */
  function changed(name: string, which: (path: string, bytes: Buffer) => boolean, change: (bytes: Buffer) => Buffer): string {
    const files = ociLayout([good], 'gzip');
    let done = 0;
    for (const [path, file] of files) {
      if (!(file instanceof Uint8Array) || !path.startsWith('blobs/') || !which(path, Buffer.from(file))) continue;
      files.set(path, change(Buffer.from(file)));
      done += 1;
    }
    expect(done).toBe(1);
    return `oci:${writeFolder(files, join(folder, name))}`;
  }
  const isLayer = (_: string, bytes: Buffer) => bytes[0] === 0x1f;
  const holds = (word: string) => (_: string, bytes: Buffer) => bytes.includes(word);
  const evil = gzipSync(
    buildImage({ layers: [{ 'srv/node_modules/left-pad/package.json': packageJson.replace('1.0.0', '9.0.0') }] }).layers[0]?.tar ?? '',
  );

  it.each<[what: string, which: (path: string, bytes: Buffer) => boolean, change: (bytes: Buffer) => Buffer]>([
    ['a layer replaced', isLayer, () => evil],
    ['a layer with bytes after its end', isLayer, (bytes) => Buffer.concat([bytes, Buffer.from('more')])],
    [
      'a layer with one bit changed',
      isLayer,
      (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte))),
    ],
    ['a configuration replaced', holds('"diff_ids"'), (bytes) => Buffer.from(bytes.toString().replace('amd64', 'arm64'))],
    ['a manifest replaced', holds('"layers":['), (bytes) => Buffer.from(`${bytes} `)],
  ])('%s', async (what, which, change) => {
    const seen = await scan(changed(what.replaceAll(' ', '-'), which, change));
    refused(seen);
    expect(entriesIn(seen.cache)).toEqual([]);
    await leavesCacheClean(seen.cache);
  });

  it('diffIDs that are not those of the layers, when layers are to be verified', async () => {
    const target = layoutOf('wrong-diff-id', gzipSync(good.layers[0]?.tar ?? ''), undefined, sha256('another'));
    const seen = await scan(target, { args: ['--verify-layers'] });
    refused(seen);
    await leavesCacheClean(seen.cache);
  });
});

describe('bombs', () => {
  const zeros = gzipSync(Buffer.alloc(16 << 20));
  /** A gzip layer of members: a header that claims 1 GiB, then 1 GiB of zeros in a megabyte, then an end. */
  const large = (path: string) =>
    Buffer.concat([
      gzipSync(tar([{ path, size: 1 << 30 }], { end: false })),
      ...Array.from({ length: 64 }, () => zeros),
      gzipSync(Buffer.alloc(1024)),
    ]);

  it.each<[what: string, layer: () => Buffer]>([
    ['a dpkg database of 1 GiB in 1 MB', () => large('var/lib/dpkg/status')],
    ['a path of 8 MB', () => gzipSync(tar([{ path: `${'a/'.repeat(4 << 20)}package.json`, body: packageJson }]))],
  ])('%s', async (what, layer) => {
    const blob = layer();
    expect(blob.length).toBeLessThan(8 << 20);
    const seen = await scan(layoutOf(`bomb-${what.length}`, blob));
    refused(seen);
    await leavesCacheClean(seen.cache);
  });

  it('200,000 broken package.json in 2 MB: named, in time that grows with their number', async () => {
    const entries = Array.from({ length: 2000 }, (_, nth) => ({ path: `srv/${nth}/node_modules/x/package.json`, body: '{' }));
    const part = gzipSync(tar(entries, { end: false }));
    const seen = await scan(
      layoutOf('bomb-many', Buffer.concat([...Array.from({ length: 100 }, () => part), gzipSync(Buffer.alloc(1024))])),
    );
    expect(seen.rssKib).toBeLessThan(MAX_RSS_KIB);
    expect(JSON.parse(seen.out).unknowns).toEqual([
      expect.objectContaining({ code: 'packages-none', blocking: true }),
      expect.objectContaining({ code: 'package-record-invalid', area: 'npm' }),
    ]);
    await leavesCacheClean(seen.cache);
  });

  it('a package.json of 1 GiB in 1 MB: named as unread', async () => {
    const seen = await scan(layoutOf('bomb-json', large('srv/node_modules/x/package.json')));
    expect(seen.rssKib).toBeLessThan(MAX_RSS_KIB);
    expect(JSON.parse(seen.out).unknowns).toEqual([
      expect.objectContaining({ code: 'file-too-large', area: 'npm', blocking: true }),
      expect.objectContaining({ code: 'packages-none', blocking: true }),
    ]);
    await leavesCacheClean(seen.cache);
  });

  it('1 GiB of zeros before a manifest, in a compressed archive on stdin', async () => {
    const head = gzipSync(tar([{ path: 'manifest.json', size: 1 << 30 }], { end: false }));
    const seen = await scan('-', {
      stdin: Buffer.concat([head, ...Array.from({ length: 64 }, () => zeros), gzipSync(Buffer.alloc(1024))]),
    });
    refused(seen);
    await leavesCacheClean(seen.cache);
  });

  it('a claim of 100 GB', async () => {
    const claims: [name: string, layer: Buffer][] = [
      ['ustar', tar([{ path: 'var/lib/dpkg/status', body: 'Package: x\n', size: 8_589_934_591 }])],
      ['pax', Buffer.concat([pax({ size: '107374182400' }), tar([{ path: 'var/lib/dpkg/status', body: 'Package: x\n' }])])],
      [
        'sparse',
        Buffer.concat([
          pax({
            'GNU.sparse.major': '1',
            'GNU.sparse.minor': '0',
            'GNU.sparse.name': 'var/lib/dpkg/status',
            'GNU.sparse.realsize': '107374182400',
          }),
          tar([{ path: 'GNUSparseFile.1/status', body: `1\n107374182399\n1\n${'\0'.repeat(494)}x` }]),
        ]),
      ],
      [
        'sparse, old form',
        Buffer.concat([
          pax({
            'GNU.sparse.size': '107374182400',
            'GNU.sparse.numblocks': '1',
            'GNU.sparse.offset': '0',
            'GNU.sparse.numbytes': '5',
          }),
          tar([{ path: 'var/lib/dpkg/status', body: 'hello' }]),
        ]),
      ],
    ];
    for (const [name, layer] of claims) {
      const release = tar([{ path: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' }], { end: false });
      const bytes = Buffer.concat([release, layer]);
      const seen = await scan(`oci:${writeFolder(ociLayout([imageOf(bytes)], 'gzip'), join(folder, `claim-${name}`))}`);
      refused(seen);
      await leavesCacheClean(seen.cache);
    }
  });
});

/** A PAX extended header. Source: POSIX.1-2017, pax Extended Header. */
function pax(records: Record<string, string>): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const tail = ` ${key}=${value}\n`;
    const length = [1, 2, 3].map((digits) => tail.length + digits).find((all) => `${all}`.length + tail.length === all) ?? 0;
    return `${length}${tail}`;
  });
  const bytes = tar([{ path: 'PaxHeaders/x', body: lines.join('') }], { end: false });
  return patched(bytes, (block) => block.write('x', 156, 'latin1'));
}

/** The first header changed, with its checksum made right again. */
function patched(bytes: Buffer, change: (block: Buffer) => void): Buffer {
  const block = bytes.subarray(0, 512);
  change(block);
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

describe('names and links that lead elsewhere', () => {
  const release: TarEntry = { path: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' };
  const chain = Array.from({ length: 60 }, (_, nth): TarEntry => ({ path: `l/${nth}`, type: 'symlink', target: `${nth + 1}` }));
  const host = join(folder, 'host-status');

  it.each<[what: string, entries: TarEntry[]]>([
    [
      'a cycle of two',
      [
        release,
        { path: 'var/lib/dpkg/status', type: 'symlink', target: 'other' },
        { path: 'var/lib/dpkg/other', type: 'symlink', target: 'status' },
      ],
    ],
    ['a link to itself', [release, { path: 'var/lib/dpkg/status', type: 'symlink', target: 'status' }]],
    ['a folder that is a link to itself', [release, { path: 'var/lib/dpkg', type: 'symlink', target: '../lib/dpkg' }]],
    ['a chain of sixty', [release, ...chain, { path: 'var/lib/dpkg/status', type: 'symlink', target: '/l/0' }]],
    ['a link to a file of the host', [release, { path: 'var/lib/dpkg/status', type: 'symlink', target: host }]],
    [
      'a link out of the root',
      [release, { path: 'var/lib/dpkg/status', type: 'symlink', target: `../../..${'/..'.repeat(20)}${host}`.slice(0, 100) }],
    ],
    ['a hard link to a file of the host', [release, { path: 'var/lib/dpkg/status', type: 'hardlink', target: host }]],
    ['a database that is a device', [release, { path: 'var/lib/dpkg/status', type: 'char' }]],
    ['a database that is a pipe', [release, { path: 'var/lib/dpkg/status', type: 'fifo' }]],
  ])('%s', async (what, entries) => {
    writeFileSync(host, dpkgStatus([['stolen', '1.0']]));
    const files = ociLayout([imageOf(tar(entries))], 'gzip');
    const seen = await scan(`oci:${writeFolder(files, join(folder, `link-${what.replaceAll(' ', '-')}`))}`);
    refused(seen);
    expect(seen.out).not.toContain('stolen');
    await leavesCacheClean(seen.cache);
  });

  it('names with .. write nothing and read nothing outside', async () => {
    const names = [
      '../escaped/package.json',
      '/../../escaped/package.json',
      'srv/../../../escaped/package.json',
      `${folder}/escaped/package.json`,
    ];
    const before = readdirSync(folder);
    const layer = tar(names.map((path) => ({ path, body: packageJson })));
    for (const bytes of [archive(dockerSaveOld([imageOf(layer)])), tar(names.map((path) => ({ path, body: packageJson })))]) {
      const seen = await scan('-', { stdin: bytes, cache: freshCache() });
      expect(seen.code === 3 || JSON.parse(seen.out).packages.length >= 0).toBe(true);
      expect([0, 3]).toContain(seen.code);
      await leavesCacheClean(seen.cache);
    }
    expect(readdirSync(folder).filter((name) => !before.includes(name) && name !== 'rss')).toEqual([]);
  });

  it('names that are not UTF-8 are read and said, and never pass: two of them may look the same', async () => {
    const bytes = (byte: number, version: string) =>
      patched(
        tar([{ path: 'srv/Q/node_modules/left-pad/package.json', body: packageJson.replace('1.0.0', version) }], { end: false }),
        (block) => {
          block[4] = byte;
        },
      );
    const layer = Buffer.concat([bytes(0xff, '1.0.0'), bytes(0xfe, '2.0.0'), tar([])]);
    const seen = await scan(`oci:${writeFolder(ociLayout([imageOf(layer)], 'gzip'), join(folder, 'not-utf8'))}`);
    expect(refused(seen)).toBe('[file-unreadable]');
    const result = JSON.parse(seen.out);
    expect(result.warnings.map((one: { code: string }) => one.code)).toContain('name-not-utf8');
    expect(result.packages.length).toBeGreaterThan(0);
    await leavesCacheClean(seen.cache);
  });

  it('names that are not UTF-8 hold nothing up where nothing is to be read', async () => {
    const layer = Buffer.concat([
      patched(tar([{ path: 'srv/Q/photo', body: 'x' }], { end: false }), (block) => block.writeUInt8(0xff, 4)),
      tar([{ path: 'srv/node_modules/x/package.json', body: packageJson }]),
    ]);
    const seen = await scan(`oci:${writeFolder(ociLayout([imageOf(layer)], 'gzip'), join(folder, 'not-utf8-photo'))}`);
    expect(seen.code).toBe(0);
    expect(seen.err).toContain('[name-not-utf8]');
  });
});

describe('manifests that are none', () => {
  const text = (file: string, value: string) => ({ [file]: value });
  const oci = (manifest: string) => {
    const files: Files = new Map();
    return Object.fromEntries(finishLayout(files, [addBlob(files, Buffer.from(manifest), 'application/vnd.oci.image.manifest.v1+json')]));
  };
  const descriptor = (digest: string) => `{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${digest}","size":2}`;
  const layout = { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' };
  const cases: [what: string, files: Record<string, string | Buffer | TarEntry>][] = [
    ['cut JSON', text('manifest.json', '[{"Config":"c.json","Lay')],
    ['an object', text('manifest.json', '{}')],
    ['nothing in it', text('manifest.json', '[]')],
    ['null', text('manifest.json', '[null]')],
    ['a configuration that is not there', text('manifest.json', '[{"Config":"c.json","RepoTags":null,"Layers":[]}]')],
    ['a configuration outside', text('manifest.json', '[{"Config":"../../../../../etc/hostname","RepoTags":null,"Layers":[]}]')],
    ['100,000 brackets', text('manifest.json', '['.repeat(100_000))],
    ['9 MB', text('manifest.json', `[${' '.repeat(9 << 20)}]`)],
    ['an index of no images', { ...layout, 'index.json': '{"schemaVersion":2,"manifests":[]}' }],
    ['an index that is none', { ...layout, 'index.json': 'null' }],
    [
      'an index with a digest that is a path',
      { ...layout, 'index.json': `{"schemaVersion":2,"manifests":[${descriptor('sha256:../../../../etc/passwd')}]}` },
    ],
    [
      'an index with a digest of another kind',
      { ...layout, 'index.json': `{"schemaVersion":2,"manifests":[${descriptor('md5:d41d8cd98f00b204e9800998ecf8427e')}]}` },
    ],
    ['an index with a blob that is not there', { ...layout, 'index.json': `{"schemaVersion":2,"manifests":[${descriptor(sha256('x'))}]}` }],
    ['a manifest without a configuration', oci('{"schemaVersion":2,"layers":[]}')],
    ['a manifest with words for layers', oci(`{"schemaVersion":2,"config":${descriptor(sha256('{}'))},"layers":"all"}`)],
    ['a manifest of a lying size', oci(`{"schemaVersion":2,"config":${descriptor(sha256('{}')).replace('2}', '-1}')},"layers":[]}`)],
  ];

  it.each(cases)('%s', async (_, files) => {
    const parts = new Map(Object.entries(files).map(([path, value]) => [path, typeof value === 'string' ? Buffer.from(value) : value]));
    const seen = await scan('-', { stdin: archive(parts) });
    refused(seen);
    expect(seen.out).toBe('');
    expect(entriesIn(seen.cache)).toEqual([]);
    const file = join(folder, 'manifest.tar');
    writeFileSync(file, archive(parts));
    refused(await scan(file, { cache: seen.cache }));
    await leavesCacheClean(seen.cache);
  });

  it('layers in another order, or more of them than the configuration has', async () => {
    const two = buildImage({ layers: [{ a: '1' }, { b: '2' }] });
    const files = dockerSaveOld([two]);
    const manifest = JSON.parse(String(files.get('manifest.json')));
    for (const layers of [[...manifest[0].Layers, manifest[0].Layers[0]], manifest[0].Layers.slice(1), []]) {
      files.set('manifest.json', Buffer.from(JSON.stringify([{ ...manifest[0], Layers: layers }])));
      const seen = await scan('-', { stdin: archive(files) });
      refused(seen);
      await leavesCacheClean(seen.cache);
    }
  });
});

describe('advisory packs that were damaged', () => {
  const packsOf = (cache: string) => join(cache, 'plimsoll/db/packs');
  const target = `oci:${join(folder, 'good')}`;

  it.each<[what: string, damage: (cache: string) => void]>([
    ['cut in half', (cache) => eachPack(cache, (bytes) => bytes.subarray(0, bytes.length >> 1))],
    ['empty', (cache) => eachPack(cache, () => Buffer.alloc(0))],
    [
      'one bit changed in every kilobyte',
      (cache) => eachPack(cache, (bytes) => Buffer.from(bytes.map((byte, at) => (at % 1024 === 40 ? byte ^ 1 : byte)))),
    ],
    [
      'the last bit changed',
      (cache) => eachPack(cache, (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)))),
    ],
    ['removed', (cache) => rmSync(packsOf(cache), { recursive: true })],
    ['a manifest that is cut', (cache) => writeFileSync(join(cache, 'plimsoll/db/manifest.json'), '{"formatVersion":1,"gen')],
    ['a manifest of a later version', (cache) => writeFileSync(join(cache, 'plimsoll/db/manifest.json'), '{"formatVersion":2}')],
  ])('%s', async (_, damage) => {
    const cache = freshCache();
    damage(cache);
    const seen = await scan(target, { cache });
    expect(refused(seen)).toMatch(/data-damaged|data-missing|pack-damaged|coverage-none|COULD NOT EVALUATE/);
    const { code } = await plimsoll(['db', 'status', ...fixed], { cache });
    expect([0, 3]).toContain(code);
  });

  it('exchanged for another that is whole', async () => {
    const cache = freshCache();
    const data = join(folder, 'other-data');
    mkdirSync(data);
    const other = {
      source: 'openssl',
      version: '3.0.11-1~deb12u2',
      dist: 'bookworm-security',
      date: '2023-10-24',
      cves: ['CVE-2023-5363'],
    };
    writeFileSync(join(data, 'fixes.jsonl'), `${JSON.stringify(other)}\n`);
    expect((await plimsoll(['db', 'import', data, ...fixed], { cache })).code).toBe(0);
    const [first = '', second = '', ...more] = readdirSync(packsOf(cache));
    expect(more).toEqual([]);
    const bytes = [first, second].map((name) => readFileSync(join(packsOf(cache), name)));
    writeFileSync(join(packsOf(cache), first), bytes[1] ?? '');
    writeFileSync(join(packsOf(cache), second), bytes[0] ?? '');
    refused(await scan(target, { cache }));
  });

  function eachPack(cache: string, change: (bytes: Buffer) => Buffer): void {
    for (const name of readdirSync(packsOf(cache))) {
      const path = join(packsOf(cache), name);
      writeFileSync(path, change(readFileSync(path)));
    }
  }
});

describe('targets that are no images', () => {
  const made: Record<string, (path: string) => void> = {
    'an empty folder': (path) => mkdirSync(path),
    'an empty file': (path) => writeFileSync(path, ''),
    'a text file': (path) => writeFileSync(path, 'just words\n'.repeat(200)),
    'a short text file': (path) => writeFileSync(path, 'x'),
    'a gzip of words': (path) => writeFileSync(path, gzipSync('just words')),
    'a tar of other files': (path) => writeFileSync(path, tar([{ path: 'readme', body: 'hello' }])),
    zeros: (path) => writeFileSync(path, Buffer.alloc(100_000)),
    'a PDF': (path) => writeFileSync(path, `%PDF-1.7\n${'x'.repeat(2000)}`),
    'a pipe that nobody writes to': (path) => execFileSync('mkfifo', [path]),
  };

  it.each(Object.keys(made))('%s', async (what) => {
    const path = join(folder, what.replaceAll(' ', '-'));
    made[what]?.(path);
    const seen = await scan(path);
    expect(refused(seen)).toMatch(/\[target-(empty|not-image|not-found)\]|\[archive-/);
    expect(seen.out).toBe('');
    expect(entriesIn(seen.cache)).toEqual([]);
  });

  it.each(['/dev/null', '/dev/zero'])('%s', async (path) => {
    expect(refused(await scan(path))).toMatch(/\[target-/);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['words', Buffer.from('just words\n'.repeat(500))],
    ['zeros', Buffer.alloc(100_000)],
  ])('%s on stdin', async (_, stdin) => {
    const seen = await scan('-', { stdin });
    expect(refused(seen)).toMatch(/\[target-(empty|not-image)\]/);
    expect(entriesIn(seen.cache)).toEqual([]);
  });
});
