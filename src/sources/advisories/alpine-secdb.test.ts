import { expect, test } from 'vitest';
import { importer } from './alpine-secdb.ts';
import { collect } from './collect.ts';

type Json = Record<string, unknown>;

function secdb(secfixes: unknown, more: Json = {}): string {
  return JSON.stringify({ distroversion: 'v3.18', reponame: 'main', packages: [{ pkg: { name: 'xen', secfixes } }], ...more });
}
function read(...texts: string[]) {
  return collect(importer, [{ path: 'main.json', text: texts.join('\n') }]);
}

test('one row a fix, under the origin package; version 0 was never affected', () => {
  const { rows, coverage } = read(secdb({ '4.17-r1': ['CVE-2023-1111'], '0': ['CVE-2023-2222'] }));
  expect(rows).toEqual([
    { ecosystem: 'Alpine:v3.18', name: 'xen', id: 'CVE-2023-2222', status: 'not_affected', ranges: [] },
    { ecosystem: 'Alpine:v3.18', name: 'xen', id: 'CVE-2023-1111', status: 'fixed', ranges: [{ fixed: '4.17-r1' }] },
  ]);
  expect([...coverage]).toEqual([['Alpine:v3.18', { state: 'full' }]]);
});

test.each([
  ['a notice beside the CVE covers others too and is no alias', 'CVE-2023-1111 XSA-492', ['CVE-2023-1111'], ['XSA-492'], []],
  [
    'an id of the same vulnerability is one',
    'CVE-2023-1111 GHSA-aaaa-bbbb-cccc',
    ['CVE-2023-1111'],
    undefined,
    [{ id: 'CVE-2023-1111', aliases: ['GHSA-aaaa-bbbb-cccc'] }],
  ],
  ['the CVE counts wherever it stands', 'XSA-1 CVE-2023-1111', ['CVE-2023-1111'], ['XSA-1'], []],
  ['two CVEs are two', 'CVE-2023-1111 CVE-2023-2222 GHSA-aaaa-bbbb-cccc', ['CVE-2023-1111', 'CVE-2023-2222'], ['GHSA-aaaa-bbbb-cccc'], []],
  ['words beside the id', 'CVE-2023-1111 (+ regression fix)', ['CVE-2023-1111'], undefined, []],
  ['no CVE at all', 'ALPINE-13661 TALOS-1', ['ALPINE-13661'], ['TALOS-1'], []],
])('%s', (_, text, ids, notices, records) => {
  const got = read(secdb({ '1-r0': [text] }));
  expect(got.rows.map((row) => row.id)).toEqual(ids);
  expect(got.rows[0]?.advisoryIds).toEqual(notices);
  expect(got.records).toEqual(records);
});

test('a copy says of what and when it is', () => {
  const source = (state: string) => ({ _source: { state, date: '2023-02-28T00:03:49+08:00' } });
  expect(read(secdb({}, source('stable branch head'))).coverage.get('Alpine:v3.18')).toEqual({
    state: 'partial',
    reason: 'branch as of 2023-02-28',
  });
  const odd = read(secdb({}, source('edge at the time of release')));
  expect(odd.coverage.get('Alpine:v3.18')).toEqual({ state: 'partial', reason: 'edge at the time of release as of 2023-02-28' });
  expect(odd.published).toEqual(['2023-02-28T00:03:49+08:00']);
});

test('documents as lines; a bad one costs itself', () => {
  const { rows, skipped } = read(
    secdb({ '1-r0': ['CVE-2023-1111'] }),
    '{"cut',
    secdb({ '2-r0': ['?', 7, 'CVE-2023-2222'] }, { distroversion: 'edge' }),
  );
  expect(rows.map((row) => `${row.ecosystem} ${row.id}`)).toEqual(['Alpine:v3.18 CVE-2023-1111', 'Alpine:edge CVE-2023-2222']);
  expect([...skipped.keys()]).toEqual(['document without a branch', 'entry without an id']);
});

test.each([
  ['secfixes text of the sources', '{"branch":"v3.18","repo":"main","path":"x","text":"# secfixes:"}'],
  ['another distribution in the same schema', '{"reponame":"os","packages":[]}'],
])('does not accept %s', (_, text) => {
  expect(importer.accepts({ path: 'x.json', text })).toBe(false);
});
