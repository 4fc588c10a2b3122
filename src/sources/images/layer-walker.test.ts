import { describe, expect, test } from 'vitest';
import type { Analyzer, Want } from '../../model/analyzer.ts';
import type { LayerFacts } from './layer-facts.ts';
import { layerWalker } from './layer-walker.ts';
import { encodePaths } from './path-set.ts';
import { WantTable } from './want-table.ts';

const analyzer = (id: string, wants: readonly Want[]): Analyzer => ({
  id,
  version: 1,
  wants: [...wants],
  analyze: () => ({ facts: [], skipped: [] }),
});
const walker = layerWalker(
  new WantTable([
    analyzer('db', [
      { path: 'var/db/status', read: 'full' },
      { under: 'var/db/status.d/', read: 'full' },
    ]),
    analyzer('release', [
      { path: 'etc/release', read: 'full' },
      { path: 'usr/release', read: 'full' },
    ]),
    analyzer('names', [{ name: 'name', read: 'head', headBytes: 0 }]),
  ]),
);

function layer(links: Readonly<Record<string, string>>, files: readonly string[], more: Partial<LayerFacts> = {}): LayerFacts {
  const folders = new Set(files.flatMap((file) => [...file.matchAll(/\//g)].map(({ index }) => file.slice(0, index))));
  return {
    entries: 0,
    bytes: 0,
    files: [],
    whiteouts: [],
    opaques: [],
    links: Object.entries(links),
    lowerHardLinks: [],
    occupied: encodePaths([...Object.keys(links), ...files]),
    folders: encodePaths([...folders]),
    problems: [],
    complete: true,
    ...more,
  };
}

describe('known places that links move', () => {
  test.each<[string, LayerFacts[], string[]]>([
    ['the folder of a database', [layer({ 'var/db': '/data' }, ['data/status'])], ['db var/db/status -> data/status']],
    ['the database itself', [layer({ 'var/db/status': '../../x' }, ['x'])], ['db var/db/status -> x']],
    [
      'the file lies in a lower layer',
      [layer({}, ['data/status']), layer({ var: '.', db: 'data' }, [])],
      ['db var/db/status -> data/status'],
    ],
    ['a folder of records', [layer({ 'var/db/status.d': '/d' }, ['d/one'])], ['db var/db/status.d -> d']],
    ['to a place that is read', [layer({ 'etc/release': '../usr/release' }, ['usr/release'])], []],
    ['to nothing', [layer({ 'var/db': '/data' }, [])], []],
    ['to what a later layer deletes', [layer({ 'var/db': '/data' }, ['data/status']), layer({}, [], { whiteouts: ['data'] })], []],
    ['in circles', [layer({ 'var/db': 'db' }, ['data/status'])], []],
  ])('%s', (_, layers, expected) => {
    const { causes } = walker.merge(layers);
    expect(causes.map(({ area, example }) => `${area} ${example}`)).toEqual(expected);
    expect(causes.every(({ code, blocking }) => code === 'link-unresolved' && blocking)).toBe(true);
  });

  test.each([
    ['var/db/status', true],
    ['var/db/status.d/x', true],
    ['x/name', false],
    ['other', false],
  ])('a hard link %s to a lower file that nobody read blocks: %s', (path, blocking) => {
    const { causes } = walker.merge([layer({}, ['low']), layer({}, [path], { lowerHardLinks: [[path, 'low']] })]);
    expect(causes).toMatchObject([{ code: 'link-unresolved', blocking }]);
  });
});
