import { describe, expect, test } from 'vitest';
import { collect } from './collect.ts';
import { completenessUnknown } from './importer.ts';
import { importer } from './osv.ts';

type Json = Record<string, unknown>;

function read(...records: Json[]) {
  return collect(
    importer,
    records.map((record, at) => ({ path: `${at}.json`, text: JSON.stringify(record) })),
  );
}

function record(parts: Json): Json {
  return { schema_version: '1.7.0', id: 'GHSA-1', modified: '2026-01-02T03:04:05Z', ...parts };
}

const npm = { ecosystem: 'npm', name: 'Left-Pad' };
function affected(ranges: unknown, more: Json = {}): Json {
  return { package: npm, ranges, ...more };
}
function semver(...events: Json[]): Json {
  return { type: 'SEMVER', events };
}

describe('ranges', () => {
  test.each([
    ['two spans', [{ introduced: '0' }, { fixed: '1.2.3' }, { introduced: '2.0.0' }, { fixed: '2.1.0' }], ['<1.2.3', '>=2.0.0 <2.1.0']],
    [
      'spans in falling order pair as they stand',
      [{ introduced: '5.0.0' }, { fixed: '5.2.0' }, { introduced: '4.0.0' }, { fixed: '4.3.0' }],
      ['>=5.0.0 <5.2.0', '>=4.0.0 <4.3.0'],
    ],
    [
      'all introductions first: sorted',
      [{ introduced: '4.0.0' }, { introduced: '5.0.0' }, { fixed: '5.2.0' }, { fixed: '4.3.0' }],
      ['>=4.0.0 <4.3.0', '>=5.0.0 <5.2.0'],
    ],
    [
      'a fix before its introduction: sorted, pre-releases too',
      [{ fixed: '1.0.0-rc.2' }, { introduced: '1.0.0-rc.1' }],
      ['>=1.0.0-rc.1 <1.0.0-rc.2'],
    ],
    ['a second fix of one span', [{ introduced: '0' }, { fixed: '1.0.0' }, { fixed: '1.1.0' }], ['<1.0.0']],
    [
      'a second fix whose introduction comes later: sorted',
      [{ introduced: '0' }, { fixed: '1.0.0' }, { fixed: '3.0.0' }, { introduced: '2.0.0' }],
      ['<1.0.0', '>=2.0.0 <3.0.0'],
    ],
    ['limit says nothing', [{ introduced: '0' }, { limit: '9.0.0' }, { last_affected: '1.0.0' }], ['<=1.0.0']],
    ['still affected', [{ introduced: '1.0.0' }], ['>=1.0.0']],
    ['a zero that is a version of its own', [{ introduced: '0.0.0' }, { fixed: '0' }], ['>=0.0.0 <0']],
  ])('%s', (_, events, want) => {
    const { rows } = read(record({ affected: [affected([semver(...events)])] }));
    const spans = rows
      .flatMap((row) => row.ranges)
      .map((range) =>
        [range.introduced && `>=${range.introduced}`, range.fixed && `<${range.fixed}`, range.lastAffected && `<=${range.lastAffected}`]
          .filter(Boolean)
          .join(' '),
      );
    expect(spans).toEqual(want);
  });

  test.each([
    ['no range, no version', [], 'entry without a range or a version'],
    ['only a fix', [semver({ fixed: '1.0.0' })], 'range without an introduced event'],
    [
      'versions outside the grammar cannot be ordered',
      [{ type: 'ECOSYSTEM', events: [{ introduced: '1' }, { introduced: '2' }, { fixed: '3' }] }],
      'range with events out of order',
    ],
    ['unknown type', [{ type: 'LUNAR', events: [{ introduced: '0' }] }], 'range of an unknown type'],
    ['ranges of the wrong kind', 'all of them', 'entry without a range or a version'],
  ])('counted, and kept as a range that nobody can read: %s', (_, ranges, reason) => {
    const { rows, skipped } = read(record({ affected: [affected(ranges)] }));
    expect(rows.map((row) => [row.status, row.ranges])).toEqual([['affected', [{ introduced: '?' }]]]);
    expect(skipped.get(reason)).toEqual(['GHSA-1']);
  });

  test('ranges of git commits alone say nothing of released versions', () => {
    const { rows, skipped } = read(record({ affected: [affected([{ type: 'GIT', repo: 'x', events: [{ introduced: '0' }] }])] }));
    expect(rows).toEqual([]);
    expect(skipped.get('only ranges of git commits')).toEqual(['GHSA-1']);
  });

  test("an ecosystem's own order, and none where the ecosystem is not known", () => {
    const ranges = [
      { type: 'ECOSYSTEM', events: [{ introduced: '1.10' }, { introduced: '1.9' }, { fixed: '1.10.1' }, { fixed: '1.9.5' }] },
    ];
    const of = (ecosystem: string) => read(record({ affected: [{ package: { ecosystem, name: 'x' }, ranges }] }));
    expect(of('PyPI').rows.flatMap((row) => row.ranges)).toEqual([
      { introduced: '1.9', fixed: '1.9.5' },
      { introduced: '1.10', fixed: '1.10.1' },
    ]);
    expect([...of('Lunar').skipped.keys()]).toEqual(['range with events out of order']);
  });

  test('a span without a fix is a row of its own, and enumerated versions go with it', () => {
    const events = semver({ introduced: '0' }, { fixed: '1.0.0' }, { introduced: '2.0.0' });
    const { rows } = read(record({ affected: [affected([events], { versions: ['0.9.0', '2.0.0'] })] }));
    expect(rows).toEqual([
      { ecosystem: 'npm', name: 'Left-Pad', id: 'GHSA-1', status: 'fixed', ranges: [{ fixed: '1.0.0' }] },
      {
        ecosystem: 'npm',
        name: 'Left-Pad',
        id: 'GHSA-1',
        status: 'affected',
        ranges: [{ introduced: '2.0.0' }],
        versions: ['0.9.0', '2.0.0'],
      },
    ]);
  });

  test('entries of one package become one row; other packages and modules do not', () => {
    const of = (fixed: string, more: Json = {}): Json => affected([semver({ introduced: '0' }, { fixed })], more);
    const { rows } = read(
      record({
        affected: [
          of('1.0.0'),
          of('1.0.0'),
          of('2.0.0'),
          of('1.0.0', { ecosystem_specific: { rpm_modularity: 'x:1' } }),
          of('1.0.0', { package: { ecosystem: 'npm', name: 'left-pad' } }),
        ],
      }),
    );
    expect(rows.map((row) => [row.name, row.ranges.length, row.qualifiers?.module])).toEqual([
      ['Left-Pad', 2, undefined],
      ['Left-Pad', 1, 'x:1'],
      ['left-pad', 1, undefined],
    ]);
  });

  test("GitHub's last known bound closes a span without a fix, and only such a one", () => {
    const bound = (range: string, ...events: Json[]) =>
      read(
        record({ affected: [affected([semver(...events)], { database_specific: { last_known_affected_version_range: range } })] }),
      ).rows.flatMap((row) => row.ranges);
    expect(bound('<= 1.4', { introduced: '0' })).toEqual([{ lastAffected: '1.4' }]);
    expect(bound('< 2.0.0', { introduced: '1.0.0' })).toEqual([{ introduced: '1.0.0', fixed: '2.0.0' }]);
    expect(bound('< 9', { introduced: '0' }, { fixed: '1.0.0' })).toEqual([{ fixed: '1.0.0' }]);
    expect(bound('most of them', { introduced: '0' })).toEqual([{}]);
  });
});

