import { openPack } from '../../base/pack/reader.ts';
import type { AdvisoryRecord, AdvisoryRow, EpssScore, KevEntry } from '../../model/advisory.ts';
import type { Lifecycle } from '../../model/distro.ts';
import { PlimsollError } from '../../model/error.ts';
import { formatBundleLine } from './bundle.ts';
import type { Emit, FeedFile } from './importer.ts';
import { packPath, readManifest } from './store.ts';
import type { PackEntryOfManifest } from './store-manifest.ts';
import { decodeEpss, decodeKev, decodeLifecycle, decodeRecord, decodeRows, unescapeText } from './store-rows.ts';

/** Paths of an export begin so; an import knows its own by it. */
export const exportPrefix = 'plimsoll-pack/1/';

/** What an export says of a pack before its rows. */
export type ExportedPack = Pick<
  PackEntryOfManifest,
  'source' | 'kind' | 'part' | 'title' | 'licence' | 'attribution' | 'asOf' | 'asOfBasis' | 'coverage' | 'skipped'
>;

type ExportedItem =
  | { readonly rows: readonly Omit<AdvisoryRow, 'source'>[] }
  | { readonly record: AdvisoryRecord }
  | { readonly kev: KevEntry }
  | { readonly epss: readonly EpssScore[] }
  | { readonly lifecycle: Lifecycle };

/**
 * Everything of a store as lines of a bundle, packs and keys in order, so that equal stores give equal text; `db import` reads it back to equal packs.
 * Throws `pack-damaged` when a pack cannot be read: an export that lacks something would pass for whole.
 */
export function* exportLines(store: string): Generator<string> {
  for (const entry of readManifest(store).packs) {
    const { source, kind, part, title, licence, attribution, asOf, asOfBasis, coverage, skipped } = entry;
    const head: ExportedPack = {
      ...{ source, kind, part, title, licence, attribution, coverage, skipped },
      ...(asOf === undefined ? {} : { asOf }),
      ...(asOfBasis === undefined ? {} : { asOfBasis }),
    };
    const folder = `${exportPrefix}${[source, kind, part].map(encodeURIComponent).join('/')}/`;
    yield formatBundleLine({ path: `${folder}pack.json`, text: JSON.stringify(head) });
    const pack = openPack(packPath(store, entry.file), entry.root);
    try {
      for (const { key, value } of pack.entries())
        yield formatBundleLine({
          path: `${folder}rows`,
          text: JSON.stringify(itemOf(Buffer.from(key).toString(), Buffer.from(value).toString(), source)),
        });
    } finally {
      pack.close();
    }
  }
}

function itemOf(key: string, value: string, source: string): ExportedItem {
  const [first = '', second = ''] = key.slice(1).split('\0').map(unescapeText);
  switch (key[0]) {
    case 'a':
      return { rows: decodeRows(value, first, second, source).map(({ source: _source, ...row }) => row) };
    case 'r':
      return { record: decodeRecord(first, value) };
    case 'k':
      return { kev: decodeKev(first, value) };
    case 'e':
      return { epss: value.split('\n').flatMap((line) => decodeEpss(`${first}${line.slice(0, line.indexOf(' '))}`, line) ?? []) };
    case 'l':
      return { lifecycle: decodeLifecycle(first, second, value) };
    default:
      throw new PlimsollError('pack-damaged', `The pack holds a table that this version does not know (${key[0]})`, {
        hint: 'Update Plimsoll.',
      });
  }
}

/** Which pack of an export a line belongs to; undefined when it is no line of one. */
export function exportedFolder(file: FeedFile): string | undefined {
  if (!file.path.startsWith(exportPrefix)) return undefined;
  return file.path.slice(0, file.path.lastIndexOf('/') + 1);
}

/** The head of an exported pack, when the line is that. An export comes from anywhere: it is checked as a manifest is. */
export function exportedHead(file: FeedFile, parse: (entry: unknown) => PackEntryOfManifest): ExportedPack | undefined {
  if (!file.path.endsWith('/pack.json')) return undefined;
  const head: unknown = JSON.parse(file.text);
  const filled = { file: 'x', sha256: '', root: '', bytes: 0, rows: 0, records: 0, importedAt: '' };
  return parse(typeof head === 'object' && head !== null ? { ...head, ...filled } : head);
}

/** Puts one line of an exported pack back. A line of another shape is skipped and counted. */
export function emitExported(file: FeedFile, emit: Emit): void {
  const item = parse(file.text);
  if (typeof item !== 'object' || item === null) {
    emit.skipped('not a line of an export', file.path);
    return;
  }
  const known: Partial<Record<'rows' | 'epss' | 'record' | 'kev' | 'lifecycle', unknown>> = item;
  if (Array.isArray(known.rows)) for (const row of known.rows) isRow(row) ? emit.row(row) : emit.skipped('not a row', file.path);
  else if (Array.isArray(known.epss))
    for (const score of known.epss) isEpss(score) ? emit.epss(score) : emit.skipped('not a score', file.path);
  else if (isRecord(known.record)) emit.record(known.record);
  else if (isKev(known.kev)) emit.kev(known.kev);
  else if (isLifecycle(known.lifecycle)) emit.lifecycle(known.lifecycle);
  else emit.skipped('not a line of an export', file.path);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function hasTexts<K extends string>(value: unknown, names: readonly K[]): value is Record<K, string> {
  return typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'string');
}

function isRow(value: unknown): value is Omit<AdvisoryRow, 'source'> {
  return hasTexts(value, ['ecosystem', 'name', 'id', 'status']) && 'ranges' in value && Array.isArray(value.ranges);
}

function isRecord(value: unknown): value is AdvisoryRecord {
  return hasTexts(value, ['id']) && 'aliases' in value && Array.isArray(value.aliases);
}

function isKev(value: unknown): value is KevEntry {
  return hasTexts(value, ['cve', 'added']) && 'ransomware' in value && typeof value.ransomware === 'boolean';
}

function isLifecycle(value: unknown): value is Lifecycle {
  return hasTexts(value, ['product', 'cycle']) && 'eol' in value && (typeof value.eol === 'string' || typeof value.eol === 'boolean');
}

function isEpss(value: unknown): value is EpssScore {
  return (
    hasTexts(value, ['cve']) &&
    'score' in value &&
    typeof value.score === 'number' &&
    'percentile' in value &&
    typeof value.percentile === 'number'
  );
}
