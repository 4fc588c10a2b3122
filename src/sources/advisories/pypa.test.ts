import { expect, test } from 'vitest';
import { collect } from './collect.ts';
import { importer } from './pypa.ts';
import { parseYamlText } from './yaml-text.ts';

function read(text: string) {
  return collect(importer, [{ path: 'vulns/foo/PYSEC-2020-1.yaml', text }]);
}

test('versions stay the text that was written', () => {
  const { rows, records, newest } = read(`id: PYSEC-2020-1
details: A long
  line.
affected:
- package:
    name: Foo.Bar
    ecosystem: PyPI
  ranges:
  - type: GIT
    repo: https://example.org/foo
    events:
    - introduced: "0"
  - type: ECOSYSTEM
    events:
    - introduced: 1.10
    - fixed: 1.20
  versions:
  - 1.10
  - 1.10.0
aliases:
- CVE-2020-1111
modified: 2020-02-03T04:05:06Z
withdrawn: null
`);
  expect(rows).toEqual([
    {
      ecosystem: 'PyPI',
      name: 'foo-bar',
      id: 'PYSEC-2020-1',
      status: 'fixed',
      ranges: [{ introduced: '1.10', fixed: '1.20' }],
      versions: ['1.10', '1.10.0'],
    },
  ]);
  expect(records).toEqual([{ id: 'PYSEC-2020-1', aliases: ['CVE-2020-1111'], summary: 'A long line.' }]);
  expect(newest).toBe('2020-02-03T04:05:06Z');
});

test('a withdrawn record is counted', () => {
  expect([...read('id: PYSEC-2020-1\nwithdrawn: 2020-01-01T00:00:00Z\n').skipped.keys()]).toEqual(['withdrawn by its publisher']);
});

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`),
].join('\n');

test.each([
  ['aliases that multiply', `id: PYSEC-2020-1\n${bomb}\n`],
  ['nesting beyond the stack', `id: PYSEC-2020-1\nx: ${'['.repeat(50_000)}`],
  ['an unclosed quote', 'id: PYSEC-2020-1\nx: "never closed'],
])('costs itself, no more: %s', (_, text) => {
  expect([...read(text).skipped.keys()]).toEqual(['not a YAML mapping']);
});

test('a key that is a word of JavaScript stays a key', () => {
  const parsed = parseYamlText('__proto__:\n  polluted: yes\n');
  expect(Object.keys(parsed ?? {})).toEqual(['__proto__']);
  expect('polluted' in {}).toBe(false);
});

test.each([
  ['another publisher', 'x.yaml', 'id: RSEC-2023-1\naffected: []\n'],
  ['another format', 'x.json', '{"id": "PYSEC-2020-1"}'],
])('does not accept %s', (_, path, text) => {
  expect(importer.accepts({ path, text })).toBe(false);
});
