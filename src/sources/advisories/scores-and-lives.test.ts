import { describe, expect, test } from 'vitest';
import { importer as kev } from './cisa-kev.ts';
import { collect } from './collect.ts';
import { importer as endoflife } from './endoflife.ts';
import { importer as epss } from './epss.ts';

describe('KEV', () => {
  const read = (catalogue: Record<string, unknown>) => collect(kev, [{ path: 'kev.json', text: JSON.stringify(catalogue) }]);
  const entry = { cveID: 'CVE-2024-1234', dateAdded: '2024-01-02', dueDate: '2024-02-03', knownRansomwareCampaignUse: 'Known' };

  test('entries, and the date of the catalogue', () => {
    const { kev, published } = read({
      catalogVersion: '2024.01.02',
      dateReleased: '2024-01-02T17:00:00Z',
      vulnerabilities: [entry, { ...entry, dueDate: null, knownRansomwareCampaignUse: 'Unknown' }],
    });
    expect(kev).toEqual([
      { cve: 'CVE-2024-1234', added: '2024-01-02', due: '2024-02-03', ransomware: true },
      { cve: 'CVE-2024-1234', added: '2024-01-02', ransomware: false },
    ]);
    expect(published).toEqual(['2024-01-02T17:00:00Z']);
  });

  test('an entry without a CVE or a date costs itself', () => {
    const { kev, skipped } = read({
      catalogVersion: '1',
      vulnerabilities: [{ ...entry, cveID: 'CVE-x' }, { ...entry, dateAdded: 'soon' }, 7, entry],
    });
    expect([kev.length, skipped.get('entry without a CVE or a date')]).toEqual([1, ['CVE-x', 'CVE-2024-1234']]);
  });

  test('its schema is not the catalogue', () => {
    expect(kev.accepts({ path: 'schema.json', text: '{"properties":{"catalogVersion":"","vulnerabilities":[],"cveID":1}}' })).toBe(false);
  });
});

describe('EPSS', () => {
  test.each([
    [
      "FIRST's own",
      '#model_version:v2025.03.14,score_date:2026-08-16T12:55:00Z\ncve,epss,percentile\nCVE-1999-0001,0.010570001,0.76937\r\n',
      ['2026-08-16T12:55:00Z'],
    ],
    ['without a header', 'CVE-1999-0001;0.010570001;0.769370000\n', []],
  ])('%s', (_, text, published) => {
    const got = collect(epss, [{ path: 'epss.csv', text }]);
    expect(got.epss).toEqual([{ cve: 'CVE-1999-0001', score: 0.01057, percentile: 0.76937 }]);
    expect(got.published).toEqual(published);
    expect([...got.skipped]).toEqual([]);
  });

  test('a bad line costs itself', () => {
    const text = 'CVE-1999-0001;0.5;0.5\nCVE-1999-0002;1.5;0.5\nCVE-1999-0003;;\n\nCVE-1999-0004;1;5e-05';
    const got = collect(epss, [{ path: 'epss.csv', text }]);
    expect(got.epss.map((score) => [score.cve, score.percentile])).toEqual([
      ['CVE-1999-0001', 0.5],
      ['CVE-1999-0004', 0.00005],
    ]);
    expect(got.skipped.get('line that is no score')?.length).toBe(2);
  });

  test.each(['CVE-1999-0001\tx\n', 'cve,epss,percentile\n', '{"CVE-1999-0001":1}'])('does not accept %j', (text) => {
    expect(epss.accepts({ path: 'x.csv', text })).toBe(false);
  });
});

describe('end of life', () => {
  const markdown = `---
title: Debian
permalink: /debian
releases:
  - releaseCycle: "12"
    releaseDate: 2023-06-10
    eol: 2026-07-11
    eoes: 2028-06-30
    latestReleaseDate: 2026-07-11
  - releaseCycle: 1.10
    eol: true
    extendedSupport: false
  - releaseCycle: "1.9"

---

> [Debian](https://example.org)
`;

  test('front matter: cycles stay the text that was written', () => {
    const { lifecycles, skipped, newest } = collect(endoflife, [{ path: 'products/debian.md', text: markdown }]);
    expect(lifecycles).toEqual([
      { product: 'debian', cycle: '12', released: '2023-06-10', eol: '2026-07-11', extendedEol: '2028-06-30' },
      { product: 'debian', cycle: '1.10', eol: true, extendedEol: false },
    ]);
    expect([...skipped]).toEqual([['release without a cycle or an end of life', ['debian 1.9']]]);
    expect(newest).toBe('2026-07-11');
  });

  test('the API', () => {
    const text = JSON.stringify({
      schema_version: '1.2.0',
      generated_at: '2026-08-22T00:00:00Z',
      result: [
        {
          name: 'alpine-linux',
          releases: [{ name: '3.24', releaseDate: '2026-06-09', isEol: false, eolFrom: '2028-06-01', isEoes: null, eoesFrom: null }],
        },
        { name: 'x', releases: [{ name: '1', isEol: true, eolFrom: null }] },
        { releases: [] },
      ],
    });
    const { lifecycles, published, skipped } = collect(endoflife, [{ path: 'full.json', text }]);
    expect(lifecycles).toEqual([
      { product: 'alpine-linux', cycle: '3.24', released: '2026-06-09', eol: '2028-06-01' },
      { product: 'x', cycle: '1', eol: true },
    ]);
    expect(published).toEqual(['2026-08-22T00:00:00Z']);
    expect([...skipped.keys()]).toEqual(['product without a name']);
  });

  test('front matter that cannot be read costs the file', () => {
    const { skipped } = collect(endoflife, [{ path: 'x.md', text: '---\npermalink: /x\nreleases:\n  - "\n---\n' }]);
    expect([...skipped.keys()]).toEqual(['front matter that cannot be read']);
  });

  test.each(['---\ntitle: a page\n---\n', '# Markdown', '{"schema_version":"1.7","id":"X","modified":"x"}'])(
    'does not accept %j',
    (text) => {
      expect(endoflife.accepts({ path: 'x.md', text })).toBe(false);
    },
  );
});
