import { isPlimsollError, PlimsollError } from '../model/error.ts';
import type { Clock, Http, Progress } from '../model/ports.ts';
import { commitPacks, type Importer, type Manifest, readManifest, type SkippedRecords } from '../sources/advisories/index.ts';
import { defaultMaxBytes, feedTimeoutMs, withFetched } from './db-fetch.ts';
import { type FailedSource, gather, offlineRefused, type UnusedFiles, writePacks } from './db-gather.ts';

/** What to import, and what the user knows of it. */
export interface ImportRequest {
  /** Files, folders, or http(s) addresses. */
  readonly places: readonly string[];
  /** Date (ISO 8601) at which the data was whole and current. */
  readonly asOf?: string;
  /** The places hold whole sources: coverage that could not be known becomes full. */
  readonly complete?: boolean;
  /** Budget of a fetched place in bytes. */
  readonly maxBytes?: number;
}

/** Everything an import touches. */
export interface ImportDeps {
  /** Folder of the store. */
  readonly store: string;
  readonly importers: readonly Importer[];
  /** Absent offline. */
  readonly http?: Http;
  readonly progress: Progress;
  readonly clock: Clock;
}

/** One source that was brought in. */
export interface ImportedSource {
  readonly source: string;
  /** Which part of it, where it comes in parts. */
  readonly part: string;
  readonly rows: number;
  readonly records: number;
  readonly skipped: SkippedRecords;
  readonly asOf?: string;
  /** What stood there before and is gone now: a source is replaced as a whole. */
  readonly replaced?: { readonly rows: number; readonly asOf?: string };
}

/** What an import did. Nothing in `failed` was changed in the store. */
export interface ImportResult {
  readonly sources: readonly ImportedSource[];
  readonly failed: readonly FailedSource[];
  readonly unused: readonly UnusedFiles[];
}

/**
 * Reads advisory data from files, folders or addresses into the store. All packs of one call appear together.
 * A source whose files are damaged is named in `failed` and keeps its former pack. Throws `import-invalid` when nothing importable was found at all.
 */
export async function importAdvisories(request: ImportRequest, deps: ImportDeps, signal: AbortSignal): Promise<ImportResult> {
  const { store, progress } = deps;
  if (request.asOf !== undefined && Number.isNaN(Date.parse(request.asOf)))
    throw new PlimsollError('usage', `${request.asOf} is not a date`, { hint: 'Give it as 2026-11-25 or 2026-11-25T08:00:00Z.' });
  progress.start('reading advisory data', undefined, 'bytes');
  const gathering = gather(deps.importers, progress, signal);
  try {
    for (const place of request.places) {
      if (!/^https?:\/\//i.test(place)) {
        await gathering.place(place);
        continue;
      }
      if (deps.http === undefined) throw offlineRefused(place);
      const fetching = { http: deps.http, maxBytes: request.maxBytes ?? defaultMaxBytes, timeoutMs: feedTimeoutMs, signal };
      await withFetched(store, place, fetching, (path) => gathering.place(path, lastSegment(place)));
    }
  } finally {
    progress.done();
  }
  const now = deps.clock.now();
  const { packs, failed } = writePacks(store, gathering.sources(), {
    complete: request.complete === true,
    now,
    ...(request.asOf === undefined ? {} : { asOf: { date: request.asOf, basis: 'given' } }),
  });
  const allFailed = [...gathering.failed(), ...failed];
  const former = formerPacks(store);
  if (packs.length > 0) await commitPacks(store, packs, now, signal);
  else if (allFailed.length === 0) {
    const read = gathering.unused().reduce((sum, row) => sum + row.count, 0);
    throw new PlimsollError('import-invalid', `Nothing importable in ${request.places.join(', ')}`, {
      hint:
        read === 0
          ? 'There are no files in it.'
          : `${read === 1 ? '1 file was read and belongs' : `${read} files were read and belong`} to no feed that this version knows.`,
    });
  }
  return {
    sources: packs.map(({ source, kind, part, rows, records, skipped, asOf }) => {
      const before = former.find((pack) => pack.source === source && pack.kind === kind && pack.part === part);
      return {
        ...{ source, part, rows, records, skipped },
        ...(asOf === undefined ? {} : { asOf }),
        ...(before === undefined ? {} : { replaced: { rows: before.rows, ...(before.asOf === undefined ? {} : { asOf: before.asOf }) } }),
      };
    }),
    failed: allFailed,
    unused: gathering.unused(),
  };
}

function lastSegment(url: string): string {
  return new URL(url).pathname.split('/').filter(Boolean).at(-1) ?? 'index';
}

/** What is there before an import; a damaged manifest holds nothing that could be named. */
function formerPacks(store: string): Manifest['packs'] {
  try {
    return readManifest(store).packs;
  } catch (error) {
    if (isPlimsollError(error, 'pack-damaged')) return [];
    throw error;
  }
}
