import type { AdvisoryRecord, AdvisoryRow, Coverage } from '../../model/advisory.ts';
import type { Distro } from '../../model/distro.ts';
import type { Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import type { AdvisoryIndex } from '../../model/ports.ts';
import { compareText, type UnknownCause } from '../../model/unknown.ts';
import { type VersionOrder, versionOrder } from '../../model/version/index.ts';
import { coverageCauses, priorityCauses } from './coverage.ts';
import type { Family } from './families/family.ts';
import { families } from './families/table.ts';
import { describe } from './finding.ts';
import { type Group, groupByAlias, groupByCve, isCve, namesOf, type Records } from './group.ts';
import { judge, type Ruling } from './judge.ts';
import { settleOwners } from './owner.ts';
import type { Installed } from './range.ts';

/** What matching gives: findings in no order of importance yet (see `prioritise`), and everything that could not be told. */
export interface Matched {
  readonly findings: readonly Finding[];
  readonly causes: readonly UnknownCause[];
  /** What the data covers of the ecosystems that were asked about, and of exploitation. */
  readonly data: readonly Coverage[];
  /** Packages for which there was any data. */
  readonly evaluated: number;
}

/** The packages of one ecosystem with the rows of their names. */
interface Batch {
  readonly family: Family;
  readonly order: VersionOrder;
  readonly ecosystem: string;
  readonly packages: readonly Package[];
  readonly rows: ReadonlyMap<string, readonly AdvisoryRow[]>;
  readonly coverage: readonly Coverage[];
}

/** A package with what was ruled of it. */
interface Judged {
  readonly item: Package;
  readonly batch: Batch;
  readonly installed: Installed;
  readonly rulings: readonly Ruling[];
}

/**
 * Which advisories hold for these packages. Data is asked for once an ecosystem, names sorted; a version is judged once a source package.
 * A version or bound outside its grammar, data that is absent, partial or old gives a cause, never silence.
 * One finding a package and id. Linear in packages and rows.
 */
export function match(packages: readonly Package[], distro: Distro | undefined, index: AdvisoryIndex, now: Date): Matched {
  const { batches, causes } = gather(packages, distro, index, now);
  const records = new Map<string, AdvisoryRecord>();
  fetch(index, batches.flatMap(idsOfRows), records);
  fetch(
    index,
    [...records.values()].flatMap((record) => record.aliases),
    records,
  );
  const judged = batches.flatMap((batch) => judgeBatch(batch, records));
  fetch(
    index,
    judged.flatMap(({ rulings }) => rulings.flatMap(({ group }) => group.ids)),
    records,
  );
  const findings = describeAll(judged, records, index);
  const settled = settleOwners(findings, packages, batches);
  const active = settled.filter((finding) => finding.suppressedBy === undefined);
  return {
    findings: settled,
    causes: [
      ...causes,
      ...judged.flatMap(versionCauses),
      ...severityCauses(active),
      ...priorityCauses(index.sources(), active.length),
      ...index.causes(),
    ],
    data: [...batches.flatMap((batch) => batch.coverage), ...index.sources()],
    evaluated: batches.reduce((sum, batch) => sum + (batch.coverage.length > 0 ? batch.packages.length : 0), 0),
  };
}

function gather(packages: readonly Package[], distro: Distro | undefined, index: AdvisoryIndex, now: Date) {
  const byType = new Map<Package['type'], Package[]>();
  for (const item of packages) {
    const list = byType.get(item.type);
    if (list === undefined) byType.set(item.type, [item]);
    else list.push(item);
  }
  const batches: Batch[] = [];
  const causes: UnknownCause[] = [];
  for (const [type, items] of byType) {
    const family = families[type];
    const ecosystem = family.ecosystem(distro);
    const order = versionOrder(type);
    const example = nameAndVersion(items[0]);
    if (typeof ecosystem !== 'string') {
      causes.push({ ...ecosystem, area: type, of: 'packages', count: items.length, example, blocking: true });
      continue;
    }
    if (order === undefined) throw new Error(`no version order for ${type}`);
    const names = [...new Set(items.map((item) => family.nameOf(item)))].sort(compareText);
    const answer = index.rows(ecosystem, names);
    causes.push(...coverageCauses({ family, ecosystem, count: items.length, example }, answer.coverage, now));
    batches.push({
      family,
      order,
      ecosystem,
      packages: items,
      rows: new Map(names.map((name, at) => [name, answer.rows[at] ?? []])),
      coverage: answer.coverage,
    });
  }
  return { batches, causes };
}

/** A language's rows are joined by their records; of a distribution's rows only those without a CVE of their own need one. */
function idsOfRows({ family, rows }: Batch): string[] {
  return [...rows.values()].flatMap((list) => list.map((row) => row.id).filter((id) => family.kind === 'language' || !isCve(id)));
}

function fetch(index: AdvisoryIndex, ids: readonly string[], records: Map<string, AdvisoryRecord>): void {
  const wanted = [...new Set(ids)].filter((id) => !records.has(id)).sort(compareText);
  if (wanted.length === 0) return;
  for (const [at, record] of index.records(wanted).entries()) {
    const id = wanted[at];
    if (record !== undefined && id !== undefined) records.set(id, record);
  }
}

function judgeBatch(batch: Batch, records: Records): Judged[] {
  const { family, order } = batch;
  const groupsOf = new Map<string, readonly Group[]>();
  const rulingsOf = new Map<string, { installed: Installed; rulings: readonly Ruling[] }>();
  return batch.packages.flatMap((item) => {
    const name = family.nameOf(item);
    const rows = batch.rows.get(name) ?? [];
    if (rows.length === 0) return [];
    const version = family.versionOf(item);
    const key = `${name}\0${version}\0${item.arch ?? ''}`;
    let known = rulingsOf.get(key);
    if (known === undefined) {
      const groups = groupsOf.get(name) ?? (family.kind === 'os' ? groupByCve(rows, records) : groupByAlias(rows, records));
      groupsOf.set(name, groups);
      const installed = { version, valid: order.valid(version), order };
      known = { installed, rulings: judge(groups, installed, item.arch, family) };
      rulingsOf.set(key, known);
    }
    return [{ item, batch, ...known }];
  });
}

function describeAll(judged: readonly Judged[], records: Records, index: AdvisoryIndex): Finding[] {
  const drafts = judged.flatMap(({ item, batch, installed, rulings }) =>
    rulings.filter((ruling) => ruling.outcome !== 'undecided').map((ruling) => ({ item, batch, installed, ruling })),
  );
  const cves = [...new Set(drafts.flatMap(({ ruling }) => cvesOf(ruling, records)))].sort(compareText);
  const kev = new Map(index.kev(cves).flatMap((entry, at) => (entry === undefined ? [] : [[cves[at] ?? '', entry]])));
  const epss = new Map(index.epss(cves).flatMap((score, at) => (score === undefined ? [] : [[cves[at] ?? '', score]])));
  const dates = { kev: dateOfKind(index, 'kev'), epss: dateOfKind(index, 'epss') };
  const findings = new Map<string, Finding>();
  for (const { item, batch, installed, ruling } of drafts) {
    const finding = describe({ item, family: batch.family, coverage: batch.coverage, installed, ruling, records, kev, epss, dates });
    const key = `${item.purl}\0${finding.id}`;
    const former = findings.get(key);
    if (former === undefined || (former.suppressedBy !== undefined && finding.suppressedBy === undefined)) findings.set(key, finding);
  }
  return [...findings.values()];
}

function cvesOf(ruling: Ruling, records: Records): string[] {
  return [...ruling.group.ids, ...ruling.matched.flatMap(({ row }) => namesOf(row, records))].filter(isCve);
}

function dateOfKind(index: AdvisoryIndex, kind: string): Coverage | undefined {
  return index.sources().find((one) => one.ecosystem.toLowerCase() === kind);
}

function versionCauses({ item, batch, installed, rulings }: Judged): UnknownCause[] {
  const base = { area: item.type, of: 'packages', example: nameAndVersion(item) };
  const undecided = rulings.filter((ruling) => ruling.outcome === 'undecided');
  if (!installed.valid)
    return undecided.length === 0
      ? []
      : [
          {
            ...base,
            code: 'version-invalid',
            reason: `the version is outside the grammar of ${batch.family.title} versions, so advisories for the package could not be compared`,
            hint: 'Ask what really is installed; nothing can be said of this package.',
            blocking: true,
          },
        ];
  return rulings
    .filter((ruling) => ruling.outcome === 'undecided' || ruling.invalidBounds)
    .map((ruling) => ({
      ...base,
      code: 'advisory-range-invalid',
      of: 'advisories',
      reason:
        ruling.outcome === 'undecided'
          ? 'an advisory states a version outside the grammar of its ecosystem, so it could not be compared'
          : 'an advisory states a version outside the grammar of its ecosystem; other data decided',
      hint: 'Read the advisory and compare by hand.',
      example: `${ruling.group.ids[0] ?? ''} ${nameAndVersion(item)}`,
      blocking: ruling.outcome === 'undecided',
    }));
}

function severityCauses(active: readonly Finding[]): UnknownCause[] {
  const unrated = active.filter((finding) => finding.severity === 'unknown');
  const [first] = unrated;
  if (first === undefined) return [];
  return [
    {
      code: 'severity-unrated',
      area: 'severity',
      of: 'findings',
      reason: `${unrated.length} ${unrated.length === 1 ? 'finding carries' : 'findings carry'} no severity in the data at hand`,
      hint: 'plimsoll db update',
      count: unrated.length,
      example: `${first.id} ${first.subject.name}`,
      blocking: true,
    },
  ];
}

function nameAndVersion(item: Package | undefined): string {
  return item === undefined ? '' : `${item.name}@${item.version}`;
}
