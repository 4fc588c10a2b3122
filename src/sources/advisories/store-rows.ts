import type { AdvisoryRecord, AdvisoryRow, AdvisoryStatus, EpssScore, KevEntry, Qualifiers, VersionRange } from '../../model/advisory.ts';
import type { Lifecycle } from '../../model/distro.ts';
import { type RatedSeverity, severities } from '../../model/severity.ts';

/*
 * How facts stand in a pack; docs/formats/pack.md, "Tables". Keys begin with a letter that names the table. Rows are lines of tab-separated fields
 * without trailing empty ones; the rows of a key that differ in nothing but the id share a line, since an erratum covers many CVEs.
 */

/** A row without its key (ecosystem, name) and source, which stand elsewhere. */
export type RowBody = Omit<AdvisoryRow, 'source' | 'ecosystem' | 'name'>;

const statuses = {
  F: 'fixed',
  A: 'affected',
  W: 'will_not_fix',
  D: 'fix_deferred',
  E: 'end_of_life',
  N: 'not_affected',
  U: 'under_investigation',
} as const satisfies Record<string, AdvisoryStatus>;
const statusLetters = new Map<string, string>(Object.entries(statuses).map(([letter, status]) => [status, letter]));
const statusOfLetter = new Map<string, AdvisoryStatus>(Object.entries(statuses));

const ITEM = '\x1f';
const PART = '\x1e';

/** Key of a package's rows. */
export function rowKey(ecosystem: string, name: string): string {
  return `a${wellFormed(ecosystem)}\0${wellFormed(name)}`;
}

/** Key of an id's record. */
export function recordKey(id: string): string {
  return `r${wellFormed(id)}`;
}

/** Key of a CVE in the catalogue of exploited ones. */
export function kevKey(cve: string): string {
  return `k${wellFormed(cve)}`;
}

/** Key of a release in the lifecycle table. */
export function lifecycleKey(product: string, cycle: string): string {
  return `l${wellFormed(product)}\0${wellFormed(cycle)}`;
}

/**
 * EPSS knows every CVE: a hundred neighbours share a key, and `rest` tells them apart. An id that is not `CVE-year-number` is its own key.
 */
export function epssKey(cve: string): { key: string; rest: string } {
  const match = /^(CVE-\d{4}-\d{2,17})(\d\d)$/.exec(cve);
  return match === null ? { key: `e${wellFormed(cve)}`, rest: '' } : { key: `e${match[1]}`, rest: match[2] ?? '' };
}

/** Everything of a row but key and id, as a line; {@link decodeRows} reads it back. */
export function encodeRowRest(row: RowBody): string {
  const fields = [
    row.ranges.map(encodeRange).join(ITEM),
    statusLetters.get(row.status) ?? escapeText(row.status),
    encodeList(row.versions),
    row.severity === undefined ? '' : encodeSeverity(row.severity),
    encodeList(row.advisoryIds),
    row.qualifiers === undefined ? '' : encodeQualifiers(row.qualifiers),
  ];
  // `F` is the usual status, and a usual row ends with its ranges.
  if (fields[1] === 'F') fields[1] = '';
  while (fields.length > 1 && fields.at(-1) === '') fields.pop();
  return fields.join('\t');
}

/** The value of a package's key from pairs of id and rest: sorted, without duplicates. Also says how many rows that are. */
export function encodeRows(pairs: Iterable<readonly [id: string, rest: string]>): { value: string; rows: number } {
  const lines = new Map<string, Set<string>>();
  for (const [id, rest] of pairs) {
    const ids = lines.get(rest);
    if (ids === undefined) lines.set(rest, new Set([id]));
    else ids.add(id);
  }
  let rows = 0;
  const out = [...lines].map(([rest, ids]) => {
    rows += ids.size;
    return `${[...ids].sort().map(escapeText).join(ITEM)}\t${rest}`;
  });
  return { value: out.sort().join('\n'), rows };
}