describe('ids', () => {
  const fix = (ecosystem: string, name: string) => ({
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2' }] }],
  });

  test.each([
    [
      'AlmaLinux lists its CVEs in related',
      { id: 'ALSA-2025:1', related: ['CVE-2025-1111', 'CVE-2025-2222'] },
      ['CVE-2025-1111', 'CVE-2025-2222'],
      ['ALSA-2025:1'],
    ],
    [
      'Ubuntu and Debian in upstream, under their own names',
      { id: 'USN-1-1', upstream: ['UBUNTU-CVE-2025-1111', 'CVE-2025-1111'] },
      ['CVE-2025-1111'],
      ['USN-1-1'],
    ],
    ['older Debian notices in aliases', { id: 'DSA-3029-1', aliases: ['CVE-2014-3616'] }, ['CVE-2014-3616'], ['DSA-3029-1']],
    ['Homebrew', { id: 'BREW-x-CVE-2025-1111', upstream: ['CVE-2025-1111'] }, ['CVE-2025-1111'], ['BREW-x-CVE-2025-1111']],
    ['a notice without a CVE', { id: 'DLA-1-1' }, ['DLA-1-1'], undefined],
    ['CleanStart names GitHub advisories', { id: 'CLEANSTART-2025-1', upstream: ['GHSA-a'] }, ['GHSA-a'], ['CLEANSTART-2025-1']],
    ["Debian's word on a CVE", { id: 'DEBIAN-CVE-2024-1234', upstream: ['CVE-2024-1234'] }, ['CVE-2024-1234'], ['DEBIAN-CVE-2024-1234']],
    [
      "Ubuntu's word on a CVE, with its notices",
      { id: 'UBUNTU-CVE-2024-1234', related: ['USN-5-1', 'CVE-2024-9999'] },
      ['CVE-2024-1234'],
      ['UBUNTU-CVE-2024-1234', 'USN-5-1'],
    ],
    ['related never counts elsewhere', { id: 'GHSA-a', related: ['CVE-2024-1234'], aliases: ['CVE-2024-5678'] }, ['GHSA-a'], undefined],
  ])('%s', (_, parts, ids, notices) => {
    const { rows } = read(record({ ...parts, affected: [fix('Debian:12', 'x')] }));
    expect(rows.map((row) => row.id)).toEqual(ids);
    expect(rows[0]?.advisoryIds).toEqual(notices);
  });

  test('a notice has no aliases: the CVEs that it covers are not one another', () => {
    const { records } = read(record({ id: 'DSA-1-1', aliases: ['CVE-2014-3616', 'CVE-2014-3617'], affected: [fix('Debian:7', 'x')] }));
    expect(records).toEqual([{ id: 'DSA-1-1', aliases: [] }]);
  });

  test('what is known of a CVE from one distribution stands under the CVE', () => {
    const { records } = read(
      record({ id: 'DEBIAN-CVE-2024-1234', upstream: ['CVE-2024-1234'], details: 'A  bug.\n', affected: [fix('Debian:12', 'x')] }),
    );
    expect(records).toEqual([{ id: 'CVE-2024-1234', aliases: [], summary: 'A bug.' }]);
  });

  test('a bug-fix notice is no vulnerability', () => {
    const { rows, skipped } = read(record({ id: 'ALBA-2025:1', affected: [fix('AlmaLinux:9', 'x')] }));
    expect(rows).toEqual([]);
    expect([...skipped.keys()]).toEqual(['bug-fix or enhancement notice without a CVE']);
  });
});

