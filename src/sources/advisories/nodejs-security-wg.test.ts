import { expect, test } from 'vitest';
import { collect } from './collect.ts';
import { importer } from './nodejs-security-wg.ts';

type Json = Record<string, unknown>;

function read(path: string, advisory: Json) {
  return collect(importer, [{ path, text: JSON.stringify(advisory) }]);
}
function npm(parts: Json): Json {
  return {
    id: 309,
    module_name: 'request',
    cves: [],
    vulnerable_versions: '*',
    patched_versions: null,
    updated_at: '2017-04-18',
    title: 'Exposure',
    ...parts,
  };
}

test.each([
  [
    'vulnerable and not patched',
    { vulnerable_versions: '>=2.2.6 <2.47.0 || >2.51.0 <=2.67.0', patched_versions: '>=2.68.0' },
    [
      [
        'fixed',
        [
          { introduced: '2.2.6', fixed: '2.47.0' },
          { after: '2.51.0', lastAffected: '2.67.0', fixed: '2.68.0' },
        ],
      ],
    ],
  ],
  ['no fix', { vulnerable_versions: '*' }, [['affected', [{}]]]],
  [
    'a patched range inside the vulnerable one',
    { vulnerable_versions: '<=99.999.99999', patched_versions: '>=1.0.0' },
    [['fixed', [{ fixed: '1.0.0' }]]],
  ],
  [
    'pre-releases of the fix are affected',
    { vulnerable_versions: '<2.0.0', patched_versions: '>=2.0.0' },
    [['fixed', [{ fixed: '2.0.0' }]]],
  ],
])('%s', (_, parts, want) => {
  const { rows, coverage, newest } = read('vuln/npm/309.json', npm(parts));
  expect(rows.map((row) => [row.status, row.ranges])).toEqual(want);
  expect(rows.every((row) => row.id === 'NSWG-ECO-309' && row.name === 'request' && row.ecosystem === 'npm')).toBe(true);
  expect([...coverage]).toEqual([['npm', { state: 'partial', reason: 'advisory data for npm ends 2020-07' }]]);
  expect(newest).toBe('2017-04-18');
});

test('several CVEs are several rows, and the number of the group joins none of them', () => {
  const { rows, records } = read('vuln/npm/309.json', npm({ cves: ['CVE-2017-1111', 'CVE-2017-2222'] }));
  expect(rows.map((row) => [row.id, row.advisoryIds])).toEqual([
    ['CVE-2017-1111', ['NSWG-ECO-309']],
    ['CVE-2017-2222', ['NSWG-ECO-309']],
  ]);
  expect(records.map((record) => record.aliases)).toEqual([[], []]);
});

test('one CVE has the number as its alias', () => {
  expect(read('vuln/npm/309.json', npm({ cves: ['CVE-2017-1111'] })).records).toEqual([
    { id: 'CVE-2017-1111', aliases: ['NSWG-ECO-309'], summary: 'Exposure' },
  ]);
});

test('Node.js itself', () => {
  const { rows } = read('vuln/core/10.json', { cve: ['CVE-2016-5172'], vulnerable: '6.x', patched: '^6.9.0', severity: 'medium' });
  expect(rows).toEqual([
    {
      ecosystem: 'Node.js',
      name: 'node',
      id: 'CVE-2016-5172',
      status: 'fixed',
      ranges: [{ introduced: '6.0.0-0', fixed: '6.9.0' }],
      advisoryIds: ['NSWG-CORE-10'],
      severity: { value: 'medium', source: 'nodejs-security-wg' },
    },
  ]);
});

test.each([
  [
    'vector',
    { cvss_vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', cvss_score: 5 },
    { value: 'critical', source: 'cvss', vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 9.8 },
  ],
  [
    'a broken vector gives way to the score',
    { cvss_vector: 'AV:N', cvss_score: 5 },
    { value: 'medium', source: 'nodejs-security-wg', score: 5 },
  ],
  ['nothing', {}, undefined],
])('severity: %s', (_, parts, want) => {
  expect(read('vuln/npm/1.json', npm(parts)).rows[0]?.severity).toEqual(want);
});

test.each([
  ['a range that is none', { vulnerable_versions: 'many' }, 'range outside the grammar of npm'],
  ['a patched range that is none', { patched_versions: 'soon' }, 'range outside the grammar of npm'],
  ['no vulnerable range', { vulnerable_versions: null }, 'range outside the grammar of npm'],
  ['all patched', { vulnerable_versions: '<1.0.0', patched_versions: '*' }, 'no version is vulnerable and not patched'],
  ['no number', { id: null }, 'advisory without a package or a number'],
])('counted, not used: %s', (_, parts, reason) => {
  const { rows, skipped } = read('vuln/npm/309.json', npm(parts));
  expect([rows, [...skipped.keys()]]).toEqual([[], [reason]]);
});