/** Reads the value of a package's key. A field that this version does not know is an error of the pack, found by the caller's block hash before. */
export function decodeRows(value: string, ecosystem: string, name: string, source: string): AdvisoryRow[] {
  const rows: AdvisoryRow[] = [];
  for (const line of value.split('\n')) {
    const [ids = '', ranges = '', status = '', versions = '', severity = '', advisoryIds = '', qualifiers = ''] = line.split('\t');
    const body: Omit<AdvisoryRow, 'id'> = {
      ecosystem,
      name,
      status: status === '' ? 'fixed' : (statusOfLetter.get(status) ?? 'under_investigation'),
      ranges: ranges === '' ? [] : ranges.split(ITEM).map(decodeRange),
      ...(versions === '' ? {} : { versions: decodeList(versions) }),
      ...(severity === '' ? {} : { severity: decodeSeverity(severity) }),
      ...(advisoryIds === '' ? {} : { advisoryIds: decodeList(advisoryIds) }),
      ...(qualifiers === '' ? {} : { qualifiers: decodeQualifiers(qualifiers) }),
      source,
    };
    for (const id of ids.split(ITEM)) rows.push({ ...body, id: unescapeText(id) });
  }
  return rows;
}

function encodeRange(range: VersionRange): string {
  const parts: string[] = [];
  if (range.introduced !== undefined) parts.push(`i${escapeText(range.introduced)}`);
  if (range.after !== undefined) parts.push(`a${escapeText(range.after)}`);
  if (range.fixed !== undefined) parts.push(`f${escapeText(range.fixed)}`);
  if (range.lastAffected !== undefined) parts.push(`l${escapeText(range.lastAffected)}`);
  return parts.length === 0 ? '*' : parts.join(PART);
}

function decodeRange(text: string): VersionRange {
  const range: { introduced?: string; after?: string; fixed?: string; lastAffected?: string } = {};
  for (const part of text.split(PART)) {
    const value = unescapeText(part.slice(1));
    if (part.startsWith('i')) range.introduced = value;
    else if (part.startsWith('a')) range.after = value;
    else if (part.startsWith('f')) range.fixed = value;
    else if (part.startsWith('l')) range.lastAffected = value;
  }
  return range;
}

function encodeSeverity(severity: RatedSeverity): string {
  const parts = [String(severities.indexOf(severity.value)), escapeText(severity.source)];
  if (severity.vector !== undefined) parts.push(`v${escapeText(severity.vector)}`);
  if (severity.score !== undefined) parts.push(`s${severity.score}`);
  return parts.join(PART);
}

function decodeSeverity(text: string): RatedSeverity {
  const [value = '', source = '', ...rest] = text.split(PART);
  const vector = rest.find((part) => part.startsWith('v'));
  const score = rest.find((part) => part.startsWith('s'));
  return {
    value: severities[Number(value)] ?? 'unknown',
    source: unescapeText(source),
    ...(vector === undefined ? {} : { vector: unescapeText(vector.slice(1)) }),
    ...(score === undefined ? {} : { score: Number(score.slice(1)) }),
  };
}

function encodeQualifiers(qualifiers: Qualifiers): string {
  const parts: string[] = [];
  if (qualifiers.arch !== undefined) parts.push(`a${escapeText(qualifiers.arch)}`);
  if (qualifiers.module !== undefined) parts.push(`m${escapeText(qualifiers.module)}`);
  if (qualifiers.cpe !== undefined) parts.push(`c${escapeText(qualifiers.cpe)}`);
  if (qualifiers.repository !== undefined) parts.push(`r${escapeText(qualifiers.repository)}`);
  return parts.length === 0 ? '*' : parts.join(PART);
}

function decodeQualifiers(text: string): Qualifiers {
  const qualifiers: { arch?: string; module?: string; cpe?: string; repository?: string } = {};
  for (const part of text.split(PART)) {
    const value = unescapeText(part.slice(1));
    if (part.startsWith('a')) qualifiers.arch = value;
    else if (part.startsWith('m')) qualifiers.module = value;
    else if (part.startsWith('c')) qualifiers.cpe = value;
    else if (part.startsWith('r')) qualifiers.repository = value;
  }
  return qualifiers;
}

