import type { CoverageState } from '../../model/advisory.ts';
import { PlimsollError } from '../../model/error.ts';
import type { FeedKind } from './importer.ts';

/** What an import left out of one source, for `db status`. */
export interface SkippedRecords {
  readonly count: number;
  /** At most five. */
  readonly examples: readonly string[];
  /** Reason → how often. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What one pack says of one ecosystem; `asOf` is the pack's. */
export interface PackCoverage {
  readonly ecosystem: string;
  readonly state: CoverageState;
  readonly reason?: string;
}

/**
 * Where a pack's date comes from: `fetched` and `given` are when someone looked at the whole source, `published` is what the source says of itself,
 * `newest-record` is only a lower bound.
 */
export type DateBasis = 'fetched' | 'given' | 'published' | 'newest-record';

/** One pack of the store: a source, or the part of it that stands for one ecosystem. */
export interface PackEntryOfManifest {
  readonly source: string;
  readonly kind: FeedKind;
  /** The ecosystem (without release) whose archive this is, for a source that publishes one archive an ecosystem; empty for the whole source. */
  readonly part: string;
  readonly title: string;
  readonly licence: string;
  readonly attribution: string;
  /** Name below `packs/`, made from the content's sha256. */
  readonly file: string;
  readonly sha256: string;
  /** sha256 of the pack's footer, which binds its index and so every block. */
  readonly root: string;
  readonly bytes: number;
  readonly rows: number;
  readonly records: number;
  readonly skipped: SkippedRecords;
  readonly asOf?: string;
  readonly asOfBasis?: DateBasis;
  readonly importedAt: string;
  readonly coverage: readonly PackCoverage[];
}

/** The one file that says which packs are the store's. */
export interface Manifest {
  readonly formatVersion: 1;
  /** Counts the commits. */
  readonly generation: number;
  readonly packs: readonly PackEntryOfManifest[];
}

/** A store that nobody has written to. */
export const emptyManifest: Manifest = { formatVersion: 1, generation: 0, packs: [] };

/** The manifest as text: packs sorted, so that the same packs give the same text. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, packs: [...manifest.packs].sort(byIdentity) }, undefined, 1)}\n`;
}

/** Which pack replaces which: the same source, kind and part. */
export function packIdentity(pack: Pick<PackEntryOfManifest, 'source' | 'kind' | 'part'>): string {
  return `${pack.source}\0${pack.kind}\0${pack.part}`;
}

function byIdentity(a: PackEntryOfManifest, b: PackEntryOfManifest): number {
  const left = packIdentity(a);
  const right = packIdentity(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Reads a manifest. Checked by hand and not by a schema library: loading one takes longer than the five milliseconds that opening may take.
 * Throws `pack-damaged` when it is not ours or of a later version.
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged('is not JSON', cause);
  }
  if (!isObject(value)) throw damaged('is not an object');
  const { formatVersion, generation, packs } = value;
  if (formatVersion !== 1) throw damaged('is of another format version');
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation) || !Array.isArray(packs))
    throw damaged('lacks generation or packs');
  return { formatVersion, generation, packs: packs.map(parsePack) };
}

const kinds: readonly FeedKind[] = ['advisories', 'kev', 'epss', 'lifecycle'];
const bases: readonly DateBasis[] = ['fetched', 'given', 'published', 'newest-record'];

/** Reads one pack of a manifest. Throws `pack-damaged`. */
export function parsePack(value: unknown): PackEntryOfManifest {
  if (!isObject(value)) throw damaged('names a pack that is not an object');
  const kind = kinds.find((known) => known === value.kind);
  const file = text(value, 'file');
  if (kind === undefined || !/^[0-9a-z.-]+$/.test(file)) throw damaged('names a pack of unknown kind or name');
  const basis = bases.find((known) => known === value.asOfBasis);
  const asOf = value.asOf;
  const skipped = value.skipped;
  return {
    source: text(value, 'source'),
    kind,
    part: text(value, 'part'),
    title: text(value, 'title'),
    licence: text(value, 'licence'),
    attribution: text(value, 'attribution'),
    file,
    sha256: text(value, 'sha256'),
    root: text(value, 'root'),
    bytes: count(value, 'bytes'),
    rows: count(value, 'rows'),
    records: count(value, 'records'),
    skipped: parseSkipped(skipped),
    ...(typeof asOf === 'string' ? { asOf } : {}),
    ...(basis === undefined ? {} : { asOfBasis: basis }),
    importedAt: text(value, 'importedAt'),
    coverage: parseCoverage(value.coverage),
  };
}

function parseSkipped(value: unknown): SkippedRecords {
  if (!isObject(value)) throw damaged('lacks what was skipped');
  const { examples, reasons } = value;
  return {
    count: count(value, 'count'),
    examples: Array.isArray(examples) ? examples.filter((example) => typeof example === 'string') : [],
    reasons: isObject(reasons)
      ? Object.fromEntries(Object.entries(reasons).flatMap(([reason, times]) => (typeof times === 'number' ? [[reason, times]] : [])))
      : {},
  };
}

function parseCoverage(value: unknown): PackCoverage[] {
  if (!Array.isArray(value)) throw damaged('lacks coverage');
  return value.map((item: unknown) => {
    if (!isObject(item)) throw damaged('has coverage that is not an object');
    const reason = item.reason;
    return {
      ecosystem: text(item, 'ecosystem'),
      // Whatever is not plainly full supports no "none known".
      state: item.state === 'full' ? 'full' : 'partial',
      ...(typeof reason === 'string' ? { reason } : {}),
    };
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Record<string, unknown>, name: string): string {
  const field = value[name];
  if (typeof field !== 'string') throw damaged(`lacks ${name}`);
  return field;
}

function count(value: Record<string, unknown>, name: string): number {
  const field = value[name];
  if (typeof field !== 'number' || !Number.isSafeInteger(field) || field < 0) throw damaged(`lacks ${name}`);
  return field;
}

function damaged(what: string, cause?: unknown): PlimsollError {
  return new PlimsollError('pack-damaged', `The store's manifest ${what}`, {
    hint: 'Import or update the advisory data again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
