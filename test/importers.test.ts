import { readFileSync } from 'node:fs';
import { decompress } from 'fzstd';
import { describe, expect, test } from 'vitest';
import { importer as alpineSecdb } from '../src/sources/advisories/alpine-secdb.ts';
import { importer as cisaKev } from '../src/sources/advisories/cisa-kev.ts';
import { type Collected, collect } from '../src/sources/advisories/collect.ts';
import { importer as fixesList } from '../src/sources/advisories/debian-changelog.ts';
import { importer as debianDsa } from '../src/sources/advisories/debian-dsa.ts';
import { importer as endoflife } from '../src/sources/advisories/endoflife.ts';
import { importer as epss } from '../src/sources/advisories/epss.ts';
import type { FeedFile } from '../src/sources/advisories/importer.ts';
import { importer as nodejsSecurityWg } from '../src/sources/advisories/nodejs-security-wg.ts';
import { importer as osv } from '../src/sources/advisories/osv.ts';
import { importer as pypa } from '../src/sources/advisories/pypa.ts';
import { requireCases } from './cases.ts';

/** Every importer, in the order of their ids: a file must be of one feed at most. */
const importers = [alpineSecdb, cisaKev, debianDsa, endoflife, epss, fixesList, nodejsSecurityWg, osv, pypa];

const cases = requireCases('advisories');

function textOf(name: string): string {
  const bytes = readFileSync(`${cases.path}/${name}`);
  return new TextDecoder().decode(name.endsWith('.zst') ? decompress(bytes) : bytes);
}

/** Files of a bundle of `{path, text}` lines. */
function bundle(name: string): FeedFile[] {
  return textOf(`${name}.jsonl.zst`)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): FeedFile => JSON.parse(line));
}

/** Rows as the reference import counted them: ecosystem, package, id and span, each once. */
function spans(collected: Collected): number {
  const seen = new Set<string>();
  for (const { ecosystem, name, id, ranges, versions } of collected.rows)
    for (const range of ranges.length > 0 ? ranges : [versions]) seen.add(JSON.stringify([ecosystem, name, id, range]));
  return seen.size;
}

function skips(collected: Collected): Record<string, number> {
  return Object.fromEntries([...collected.skipped].map(([reason, examples]) => [reason, examples.length]));
}