/** Absent is empty, `[]` is `-`, else `=` and the items: so `['']` keeps its one empty item. */
function encodeList(items: readonly string[] | undefined): string {
  if (items === undefined) return '';
  return items.length === 0 ? '-' : `=${items.map(escapeText).join(ITEM)}`;
}

function decodeList(text: string): string[] {
  return text === '-' ? [] : text.slice(1).split(ITEM).map(unescapeText);
}

/** A record without its id, as JSON. */
export function encodeRecord(record: AdvisoryRecord): string {
  const { id: _id, ...rest } = record;
  return JSON.stringify(rest);
}

/** Several records of one id in one source become one: aliases together, else the first that says something. */
export function mergeRecords(records: readonly AdvisoryRecord[]): AdvisoryRecord | undefined {
  const [first, ...others] = records;
  if (first === undefined || others.length === 0) return first;
  const aliases = new Set(first.aliases);
  let merged: AdvisoryRecord = first;
  for (const other of others) {
    for (const alias of other.aliases) aliases.add(alias);
    merged = { ...other, ...merged };
  }
  return { ...merged, aliases: [...aliases].sort() };
}

/** Reads what {@link encodeRecord} wrote. */
export function decodeRecord(id: string, value: string): AdvisoryRecord {
  return { id, ...JSON.parse(value) } satisfies AdvisoryRecord;
}

/** A catalogue entry without its CVE. */
export function encodeKev(entry: KevEntry): string {
  const { cve: _cve, ...rest } = entry;
  return JSON.stringify(rest);
}

/** Reads what {@link encodeKev} wrote. */
export function decodeKev(cve: string, value: string): KevEntry {
  return { cve, ...JSON.parse(value) } satisfies KevEntry;
}

/** A release's life without its key. */
export function encodeLifecycle(life: Lifecycle): string {
  const { product: _product, cycle: _cycle, ...rest } = life;
  return JSON.stringify(rest);
}

/** Reads what {@link encodeLifecycle} wrote. */
export function decodeLifecycle(product: string, cycle: string, value: string): Lifecycle {
  return { product, cycle, ...JSON.parse(value) } satisfies Lifecycle;
}

/** One CVE's line in a bucket: `rest`, score, percentile, each number in its shortest exact form without a leading zero. */
export function encodeEpss(rest: string, score: EpssScore): string {
  return `${rest} ${shortNumber(score.score)} ${shortNumber(score.percentile)}`;
}

/** The score of one CVE in its bucket's value. */
export function decodeEpss(cve: string, value: string): EpssScore | undefined {
  const { rest } = epssKey(cve);
  const start = value.startsWith(`${rest} `) ? 0 : value.indexOf(`\n${rest} `) + 1;
  if (start === 0 && !value.startsWith(`${rest} `)) return undefined;
  const end = value.indexOf('\n', start);
  const [, score = '', percentile = ''] = value.slice(start, end < 0 ? undefined : end).split(' ');
  return { cve, score: Number(score), percentile: Number(percentile) };
}

function shortNumber(value: number): string {
  return String(value).replace(/^0\./, '.');
}

const SPECIAL = /[\t\n\x1e\x1f\\\ud800-\udfff]/;
const ESCAPABLE = /[\t\n\x1e\x1f\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Escapes what separates fields, and halves of surrogate pairs, which UTF-8 cannot hold. */
export function escapeText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(ESCAPABLE, (char) => (char === '\\' ? '\\\\' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

/** Undoes {@link escapeText}. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:\\|u([0-9a-f]{4}))/g, (_match, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Keys are UTF-8, so a lone surrogate is escaped there too. */
function wellFormed(text: string): string {
  return SPECIAL.test(text) || text.includes('\0') ? escapeText(text).replaceAll('\0', '\\u0000') : text;
}
