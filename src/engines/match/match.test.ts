import { describe, expect, it } from 'vitest';
import { memoryIndex } from '../../../test/memory-index.ts';
import type { AdvisoryRecord, AdvisoryRow, Coverage } from '../../model/advisory.ts';
import type { Distro } from '../../model/distro.ts';
import type { Package } from '../../model/package.ts';
import { match } from './index.ts';

const now = new Date('2026-11-25T12:00:00Z');
const bookworm: Distro = { id: 'debian', version: '12', name: 'Debian GNU/Linux 12', like: [], release: '12' };

function deb(version: string, over: Partial<Package> = {}): Package {
  const name = over.name ?? 'libfoo1';
  return {
    purl: `pkg:deb/debian/${name}@${version}`,
    type: 'deb',
    name,
    version,
    arch: 'amd64',
    source: { name: 'foo', version },
    locations: [{ path: 'var/lib/dpkg/status' }],
    licenses: [],
    from: 'installed',
    ...over,
  };
}

function lang(type: 'npm' | 'pypi', version: string, over: Partial<Package> = {}): Package {
  const name = over.name ?? 'foo';
  return { purl: `pkg:${type}/${name}@${version}`, type, name, version, locations: [], licenses: [], from: 'installed', ...over };
}

function row(over: Partial<AdvisoryRow>): AdvisoryRow {
  return { ecosystem: 'Debian:12', name: 'foo', id: 'CVE-2024-0001', status: 'fixed', ranges: [], source: 'debian-dsa', ...over };
}

function record(id: string, aliases: readonly string[] = [], over: Partial<AdvisoryRecord> = {}): AdvisoryRecord {
  return { id, aliases, ...over };
}

function full(ecosystem: string, over: Partial<Coverage> = {}): Coverage {
  return { source: 'osv', ecosystem, state: 'full', asOf: '2026-11-24', ...over };
}

const kinds: readonly Coverage[] = [full('kev', { source: 'kev' }), full('epss', { source: 'epss' })];
const everywhere = ['Debian:12', 'npm', 'PyPI'].map((ecosystem) => full(ecosystem));

function run(
  packages: readonly Package[],
  rows: readonly AdvisoryRow[],
  records: readonly AdvisoryRecord[] = [],
  distro: Distro | undefined = bookworm,
) {
  return match(packages, distro, memoryIndex({ rows, records, coverage: everywhere, sources: kinds }), now);
}

/** Findings as one line each: id, fix, state, aliases. */
function lines({ findings }: ReturnType<typeof run>): string[] {
  return findings.map(({ id, fixed, aliases, suppressedBy }) =>
    [id, fixed ?? '-', suppressedBy?.by ?? 'active', aliases.join(' ')].join(' | ').trimEnd(),
  );
}

