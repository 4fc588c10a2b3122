import type { PackEntry } from '../../base/pack/writer.ts';
import type { AdvisoryRecord, CoverageState } from '../../model/advisory.ts';
import { completenessUnknown, type Emit, type Importer } from './importer.ts';
import { storePack } from './store.ts';
import type { DateBasis, PackCoverage, PackEntryOfManifest } from './store-manifest.ts';
import {
  encodeEpss,
  encodeKev,
  encodeLifecycle,
  encodeRecord,
  encodeRowRest,
  encodeRows,
  epssKey,
  escapeText,
  kevKey,
  lifecycleKey,
  mergeRecords,
  recordKey,
  rowKey,
  unescapeText,
} from './store-rows.ts';

const EXAMPLES = 5;
const EXAMPLE_LENGTH = 200;
const REASONS = 100;
/** Between id and the rest of a kept line: escaped text never holds it. */
const ID_END = '\n';

/** How a finished pack is dated and judged. */
export interface BuildOptions {
  /** The ecosystem whose archive this is; empty for the whole source; `~NAME` for a mixed collection of a source that comes in parts. */
  readonly part: string;
  /** Leave rows of other ecosystems than the part to their own parts. */
  readonly onlyPart?: boolean;
  readonly asOf?: { readonly date: string; readonly basis: DateBasis };
  /** Somebody answers for the source being whole: coverage that is partial only because that could not be known becomes full. */
  readonly complete: boolean;
  readonly importedAt: Date;
}

/** Gathers what an importer emits until it is written as one pack. Rows may come in any order. */
export interface SourceBuilder {
  readonly importer: SourceTitle;
  readonly emit: Emit;
  /** Ecosystems (without release) that every id with rows has a row in: one archive an ecosystem shows itself by that. */
  commonEcosystems(): string[];
  /** Whether anything usable came. */
  isEmpty(): boolean;
  skippedCount(): number;
  /** Writes the pack file; it is not named in the manifest yet. */
  write(store: string, options: BuildOptions): PackEntryOfManifest;
}

/** What the manifest says of a source in words. */
export type SourceTitle = Pick<Importer, 'id' | 'kind' | 'title' | 'licence' | 'attribution'>;

/** Lines in one growing buffer: a million rows as separate strings would keep the files that they were cut from in memory. */
interface Arena {
  add(text: string): number;
  get(ref: number): string;
}

function arena(): Arena {
  let bytes = Buffer.allocUnsafe(1 << 16);
  let used = 0;
  const ends: number[] = [];
  return {
    add(text) {
      const most = text.length * 3;
      if (used + most > bytes.length) {
        const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, used + most));
        bytes.copy(larger, 0, 0, used);
        bytes = larger;
      }
      used += bytes.write(text, used, 'utf8');
      return ends.push(used) - 1;
    },
    get(ref) {
      return bytes.toString('utf8', ends[ref - 1] ?? 0, ends[ref]);
    },
  };
}

/** A builder for one source. */
export function sourceBuilder(importer: SourceTitle): SourceBuilder {
  const lines = arena();
  const values = new Map<string, number[]>();
  const coverage = new Map<string, PackCoverage>();
  const reasons = new Map<string, number>();
  const examples: string[] = [];
  let skipped = 0;
  let published: string | undefined;
  let newest: string | undefined;

  function put(key: string, line: string, lastWins: boolean): void {
    const refs = values.get(key);
    const ref = lines.add(line);
    if (refs === undefined) values.set(key, [ref]);
    else if (lastWins) refs[0] = ref;
    else refs.push(ref);
  }

  function covers(ecosystem: string, state: CoverageState, reason?: string): void {
    const before = coverage.get(ecosystem);
    // The worse word stands: a file that says partial is not made good by another that says full.
    if (before !== undefined && (before.state === 'partial' || state === 'full')) return;
    coverage.set(ecosystem, { ecosystem, state, ...(reason === undefined ? {} : { reason }) });
  }

  const emit: Emit = {
    row(row) {
      put(rowKey(row.ecosystem, row.name), `${escapeText(row.id)}${ID_END}${encodeRowRest(row)}`, false);
    },
    record(record) {
      put(recordKey(record.id), encodeRecord(record), false);
    },
    kev(entry) {
      put(kevKey(entry.cve), encodeKev(entry), true);
    },
    epss(score) {
      const { key, rest } = epssKey(score.cve);
      put(key, encodeEpss(rest, score), false);
    },
    lifecycle(life) {
      put(lifecycleKey(life.product, life.cycle), encodeLifecycle(life), true);
    },
    covers,
    published(date) {
      if (isDate(date) && (published === undefined || date > published)) published = date;
    },
    dated(date) {
      if (isDate(date) && (newest === undefined || date > newest)) newest = date;
    },
    skipped(reason, example) {
      skipped += 1;
      const known = reasons.has(reason) || reasons.size < REASONS ? reason : 'other reasons';
      reasons.set(known, (reasons.get(known) ?? 0) + 1);
      if (examples.length < EXAMPLES) examples.push(example.slice(0, EXAMPLE_LENGTH));
    },
  };

  function datedAs(options: BuildOptions): { asOf?: string; asOfBasis?: DateBasis } {
    if (options.asOf !== undefined) return { asOf: options.asOf.date, asOfBasis: options.asOf.basis };
    if (published !== undefined) return { asOf: published, asOfBasis: 'published' };
    return newest === undefined ? {} : { asOf: newest, asOfBasis: 'newest-record' };
  }

  return {
    importer,
    emit,
    commonEcosystems: () => commonEcosystems(values, lines),
    isEmpty: () => values.size === 0,
    skippedCount: () => skipped,
    write(store, options) {
      const table = encodeTable(values, lines, options.onlyPart === true ? options.part : '');
      const { file, sha256, root, bytes } = storePack(store, table.entries());
      return {
        source: importer.id,
        kind: importer.kind,
        part: options.part,
        title: importer.title,
        licence: importer.licence,
        attribution: importer.attribution,
        file,
        sha256,
        root,
        bytes,
        rows: table.counts.rows,
        records: table.counts.records,
        skipped: { count: skipped, examples, reasons: Object.fromEntries([...reasons].sort()) },
        ...datedAs(options),
        importedAt: options.importedAt.toISOString(),
        coverage: coverageOf(coverage, table.ecosystems, importer, options),
      };
    },
  };
}

