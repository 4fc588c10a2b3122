import type { AdvisoryRow, Qualifiers, VersionRange } from '../../model/advisory.ts';
import type { RatedSeverity } from '../../model/severity.ts';
import { dateOf, type Fields, fieldsIn, fieldsOf, isFields, summaryOf, textOf, textsOf } from './fields.ts';
import type { Emit } from './importer.ts';
import { type RecordIds, readId, readIds } from './osv-ids.ts';
import { boundOpenRange, readRange } from './osv-ranges.ts';
import { readSeverity } from './osv-severity.ts';
import { normalizeName, packageOfPurl } from './package-name.ts';

/** What the rows of one `affected` entry share. */
type Entry = Pick<AdvisoryRow, 'ecosystem' | 'name' | 'status' | 'ranges' | 'severity' | 'qualifiers'> & {
  readonly versions: readonly string[];
};

/** A notice of a kernel covers hundreds of CVEs in a hundred packages; what is far beyond that is no notice. */
const MAX_ROWS = 1_000_000;
const MAX_VERSIONS = 100_000;

/** Stands for a range that could not be read: no grammar has such a version, so matching says "cannot tell" of the package instead of nothing. */
const UNREADABLE: VersionRange = { introduced: '?' };

/**
 * Emits what one OSV record says. Source: OSV schema 1.7.
 * A withdrawn record gives nothing but its count; git ranges and `limit` events do not speak of released versions; an entry that is left
 * with neither range nor version costs that entry and is counted. `covered(ecosystem)` is called for each ecosystem that has rows.
 */
export function readOsvRecord(record: Fields, feed: string, emit: Emit, covered: (ecosystem: string) => void): void {
  const own = readId(record);
  if (own === undefined) {
    emit.skipped('record without an id', summaryOf(record.summary) ?? '?');
    return;
  }
  const date = dateOf(record.modified) ?? dateOf(record.published);
  if (date !== undefined) emit.dated(date);
  const ids = readIds(record, own);
  const refused = textOf(record.withdrawn) !== undefined ? 'withdrawn by its publisher' : ids.refused;
  if (refused !== undefined) {
    emit.skipped(refused, own);
    return;
  }
  const severity = readSeverity(record, own, feed);
  const entries = merge(fieldsIn(record.affected).flatMap((affected) => readAffected(affected, own, feed, emit)));
  if (entries.length * ids.rows.length > MAX_ROWS) {
    emit.skipped('record larger than a million rows', own);
    return;
  }
  for (const entry of entries) {
    covered(entry.ecosystem);
    for (const id of ids.rows) emit.row(toRow(entry, id, ids, severity));
  }
  emitRecords(record, ids, severity, emit);
}

/** A row carries a severity of its own only where the record of its id does not: the entry's own, or that of the notice which covers it. */
function toRow(entry: Entry, id: string, ids: RecordIds, severity: RatedSeverity | undefined): Omit<AdvisoryRow, 'source'> {
  const { versions, severity: own, ...rest } = entry;
  const rated = own ?? (id === ids.own ? undefined : severity);
  return {
    ...rest,
    id,
    ...(versions.length > 0 ? { versions } : {}),
    ...(rated === undefined ? {} : { severity: rated }),
    ...(ids.notices.length > 0 ? { advisoryIds: ids.notices } : {}),
  };
}

/** The record's own id; and its CVE, where the record is one distribution's word on exactly that CVE. */
function emitRecords(record: Fields, ids: RecordIds, severity: RatedSeverity | undefined, emit: Emit): void {
  const [only] = ids.rows;
  const own = ids.rows.length === 1 && only !== undefined && ids.own.endsWith(only) ? only : ids.own;
  const summary = summaryOf(record.summary) ?? summaryOf(record.details);
  const published = dateOf(record.published);
  const url = readUrl(record);
  emit.record({
    id: own,
    aliases: ids.aliases,
    ...(summary === undefined ? {} : { summary }),
    ...(severity === undefined ? {} : { severity }),
    ...(published === undefined ? {} : { published }),
    ...(url === undefined ? {} : { url }),
  });
}

/** The publisher's own page, else the first reference. Shown to people, never contacted. */
function readUrl(record: Fields): string | undefined {
  const references = fieldsIn(record.references);
  const url = textOf((references.find((reference) => reference.type === 'ADVISORY') ?? references[0])?.url);
  return url !== undefined && url.length <= 500 && /^https?:\/\/\S+$/.test(url) ? url : undefined;
}