describe('match, a distribution', () => {
  const below = (fixed: string, over: Partial<AdvisoryRow> = {}) => row({ ranges: [{ fixed }], ...over });
  it.each<[string, Package, readonly AdvisoryRow[], readonly string[]]>([
    [
      'compares the source version, not the rebuild',
      deb('1.2-1+b9', { source: { name: 'foo', version: '1.2-1' } }),
      [below('1.2-1+a')],
      ['CVE-2024-0001 | 1.2-1+a | active |'],
    ],
    [
      'a binary that shares the name is not its source',
      deb('1', { name: 'foo', source: { name: 'other', version: '1' } }),
      [below('2')],
      [],
    ],
    [
      'a later notice of one source with a higher fix holds',
      deb('1.2'),
      [below('1.2', { advisoryIds: ['DSA-1-1'] }), below('1.3', { advisoryIds: ['DSA-1-2'] })],
      ['CVE-2024-0001 | 1.3 | active | DSA-1-2'],
    ],
    ['not_affected silences within a source', deb('1.2'), [below('1.3'), row({ status: 'not_affected' })], []],
    ['the vendor outweighs others', deb('1.2'), [below('1.2'), below('1.3', { source: 'osv' })], ['CVE-2024-0001 | 1.3 | not-affected |']],
    [
      'not_affected of the vendor outweighs others',
      deb('1.2'),
      [row({ status: 'not_affected' }), below('1.3', { source: 'osv' })],
      ['CVE-2024-0001 | 1.3 | not-affected |'],
    ],
    [
      'the vendor itself says affected',
      deb('1.1'),
      [below('1.2'), row({ status: 'not_affected', source: 'osv' })],
      ['CVE-2024-0001 | 1.2 | active |'],
    ],
    ['others count where the vendor is silent', deb('1.2'), [below('1.3', { source: 'osv' })], ['CVE-2024-0001 | 1.3 | active |']],
    ['a state without a range speaks of every version', deb('9'), [row({ status: 'will_not_fix' })], ['CVE-2024-0001 | - | active |']],
    ['closed at 0 is never affected, even below 0', deb('0~rc1'), [below('0')], []],
    ['another architecture', deb('1'), [below('2', { qualifiers: { arch: 'arm64' } })], []],
    ['the same architecture', deb('1'), [below('2', { qualifiers: { arch: 'amd64' } })], ['CVE-2024-0001 | 2 | active |']],
    ['an advisory without a CVE stands under its own id', deb('1'), [below('2', { id: 'DSA-9-1' })], ['DSA-9-1 | 2 | active |']],
    [
      'a changelog that names the CVE again raises nothing',
      deb('1.2'),
      [below('1.3', { source: 'debian-changelog' }), below('1.2', { source: 'debian-changelog' })],
      [],
    ],
  ])('%s', (_, item, rows, expected) => {
    expect(lines(run([item], rows))).toEqual(expected);
  });

  it('gives one finding a binary package and id, never two', () => {
    const found = run(
      [deb('1'), deb('1', { name: 'foo-utils' })],
      [row({ ranges: [{ fixed: '2' }] }), row({ ranges: [{ fixed: '2' }], source: 'debian-tracker' })],
    );
    expect(found.findings.map((finding) => `${finding.subject.purl} ${finding.id}`)).toEqual([
      'pkg:deb/debian/libfoo1@1 CVE-2024-0001',
      'pkg:deb/debian/foo-utils@1 CVE-2024-0001',
    ]);
  });

  it('never joins two CVEs through a notice they share', () => {
    const records = [record('CVE-2024-0001', ['XSA-1']), record('CVE-2024-0002', ['XSA-1'])];
    const rows = [row({ status: 'not_affected' }), row({ id: 'CVE-2024-0002', ranges: [{ fixed: '2' }] })];
    expect(lines(run([deb('1')], rows, records))).toEqual(['CVE-2024-0002 | 2 | active | XSA-1']);
  });
});

describe('match, a language', () => {
  const npm = (over: Partial<AdvisoryRow>) => row({ ecosystem: 'npm', source: 'osv', ...over });
  it.each<[string, string, readonly AdvisoryRow[], readonly AdvisoryRecord[], readonly string[]]>([
    [
      'records of one vulnerability are one finding; the fix leaves both',
      '1.0.0',
      [npm({ id: 'GHSA-a', ranges: [{ fixed: '1.2.0' }] }), npm({ id: 'PYSEC-1', ranges: [{ fixed: '1.3.0' }] })],
      [record('GHSA-a', ['CVE-2024-5000']), record('PYSEC-1', ['GHSA-a'])],
      ['CVE-2024-5000 | 1.3.0 | active | GHSA-a PYSEC-1'],
    ],
    [
      'a record that knows no fix denies that there is one',
      '1.0.0',
      [npm({ id: 'GHSA-a', ranges: [{ fixed: '1.2.0' }] }), npm({ id: 'X-1', ranges: [{}] })],
      [record('X-1', ['GHSA-a'])],
      ['GHSA-a | - | active | X-1'],
    ],
    [
      'last affected in one, fixed in the other',
      '1.0.0',
      [npm({ id: 'GHSA-a', ranges: [{ fixed: '1.2.0' }] }), npm({ id: 'X-1', ranges: [{ lastAffected: '1.1.9' }] })],
      [record('X-1', ['GHSA-a'])],
      ['GHSA-a | 1.2.0 | active | X-1'],
    ],
    [
      'a last affected version with a known fix above it',
      '1.2.0-rc.1',
      [npm({ id: 'GHSA-a', ranges: [{ lastAffected: '1.2.0-rc.1', fixed: '1.2.0' }] })],
      [],
      ['GHSA-a | 1.2.0 | active |'],
    ],
    [
      'a fix that begins the next span leads on',
      '1.9.0',
      [npm({ id: 'GHSA-a', ranges: [{ fixed: '2.0.0' }, { introduced: '2.0.0', fixed: '2.0.1' }] })],
      [],
      ['GHSA-a | 2.0.1 | active |'],
    ],
    [
      'the fix is that of the installed line',
      '1.4.0',
      [
        npm({
          id: 'GHSA-a',
          ranges: [
            { introduced: '1.0.0', fixed: '1.5.0' },
            { introduced: '2.0.0', fixed: '2.1.0' },
          ],
        }),
      ],
      [],
      ['GHSA-a | 1.5.0 | active |'],
    ],
    [
      'a record of two CVEs joins nothing',
      '1.5.0',
      [
        npm({ id: 'GHSA-a', ranges: [{ fixed: '2.0.0' }] }),
        npm({ id: 'GHSA-b', ranges: [{ fixed: '1.0.0' }] }),
        npm({ id: 'NSWG-1', ranges: [{ fixed: '1.2.0' }] }),
      ],
      [record('GHSA-a', ['CVE-2020-1000']), record('GHSA-b', ['CVE-2020-2000']), record('NSWG-1', ['CVE-2020-1000', 'CVE-2020-2000'])],
      ['CVE-2020-1000 | 2.0.0 | active | GHSA-a'],
    ],
    [
      'a record of two CVEs alone stands under its first',
      '1.0.0',
      [npm({ id: 'NSWG-1', ranges: [{ fixed: '1.2.0' }] })],
      [record('NSWG-1', ['CVE-2020-2000', 'CVE-2020-1000'])],
      ['CVE-2020-2000 | 1.2.0 | active | CVE-2020-1000 NSWG-1'],
    ],
    [
      'a pre-release of the fix is affected',
      '1.2.0-rc.1',
      [npm({ id: 'GHSA-a', ranges: [{ fixed: '1.2.0' }] })],
      [],
      ['GHSA-a | 1.2.0 | active |'],
    ],
    [
      'listed only: no fix is known',
      '1.0.0',
      [npm({ id: 'GHSA-a', ranges: [{ introduced: '2.0.0', fixed: '2.1.0' }], versions: ['1.0.0'] })],
      [],
      ['GHSA-a | - | active |'],
    ],
    ['exclusive lower end', '1.0.0', [npm({ id: 'GHSA-a', ranges: [{ after: '1.0.0' }] })], [], []],
    ['every version, even one that is none', 'latest', [npm({ id: 'MAL-1', ranges: [{ introduced: '0' }] })], [], ['MAL-1 | - | active |']],
  ])('%s', (_, version, rows, records, expected) => {
    expect(lines(run([lang('npm', version)], rows, records))).toEqual(expected);
  });

  it('compares listed versions by order, and folds names', () => {
    const rows = [row({ ecosystem: 'PyPI', name: 'foo-bar', id: 'PYSEC-1', source: 'pypa', versions: ['1.4'] })];
    expect(lines(run([lang('pypi', '1.4.0', { name: 'Foo__Bar' })], rows))).toEqual(['PYSEC-1 | - | active |']);
  });
});

