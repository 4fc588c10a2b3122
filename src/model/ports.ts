import type { AdvisoryRecord, AdvisoryRow, Coverage, EpssScore, KevEntry } from './advisory.ts';
import type { Lifecycle } from './distro.ts';
import type { UnknownCause } from './unknown.ts';

/** Answer for a list of names of one ecosystem: rows in the order asked, and what the data covers. */
export interface AdvisoryAnswer {
  readonly rows: readonly (readonly AdvisoryRow[])[];
  /** Every source that knows this ecosystem; empty = no data at all. */
  readonly coverage: readonly Coverage[];
}

/** Advisory data, read-only. Synchronous: an engine asks in batches, sorted names share blocks. Damaged data is left out and named in `causes`. */
export interface AdvisoryIndex {
  rows(ecosystem: string, names: readonly string[]): AdvisoryAnswer;
  records(ids: readonly string[]): readonly (AdvisoryRecord | undefined)[];
  kev(cves: readonly string[]): readonly (KevEntry | undefined)[];
  epss(cves: readonly string[]): readonly (EpssScore | undefined)[];
  /** The life of a release, by the product's name in the lifecycle data (`debian`, `alpine-linux`) and cycle (`12`, `3.18`). */
  lifecycle(product: string, cycle: string): Lifecycle | undefined;
  /** What the data as a whole says of its kind: `kev`, `epss`, `lifecycle` with date, where at hand. */
  sources(): readonly Coverage[];
  /** What could not be read so far. */
  causes(): readonly UnknownCause[];
}

/** Results by content digest. An entry is JSON; a reader gets it whole or not at all. Never throws: a cache that fails is a cache that misses. */
export interface LayerCache {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
}

/** The time of the run, read once. */
export interface Clock {
  now(): Date;
}

/** One answer of {@link Http}: the body is a stream within the byte budget of the request. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  body(): AsyncIterable<Uint8Array>;
}

/** The way out. Absent in an offline run. Errors: `feed-unreachable`, `offline-refused`, `feed-too-large`. */
export interface Http {
  get(url: string, options: { readonly maxBytes: number; readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<HttpAnswer>;
}

/** Runs named tasks in worker threads. The order of the answers is that of the inputs. */
export interface Pool {
  run<I, O>(task: string, inputs: readonly I[], signal?: AbortSignal): Promise<O[]>;
  close(): Promise<void>;
}

/** Unpacks a compressed stream by its first bytes: gzip, zstd, or plain as it is. */
export interface Unpack {
  stream(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** What a person watches while it takes more than a second. Does nothing when nobody looks. */
export interface Progress {
  /** Begins a step, e.g. `reading layers`; `total` in `unit` where known. */
  start(step: string, total?: number, unit?: 'bytes' | 'items'): void;
  /** Adds to what is done of the current step. */
  add(amount: number): void;
  /** Ends the current step and clears its line. */
  done(): void;
}

/** Append-only record of what was done and by whom. Comes with the actions. */
export interface AuditLog {
  append(entry: Readonly<Record<string, string | number | boolean>>): Promise<void>;
}

/** A `Progress` that does nothing. */
export const silentProgress: Progress = { start() {}, add() {}, done() {} };