describe('names', () => {
  test.each([
    [{ ecosystem: 'PyPI', name: 'Foo._Bar' }, 'PyPI', 'foo-bar'],
    [
      { ecosystem: 'Packagist:https://packages.drupal.org/8', name: 'Drupal/Core' },
      'Packagist:https://packages.drupal.org/8',
      'drupal/core',
    ],
    [{ ecosystem: 'npm', purl: 'pkg:npm/%40scope/Name@1.0' }, 'npm', '@scope/Name'],
    [{ purl: 'pkg:maven/org.x/y' }, 'Maven', 'org.x:y'],
    [{ ecosystem: 'Debian:12', name: 'linux' }, 'Debian:12', 'linux'],
  ])('%j', (named, ecosystem, name) => {
    const { rows, coverage } = read(record({ affected: [{ package: named, versions: ['1'] }] }));
    expect(rows.map((row) => [row.ecosystem, row.name])).toEqual([[ecosystem, name]]);
    expect([...coverage]).toEqual([[ecosystem, { state: 'partial', reason: completenessUnknown }]]);
  });

  test.each([[{ ecosystem: 'npm' }], [{ purl: 'pkg:npm/%E0%A4%A/' }], [{ purl: 'pkg:deb/debian/x' }], [{ purl: 7 }]])(
    '%j is skipped or read, never a fault',
    (named) => {
      const { rows, skipped } = read(record({ affected: [{ package: named, versions: ['1'] }] }));
      expect(rows.length + [...skipped.values()].flat().length).toBe(1);
    },
  );
});