describe('match, what cannot be told', () => {
  const rows = [row({ ranges: [{ fixed: '2' }] })];
  const causesOf = (packages: readonly Package[], distro: Distro | undefined, data: Parameters<typeof memoryIndex>[0] = {}) =>
    match(packages, distro, memoryIndex({ rows, coverage: everywhere, sources: kinds, ...data }), now).causes.map(
      ({ code, area, blocking, count }) => `${code} ${area} ${blocking ? 'blocks' : 'quiet'}${count === undefined ? '' : ` ${count}`}`,
    );
  it.each<[string, readonly string[], string[]]>([
    [
      'a derived distribution',
      causesOf([deb('1')], { id: 'ubuntu', name: 'Ubuntu 24.04', like: ['debian'], release: '24.04' }),
      ['distro-unsupported deb blocks 1'],
    ],
    ['no distribution', causesOf([deb('1')], undefined), ['distro-unknown deb blocks 1']],
    ['no release', causesOf([deb('1')], { id: 'debian', name: 'Debian', like: [] }), ['distro-release-unknown deb blocks 1']],
    ['a release without data', causesOf([deb('1')], { ...bookworm, release: '7' }), ['coverage-none deb blocks 1']],
    [
      'partial data',
      causesOf([deb('3')], bookworm, { coverage: [full('Debian:12', { state: 'partial' })] }),
      ['coverage-partial deb blocks 1'],
    ],
    [
      'one full source is enough',
      causesOf([deb('3')], bookworm, { coverage: [full('Debian:12', { state: 'partial' }), full('Debian:12')] }),
      [],
    ],
    ['old data', causesOf([deb('3')], bookworm, { coverage: [full('Debian:12', { asOf: '2026-11-17' })] }), ['data-old deb quiet 1']],
    ['seven days are not old', causesOf([deb('3')], bookworm, { coverage: [full('Debian:12', { asOf: '2026-11-18' })] }), []],
    [
      'data without a date',
      causesOf([deb('3')], bookworm, { coverage: [{ source: 'x', ecosystem: 'Debian:12', state: 'full' }] }),
      ['data-old deb quiet 1'],
    ],
    ['a version that is none', causesOf([deb('1_2')], bookworm), ['version-invalid deb blocks']],
    [
      'a version that is none, and nothing is known of the package',
      causesOf([deb('1_2', { source: { name: 'x', version: '1_2' } })], bookworm),
      [],
    ],
    [
      'a bound that decides',
      causesOf([deb('1')], bookworm, { rows: [row({ ranges: [{ fixed: '1_0' }] })] }),
      ['advisory-range-invalid deb blocks'],
    ],
    ['a bound that does not decide', causesOf([deb('1')], bookworm, { rows: [row({ ranges: [{ introduced: '3', fixed: '2_0' }] })] }), []],
    [
      'a bound outside the grammar that plain numbers decide',
      causesOf([deb('3.1')], bookworm, { rows: [row({ ranges: [{ fixed: '2.5_0' }] })] }),
      [],
    ],
    ['no rating', causesOf([deb('1')], bookworm), ['severity-unrated severity blocks 1']],
    [
      'no data on exploitation',
      causesOf([deb('1')], bookworm, { sources: [] }),
      ['severity-unrated severity blocks 1', 'priority-data-missing priority quiet 1'],
    ],
  ])('%s', (_, causes, expected) => {
    expect(causes).toEqual(expected);
  });
});