/** An ecosystem without its release: `Debian:12` → `Debian`. */
export function baseEcosystem(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
}

function isDate(date: string): boolean {
  return /^\d{4}-\d\d-\d\d/.test(date) && !date.startsWith('0001-');
}

function coverageOf(
  said: ReadonlyMap<string, PackCoverage>,
  seen: ReadonlySet<string>,
  importer: SourceTitle,
  options: BuildOptions,
): PackCoverage[] {
  const all = new Map<string, PackCoverage>();
  for (const ecosystem of seen) all.set(ecosystem, { ecosystem, state: 'partial', reason: completenessUnknown });
  for (const item of said.values())
    if (options.onlyPart !== true || baseEcosystem(item.ecosystem) === options.part) all.set(item.ecosystem, item);
  const whole = importer.kind !== 'advisories' ? importer.kind : options.onlyPart === true ? options.part : '';
  if (all.size === 0 && whole !== '') all.set(whole, { ecosystem: whole, state: 'partial', reason: completenessUnknown });
  for (const { ecosystem, reason } of all.values())
    if (reason === completenessUnknown && options.complete) all.set(ecosystem, { ecosystem, state: 'full' });
  return [...all.values()].sort((a, b) => (a.ecosystem < b.ecosystem ? -1 : 1));
}

function commonEcosystems(values: ReadonlyMap<string, readonly number[]>, lines: Arena): string[] {
  const ecosystemsOfId = new Map<string, Set<string>>();
  for (const [key, refs] of values) {
    if (!key.startsWith('a')) continue;
    const base = baseEcosystem(key.slice(1, key.indexOf('\0')));
    for (const ref of refs) {
      const [id = ''] = lines.get(ref).split(ID_END, 1);
      const bases = ecosystemsOfId.get(id);
      if (bases === undefined) ecosystemsOfId.set(id, new Set([base]));
      else bases.add(base);
    }
  }
  let common: Set<string> | undefined;
  for (const bases of ecosystemsOfId.values())
    common = common === undefined ? new Set(bases) : new Set([...common].filter((base) => bases.has(base)));
  return [...(common ?? [])].sort();
}

interface Table {
  readonly counts: { readonly rows: number; readonly records: number };
  readonly ecosystems: ReadonlySet<string>;
  entries(): Iterable<PackEntry>;
}

function encodeTable(values: ReadonlyMap<string, readonly number[]>, lines: Arena, part: string): Table {
  const counts = { rows: 0, records: 0 };
  const ecosystems = new Set<string>();
  const keys = [...values.keys()].map((text) => ({ text, bytes: Buffer.from(text) })).sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const entries: { key: Uint8Array; text: string; refs: readonly number[] }[] = [];
  for (const { text, bytes } of keys) {
    if (text.startsWith('a')) {
      const ecosystem = text.slice(1, text.indexOf('\0'));
      if (part !== '' && baseEcosystem(ecosystem) !== part) continue;
      ecosystems.add(unescapeText(ecosystem));
    }
    entries.push({ key: bytes, text, refs: values.get(text) ?? [] });
  }
  function encode(text: string, refs: readonly number[]): string {
    const found = refs.map((ref) => lines.get(ref));
    if (text.startsWith('a')) {
      const { value, rows } = encodeRows(found.map(splitRow));
      counts.rows += rows;
      return value;
    }
    if (text.startsWith('r')) {
      counts.records += 1;
      return mergeRecordLines(found);
    }
    if (text.startsWith('e')) {
      const last = new Map(found.map((line) => [line.slice(0, line.indexOf(' ')), line]));
      counts.rows += last.size;
      return [...last.values()].sort().join('\n');
    }
    counts.rows += 1;
    return found[0] ?? '';
  }
  return {
    counts,
    ecosystems,
    *entries() {
      for (const { key, text, refs } of entries) yield { key, value: Buffer.from(encode(text, refs)) };
    },
  };
}

function splitRow(line: string): [string, string] {
  const at = line.indexOf(ID_END);
  return [unescapeText(line.slice(0, at)), line.slice(at + 1)];
}

function mergeRecordLines(found: readonly string[]): string {
  const distinct = [...new Set(found)];
  if (distinct.length === 1) return distinct[0] ?? '';
  const merged = mergeRecords(distinct.map((line): AdvisoryRecord => ({ id: '', ...JSON.parse(line) })));
  return merged === undefined ? '' : encodeRecord(merged);
}