describe('severity', () => {
  const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
  const any = { package: npm, versions: ['1.0.0'] };

  test.each([
    [
      "GitHub's word with the vector beside it",
      { severity: [{ type: 'CVSS_V3', score: vector }], database_specific: { severity: 'MODERATE' } },
      { value: 'medium', source: 'github', vector, score: 9.8 },
    ],
    ['the vector alone', { severity: [{ type: 'CVSS_V3', score: vector }] }, { value: 'critical', source: 'cvss', vector, score: 9.8 }],
    [
      'an unreadable newer vector gives way',
      {
        severity: [
          { type: 'CVSS_V4', score: 'CVSS:4.0/AV:N' },
          { type: 'CVSS_V3', score: vector },
        ],
      },
      { value: 'critical', source: 'cvss', vector, score: 9.8 },
    ],
    ['a bare number is no vector', { severity: [{ type: 'CVSS_V3', score: '7.5' }] }, undefined],
  ])('%s', (_, parts, want) => {
    expect(read(record({ ...parts, affected: [any] })).records[0]?.severity).toEqual(want);
  });

  test.each([
    ['unimportant', { value: 'negligible', source: 'debian' }, 'affected'],
    ['not yet assigned', undefined, 'affected'],
    ['end-of-life', undefined, 'end_of_life'],
  ])('Debian urgency %s', (urgency, severity, status) => {
    const entry = {
      package: { ecosystem: 'Debian:10', name: 'x' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
      ecosystem_specific: { urgency },
    };
    const [row] = read(record({ id: 'DEBIAN-CVE-2024-1234', affected: [entry] })).rows;
    expect([row?.severity, row?.status]).toEqual([severity, status]);
  });

  test("a notice's severity goes to each row, since it stands under no CVE", () => {
    const { rows } = read(
      record({
        id: 'USN-1-1',
        upstream: ['CVE-2024-1111', 'CVE-2024-2222'],
        severity: [{ type: 'Ubuntu', score: 'low' }],
        affected: [any],
      }),
    );
    expect(rows.map((row) => row.severity)).toEqual([
      { value: 'low', source: 'ubuntu' },
      { value: 'low', source: 'ubuntu' },
    ]);
  });
});

test("AlmaLinux's rating stands before the title", () => {
  const of = (id: string) =>
    read(record({ id, summary: 'Important: x update', related: ['CVE-2024-1111'], affected: [{ package: npm, versions: ['1'] }] }));
  expect(of('ALSA-2024:1').rows[0]?.severity).toEqual({ value: 'high', source: 'almalinux' });
  expect(of('GHSA-x').records[0]?.severity).toBeUndefined();
});

describe('files', () => {
  test('withdrawn records are counted and date the feed', () => {
    const { rows, skipped, newest } = read(
      record({ withdrawn: '2026-01-01T00:00:00Z', affected: [affected([semver({ introduced: '0' })])] }),
    );
    expect([rows.length, skipped.get('withdrawn by its publisher'), newest]).toEqual([0, ['GHSA-1'], '2026-01-02T03:04:05Z']);
  });

  test("Go's unset date says nothing", () => {
    expect(read(record({ id: 'GO-1', modified: '0001-01-01T00:00:00Z', published: '2021-04-14T20:04:52Z', affected: [] })).newest).toBe(
      '2021-04-14T20:04:52Z',
    );
  });

  test('malicious packages are records like any other', () => {
    const { rows } = read(record({ id: 'MAL-2024-1', affected: [affected([semver({ introduced: '0' })])] }));
    expect(rows).toEqual([{ ecosystem: 'npm', name: 'Left-Pad', id: 'MAL-2024-1', status: 'affected', ranges: [{}] }]);
  });

  test.each([
    ['{"id":"X","affected":[]}', true],
    ['\ufeff \n{"a":{"id":"\\\\\\"}{"},"affected":[{}],"id":"X"}', true],
    ['{"schema_version":"1.7","modified":"x","id":"X"}', true],
    ['{"id":"X","withdrawn":"2020-01-01T00:00:00Z"}', true],
    ['{"packages":[{"id":"X","affected":["1.0"]}]}', false],
    ['{"id":5,"affected":[]}', false],
    ['{"id":"X","affected":"all"}', false],
    ['[{"id":"X","affected":[]}]', false],
    ['{"id":"X","x":"', false],
    ['id: X\naffected: []', false],
  ])('accepts %j: %s', (text, want) => {
    expect(importer.accepts({ path: 'x.json', text })).toBe(want);
  });

  test('a file cut in the middle costs itself', () => {
    const { rows, skipped } = collect(importer, [{ path: 'cut.json', text: '{"id":"X","affected":[{"pack' }]);
    expect([rows, [...skipped]]).toEqual([[], [['not a JSON object', ['cut.json']]]]);
  });

  test('a notice that would make millions of rows is refused', () => {
    const many = Array.from({ length: 1100 }, (_, at) => at);
    const { rows, skipped } = read(
      record({
        id: 'DSA-1-1',
        upstream: many.map((at) => `CVE-2024-${10_000 + at}`),
        affected: many.map((at) => ({ package: { ecosystem: 'Debian:12', name: `p${at}` }, versions: ['1'] })),
      }),
    );
    expect([rows.length, [...skipped.keys()]]).toEqual([0, ['record larger than a million rows']]);
  });
});