describe('match, ratings and exploitation', () => {
  it('takes the vendor before a score, the advisory before other records', () => {
    const rows = [
      row({ ranges: [{ fixed: '2' }], severity: { value: 'low', source: 'debian' } }),
      row({ ecosystem: 'npm', id: 'GHSA-a', source: 'osv', ranges: [{ fixed: '2.0.0' }] }),
    ];
    const records = [
      record('CVE-2024-0001', [], { severity: { value: 'critical', source: 'cvss', score: 9.8 } }),
      record('GHSA-a', ['CVE-2024-0001'], { severity: { value: 'high', source: 'osv' }, summary: 'Foo breaks' }),
    ];
    const found = run([deb('1'), lang('npm', '1.0.0')], rows, records);
    expect(found.findings.map(({ severity, rating, title }) => [severity, rating?.source, title])).toEqual([
      ['low', 'debian', 'CVE-2024-0001 in libfoo1'],
      ['high', 'osv', 'Foo breaks'],
    ]);
  });

  it('says what is exploited, with its proof', () => {
    const index = memoryIndex({
      rows: [row({ ranges: [{ fixed: '2' }] })],
      coverage: everywhere,
      sources: kinds,
      kev: [{ cve: 'CVE-2024-0001', added: '2024-03-01', ransomware: false }],
      epss: [{ cve: 'CVE-2024-0001', score: 0.93, percentile: 0.99 }],
    });
    const [finding] = match([deb('1')], bookworm, index, now).findings;
    expect(finding).toMatchObject({ exploited: true, epss: 0.93, comparison: { scheme: 'deb', installed: '1', range: { fixed: '2' } } });
    expect(finding?.evidence.map(({ kind, says, asOf }) => `${kind} ${asOf} ${says}`)).toEqual([
      'advisory undefined Debian:12 foo is affected below 2',
      'kev 2026-11-24 known to be exploited since 2024-03-01 (KEV)',
      'epss 2026-11-24 EPSS 0.93: likely exploited within 30 days',
    ]);
  });
});

describe('match, packages that an OS package owns', () => {
  const owner = deb('1', { name: 'python3-foo' });
  const owned = lang('pypi', '1.0', { owner: owner.purl });
  const upstream = row({ ecosystem: 'PyPI', id: 'PYSEC-1', source: 'pypa', ranges: [{ fixed: '2.0' }] });
  const records = [record('PYSEC-1', ['CVE-2024-0001'])];
  it('is one finding, the OS package, where the distribution names it', () => {
    const found = run([owner, owned], [row({ ranges: [{ fixed: '2' }] }), upstream], records);
    expect(lines(found)).toEqual(['CVE-2024-0001 | 2 | active |']);
    expect(found.findings[0]?.reasons.join()).toContain('pkg:pypi/foo@1.0');
  });
  it('is suppressed with the reason where the distribution does not', () => {
    const found = run([owner, owned], [upstream], records);
    expect(lines(found)).toEqual(['CVE-2024-0001 | 2.0 | owner | PYSEC-1']);
  });
  it('stands where there is no data of the distribution', () => {
    const found = run([owner, owned], [upstream], records, { ...bookworm, release: '99' });
    expect(lines(found)).toEqual(['CVE-2024-0001 | 2.0 | active | PYSEC-1']);
    expect(found.findings[0]?.reasons.join()).toContain('python3-foo');
  });
});