function readAffected(affected: Fields, id: string, feed: string, emit: Emit): Entry[] {
  const named = readPackage(affected);
  if (named === undefined) {
    emit.skipped(isFields(affected.package) ? 'package without an ecosystem or a name' : 'entry without a package (source code only)', id);
    return [];
  }
  const ranges: VersionRange[] = [];
  const unused: string[] = [];
  for (const range of fieldsIn(affected.ranges)) {
    const read = readRange(range, named.ecosystem);
    if ('unused' in read) unused.push(read.unused);
    else ranges.push(...read.ranges);
  }
  const versions = [...new Set(textsOf(affected.versions))];
  // commits beside versions are the rule and nothing is lost; an unreadable range is
  for (const reason of unused) {
    if (reason === 'range of git commits') continue;
    emit.skipped(reason, id);
    ranges.push(UNREADABLE);
  }
  if (ranges.length === 0 && versions.length === 0) {
    emit.skipped(unused.length > 0 ? 'only ranges of git commits' : 'entry without a range or a version', id);
    if (unused.length > 0) return [];
    ranges.push(UNREADABLE);
  }
  if (versions.length > MAX_VERSIONS) {
    emit.skipped('more than 100,000 enumerated versions', id);
    return [];
  }
  return split({ ...named, ...readExtras(affected, id, feed), versions }, boundOpenRange(ranges, affected), affected);
}

function readPackage(affected: Fields): Pick<Entry, 'ecosystem' | 'name'> | undefined {
  const given = fieldsOf(affected.package);
  const fromPurl = packageOfPurl(textOf(given.purl) ?? '');
  const ecosystem = textOf(given.ecosystem) ?? fromPurl?.ecosystem;
  const name = textOf(given.name) ?? fromPurl?.name;
  return ecosystem === undefined || name === undefined ? undefined : { ecosystem, name: normalizeName(ecosystem, name) };
}

function readExtras(affected: Fields, id: string, feed: string): Pick<Entry, 'severity' | 'qualifiers'> {
  const severity = readSeverity(affected, id, feed);
  const module = textOf(fieldsOf(affected.ecosystem_specific).rpm_modularity);
  const qualifiers: Qualifiers | undefined = module === undefined ? undefined : { module };
  return { ...(severity === undefined ? {} : { severity }), ...(qualifiers === undefined ? {} : { qualifiers }) };
}

/**
 * Spans that end in a fix and spans that do not are rows of their own, since a row has one status.
 * Enumerated versions go with the spans without a fix where there are any: what is only enumerated has no known fix.
 */
function split(common: Omit<Entry, 'status' | 'ranges'>, ranges: readonly VersionRange[], affected: Fields): Entry[] {
  const ended = textOf(fieldsOf(affected.ecosystem_specific).urgency)?.toLowerCase() === 'end-of-life';
  const fixed = ranges.filter((range) => range.fixed !== undefined);
  const open = ranges.filter((range) => range.fixed === undefined);
  const rows: Entry[] = [];
  const alone = open.length === 0 && fixed.length > 0;
  if (fixed.length > 0) rows.push({ ...common, status: 'fixed', ranges: fixed, versions: alone ? common.versions : [] });
  if (!alone) rows.push({ ...common, status: ended ? 'end_of_life' : 'affected', ranges: open });
  return rows;
}

/** GitHub writes one `affected` entry a span: those of one package and kind become one row. */
function merge(entries: readonly Entry[]): Entry[] {
  if (entries.length < 2) return [...entries];
  const merged = new Map<string, { first: Entry; ranges: Map<string, VersionRange>; versions: Set<string> }>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.ecosystem, entry.name, entry.status, entry.severity, entry.qualifiers]);
    const seen = merged.get(key) ?? { first: entry, ranges: new Map(), versions: new Set() };
    for (const range of entry.ranges) seen.ranges.set(JSON.stringify(range), range);
    for (const version of entry.versions) seen.versions.add(version);
    merged.set(key, seen);
  }
  return [...merged.values()].map(({ first, ranges, versions }) => ({ ...first, ranges: [...ranges.values()], versions: [...versions] }));
}
