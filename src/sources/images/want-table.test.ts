import { describe, expect, test } from 'vitest';
import type { Analyzer, Want } from '../../model/analyzer.ts';
import { strongest, WantTable } from './want-table.ts';

function analyzer(id: string, ...wants: Want[]): Analyzer {
  return { id, version: 1, wants, analyze: () => ({ facts: [], skipped: [] }) };
}

const table = new WantTable([
  analyzer('dpkg', { path: 'var/lib/dpkg/status', read: 'full' }, { under: 'var/lib/dpkg/status.d/', read: 'full', maxBytes: 1000 }),
  analyzer('npm', { name: 'package.json', read: 'full', refine: (path) => (path.includes('node_modules/') ? 'full' : 'skip') }),
  analyzer('python', { suffix: '.dist-info/METADATA', read: 'full' }, { suffix: '.egg-info', read: 'full' }),
  analyzer('java', { suffix: '.jar', read: 'spill' }, { suffix: '.tar.gz', read: 'head', headBytes: 4 }),
  analyzer('tail', { suffix: 'lockfile', read: 'head' }),
  analyzer('binary', { executable: true, read: 'head', headBytes: 64, magic: [0x7f, 0x45] }, { name: 'node', read: 'spill' }),
  analyzer(
    'lower',
    { name: 'lowered', read: 'full', headBytes: 7, refine: () => 'head' },
    { name: 'raised', read: 'head', refine: () => 'spill' },
  ),
]);

describe('want table', () => {
  test.each([
    ['var/lib/dpkg/status', 0o644, 'full 100 dpkg'],
    ['x/var/lib/dpkg/status', 0o644, undefined],
    ['var/lib/dpkg/status.d/base', 0o644, 'full 100 dpkg'],
    ['var/lib/dpkg/status.d/deeper/base', 0o644, undefined],
    ['a/node_modules/b/package.json', 0o644, 'full 100 npm'],
    ['package.json', 0o644, undefined],
    ['a/node_modules/b/xpackage.json', 0o644, undefined],
    ['usr/lib/x-1.dist-info/METADATA', 0o644, 'full 100 python'],
    ['usr/lib/x-1/METADATA', 0o644, undefined],
    ['METADATA', 0o644, undefined],
    ['x.egg-info', 0o644, 'full 100 python'],
    ['app.jar', 0o644, 'spill 100 java'],
    ['.jar', 0o644, 'spill 100 java'],
    ['jar', 0o644, undefined],
    ['a.jar/b', 0o644, undefined],
    ['a.tar.gz', 0o644, 'head 4 java'],
    ['a.gz', 0o644, undefined],
    ['my-lockfile', 0o644, 'head 0 tail'],
    ['bin/ls', 0o755, 'head 64 binary'],
    ['bin/ls', 0o644, undefined],
    ['bin/node', 0o755, 'spill 100 binary'],
    ['lowered', 0o644, 'head 7 lower'],
    ['raised', 0o644, 'head 0 lower'],
    ['', 0o644, undefined],
    ['a', 0o644, undefined],
    ['ümläut/日本', 0o644, undefined],
  ])('%s %o', (path, mode, expected) => {
    const wanted = table.lookup(path, 100, mode);
    expect(wanted && `${wanted.mode} ${wanted.bytes} ${wanted.analyzers.join()}`).toBe(expected);
  });

  test('an empty file is no executable, a short one has no magic', () => {
    expect(table.lookup('bin/true', 0, 0o755)).toBeUndefined();
    expect(table.lookup('bin/true', 1, 0o755)).toBeUndefined();
  });

  test('beyond the budget nothing but the magic is read', () => {
    expect(table.lookup('var/lib/dpkg/status.d/base', 1001, 0o644)).toMatchObject({ bytes: 0 });
    expect(table.lookup('var/lib/dpkg/status', 65 * 1024 * 1024, 0o644)).toMatchObject({ bytes: 0 });
  });

  test('the strongest read of one analyzer stands', () => {
    const reads = strongest(table.lookup('bin/node', 100, 0o755)?.reads ?? []);
    expect(reads.map((read) => [read.analyzer.id, read.mode])).toEqual([['binary', 'spill']]);
  });
});