describe.skipIf(cases.missing !== undefined)(`importers against the shared advisories ${cases.missing ?? ''}`, { timeout: 120_000 }, () => {
  test('pypa', () => {
    const got = collect(pypa, bundle('pypa'));
    expect({ spans: spans(got), records: got.records.length, skipped: skips(got), newest: got.newest.slice(0, 10) }).toEqual({
      spans: 5085,
      records: 2651,
      skipped: { 'withdrawn by its publisher': 10 },
      newest: '2024-10-10',
    });
    expect(got.rows.filter((row) => row.name !== row.name.toLowerCase() || /[_.]/.test(row.name))).toEqual([]);
  });

  test('Node.js security working group: 638 advisories', () => {
    // the reference import counts a record and package (654); ours gives a row for each of several CVEs, and for spans with and without a fix
    const got = collect(nodejsSecurityWg, bundle('nodejs-security-wg'));
    const pairs = new Set(got.rows.map((row) => `${row.ecosystem} ${row.name} ${row.id}`));
    expect({ rows: got.rows.length, pairs: pairs.size, skipped: skips(got), refused: got.refused.length }).toEqual({
      rows: 663,
      pairs: 662,
      skipped: {},
      refused: 9,
    });
  });

  test('Alpine', () => {
    // 101,604 entries, of which 29 name no id; strings with two CVEs give two rows
    const got = collect(alpineSecdb, [{ path: 'alpine-secdb.jsonl', text: textOf('alpine-secdb.jsonl.zst') }]);
    const never = got.rows.filter((row) => row.status === 'not_affected').length;
    expect({ rows: got.rows.length, never, skipped: skips(got), ecosystems: got.coverage.size }).toEqual({
      rows: 101_615,
      never: 799,
      skipped: { 'entry without an id': 29 },
      ecosystems: 16,
    });
    expect([...got.coverage.values()].every(({ state }) => state === 'partial')).toBe(true);
  });

  test('Debian advisory lists', () => {
    // 5 % above the reference's 33,454: the lists of the testing team, 509 lines indented by blanks and notices without a CVE are read too
    const got = collect(debianDsa, bundle('debian-security-tracker-dsa-dla-2023'));
    const count = (status: string) => got.rows.filter((row) => row.status === status).length;
    expect({
      rows: got.rows.length,
      fixed: count('fixed'),
      skipped: skips(got),
      newest: got.newest,
      accepted: 11 - got.refused.length,
    }).toEqual({
      rows: 35_080,
      fixed: 34_978,
      skipped: {},
      newest: '2023-04-01',
      accepted: 3,
    });
  });

  test('fixes of Debian 12', () => {
    // 7,905 (source, version, CVE); 263 pairs are named in more than one version, the lowest on the release's own line stands
    const got = collect(fixesList, [{ path: 'debian12-fixed.jsonl', text: textOf('debian12-fixed.jsonl') }]);
    expect({
      rows: got.rows.length,
      ids: new Set(got.rows.map((row) => row.id)).size,
      coverage: [...got.coverage.keys()],
      newest: got.newest,
    }).toEqual({
      rows: 7605,
      ids: 7577,
      coverage: ['Debian:12'],
      newest: '2026-11-19',
    });
  });

  test('KEV, EPSS, end of life', () => {
    const kev = collect(cisaKev, bundle('cisa-kev'));
    const scores = collect(epss, bundle('epss'));
    const lives = collect(endoflife, bundle('endoflife'));
    expect([kev.kev.length, skips(kev)]).toEqual([1404, {}]);
    expect([scores.epss.length, skips(scores)]).toEqual([360_142, {}]);
    expect([new Set(lives.lifecycles.map((life) => life.product)).size, skips(lives)]).toEqual([464, {}]);
    expect(lives.lifecycles.find((life) => life.product === 'debian' && life.cycle === '12')?.extendedEol).toBe('2028-06-30');
  });

  test.each([
    ['bitnami', 19_852, {}],
    ['drupal', 856, {}],
    // the reference counts 7,560 with the withdrawn records
    ['govulndb', 7540, { 'withdrawn by its publisher': 17 }],
    ['homebrew', 43, {}],
    ['k8s-cve-feed-osv', 151, {}],
  ])('OSV: %s gives %d spans', (name, want, skipped) => {
    const got = collect(osv, bundle(name));
    expect({ spans: spans(got), skipped: skips(got) }).toEqual({ spans: want, skipped });
  });

  test("OSV: AlmaLinux's errata under their CVEs", () => {
    const got = collect(osv, bundle('almalinux'));
    // 71,329 (package, erratum) in the reference, before they are spread over the CVEs
    const pairs = new Set(
      got.rows.flatMap((row) => row.advisoryIds?.map((notice) => `${row.ecosystem} ${row.name} ${notice}`) ?? [row.name]),
    );
    expect({
      ownIds: new Set(got.rows.filter((row) => !row.id.startsWith('CVE-')).map((row) => row.id)).size,
      pairs: pairs.size > 50_000,
      skipped: Object.keys(skips(got)),
    }).toEqual({
      ownIds: 9,
      pairs: true,
      skipped: ['bug-fix or enhancement notice without a CVE'],
    });
  });

  test('OSV: records out of the fixtures of scanners, some broken on purpose, cost themselves', () => {
    const got = collect(osv, bundle('osv-fixtures'));
    expect({ refused: got.refused.length, skipped: skips(got) }).toEqual({
      refused: 0,
      skipped: {
        'withdrawn by its publisher': 7,
        'entry without a package (source code only)': 5,
        'entry without a range or a version': 2,
      },
    });
  });

  test('a file is of one feed at most', () => {
    const names = [
      'cisa-kev',
      'debian-security-tracker-dsa-dla-2023',
      'drupal',
      'elixir-mirego',
      'friendsofphp',
      'haskell',
      'nodejs-security-wg',
    ];
    const more = ['ocaml', 'official-images', 'pypa', 'r-advisories', 'retirejs', 'retirenet', 'rubysec', 'rustsec', 'victims'];
    const taken = new Map<string, Set<string>>();
    for (const name of [...names, ...more])
      for (const file of bundle(name)) {
        const feeds = importers.filter((importer) => importer.accepts(file)).map((importer) => importer.id);
        taken.set(name, (taken.get(name) ?? new Set()).add(feeds.join('+') || 'none'));
      }
    expect(Object.fromEntries([...taken].map(([name, feeds]) => [name, [...feeds].sort()]))).toEqual({
      ...Object.fromEntries(
        ['elixir-mirego', 'friendsofphp', 'haskell', 'ocaml', 'official-images', 'r-advisories'].map((name) => [name, ['none']]),
      ),
      ...Object.fromEntries(['retirejs', 'retirenet', 'rubysec', 'rustsec', 'victims'].map((name) => [name, ['none']])),
      drupal: ['osv'],
      'cisa-kev': ['cisa-kev', 'none'],
      'debian-security-tracker-dsa-dla-2023': ['debian-dsa', 'none'],
      'nodejs-security-wg': ['nodejs-security-wg', 'none'],
      pypa: ['pypa'],
    });
  });
});
