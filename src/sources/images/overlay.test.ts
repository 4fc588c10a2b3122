import { describe, expect, test } from 'vitest';
import type { LayerFacts } from './layer-facts.ts';
import { overlay } from './overlay.ts';
import { encodePaths } from './path-set.ts';

interface Spec {
  readonly files?: Readonly<Record<string, string>>;
  readonly others?: readonly string[];
  readonly folders?: readonly string[];
  readonly whiteouts?: readonly string[];
  readonly opaques?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  readonly hard?: Readonly<Record<string, string>>;
  readonly complete?: boolean;
}

function layer(spec: Spec): LayerFacts {
  const names = [...Object.keys({ ...spec.files, ...spec.links, ...spec.hard }), ...(spec.others ?? [])];
  const folders = new Set(spec.folders);
  for (const name of names) for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) folders.add(name.slice(0, at));
  return {
    entries: names.length,
    bytes: 0,
    files: Object.entries(spec.files ?? {}).map(([path, what]) => ({
      path,
      analyzer: 'a',
      facts: [{ kind: 'counted', what }],
      skipped: [],
    })),
    whiteouts: spec.whiteouts ?? [],
    opaques: spec.opaques ?? [],
    links: Object.entries(spec.links ?? {}),
    lowerHardLinks: Object.entries(spec.hard ?? {}),
    occupied: encodePaths(names),
    folders: encodePaths([...folders]),
    problems: [],
    complete: spec.complete ?? true,
  };
}

/** Each file as `path=content@layer` and its earlier versions. */
function shown(...specs: Spec[]): string[] {
  const what = (facts: readonly { kind: string }[]): string => facts.map((fact) => ('what' in fact ? fact.what : '')).join();
  return overlay(specs.map(layer)).files.map(
    (file) => `${file.path}=${what(file.facts)}@${file.layer}${file.earlier.map((one) => ` <${what(one.facts)}@${one.layer}`).join('')}`,
  );
}

describe('overlay', () => {
  test.each<[string, Spec[], string[]]>([
    ['sorted by path', [{ files: { b: '1', a: '1' } }], ['a=1@0', 'b=1@0']],
    ['replaced, with the versions before', [{ files: { s: '1' } }, {}, { files: { s: '2' } }, { files: { s: '3' } }], ['s=3@3 <1@0 <2@2']],
    ['a deletion ends the versions before', [{ files: { s: '1' } }, { whiteouts: ['s'] }, { files: { s: '3' } }], ['s=3@2']],
    ['deleted and made anew in one layer', [{ files: { s: '1' } }, { whiteouts: ['s'], files: { s: '2' } }], ['s=2@1']],
    ['emptied between: versions stay', [{ files: { s: '1' } }, { others: ['s'] }, { files: { s: '3' } }], ['s=3@2 <1@0']],
    ['emptied at the end', [{ files: { s: '1' } }, { others: ['s'] }], []],
    ['the folder deleted', [{ files: { 'a/b/c': '1', ab: '1' } }, { whiteouts: ['a'] }], ['ab=1@0']],
    ['opaque', [{ files: { 'a/b': '1', 'a/c/d': '1', z: '1' } }, { opaques: ['a'], files: { 'a/n': '2' } }], ['a/n=2@1', 'z=1@0']],
    ['opaque root', [{ files: { 'a/b': '1', z: '1' } }, { opaques: [''], files: { n: '2' } }], ['n=2@1']],
    ['a file over a folder', [{ files: { 'a/b': '1' } }, { files: { a: '2' } }], ['a=2@1']],
    ['a link over a folder', [{ files: { 'a/b': '1' } }, { links: { a: 'x' } }], []],
    ['a folder over a file, and back: no versions', [{ files: { a: '1' } }, { folders: ['a'] }, { files: { a: '3' } }], ['a=3@2']],
    ['a hidden subtree does not come back', [{ files: { 'a/b': '1' } }, { links: { a: 'x' } }, { files: { 'a/c': '3' } }], ['a/c=3@2']],
    [
      'a hard link keeps the old file',
      [{ files: { one: 'old' } }, { hard: { two: 'one' }, files: { one: 'new' } }],
      ['one=new@1 <old@0', 'two=old@1'],
    ],
    ['a hard link to what its own layer deletes', [{ files: { one: 'old' } }, { hard: { two: 'one' }, whiteouts: ['one'] }], ['two=old@1']],
    [
      'a hard link through a lower link',
      [{ files: { 'usr/lib/x': '1' }, links: { lib: 'usr/lib' } }, { hard: { y: 'lib/x' } }],
      ['usr/lib/x=1@0', 'y=1@1'],
    ],
  ])('%s', (_, specs, expected) => {
    expect(shown(...specs)).toEqual(expected);
  });

  test('causes: a layer cut short, a hard link to nothing', () => {
    const { causes } = overlay([layer({ complete: false }), layer({ hard: { a: 'b' } })]);
    expect(causes.map(({ code, blocking, example }) => [code, blocking, example])).toEqual([
      ['layer-unreadable', true, 'layer 0'],
      ['link-unresolved', false, 'a in layer 1'],
    ]);
  });

  test.each([
    ['etc/os-release', 'usr/lib/os-release'],
    ['lib/apk', 'usr/lib/apk'],
    ['up/x', 'etc/x'],
    ['abs', 'x'],
    ['chain1', 'end'],
    ['loop', undefined],
    ['self/x', undefined],
    ['gone/x', 'gone/x'],
    ['covered/x', 'covered/x'],
    ['plain/./a//b/../c', 'plain/a/c'],
    ['via/..', 'usr'],
    ['', ''],
  ])('%s leads to %s', (path, expected) => {
    const links = {
      'etc/os-release': '../usr/lib/os-release',
      lib: 'usr/lib',
      up: '../../../etc',
      abs: '/../../x',
      chain1: 'chain2',
      chain2: './chain3',
      chain3: 'end',
      loop: 'pool',
      pool: 'loop',
      self: 'self/self',
      gone: 'x',
      covered: 'x',
      via: 'usr/lib',
    };
    expect(overlay([layer({ links }), layer({ whiteouts: ['gone'], folders: ['covered'] })]).resolve(path)).toBe(expected);
  });
});
