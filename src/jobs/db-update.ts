import type { Code } from '../model/codes.ts';
import { isPlimsollError, PlimsollError } from '../model/error.ts';
import { commitPacks, officialAddresses, type UpdateAddresses, type UpdateFeed, updateFeeds } from '../sources/advisories/index.ts';
import { defaultMaxBytes, feedTimeoutMs, withFetched } from './db-fetch.ts';
import { gather, offlineRefused, writePacks } from './db-gather.ts';
import type { ImportDeps, ImportedSource } from './db-import.ts';

/** What to fetch, from where, within which limits. */
export interface UpdateRequest {
  /** OSV's names: `npm`, `Debian`; a release (`Debian:12`) fetches its distribution. */
  readonly ecosystems: readonly string[];
  readonly addresses?: Partial<UpdateAddresses>;
  /** Most bytes of one feed. 1 GiB when not given. */
  readonly maxBytes?: number;
  /** Longest silence of a feed in milliseconds. One minute when not given. */
  readonly timeoutMs?: number;
  /** After so many feeds in a row that cannot be reached the rest is not tried: there is no way out. All are tried when not given. */
  readonly giveUpAfter?: number;
}

/** One feed that could not be brought in; its former pack stays. */
export interface FailedFeed {
  readonly feed: string;
  readonly url: string;
  readonly code: Code;
  readonly message: string;
}

/** What an update did. */
export interface UpdateResult {
  readonly sources: readonly ImportedSource[];
  readonly failed: readonly FailedFeed[];
}

/**
 * Fetches whole feeds and puts them into the store, one after the other: each stands as soon as it is whole. A feed that fails (unreachable, not its format,
 * cut, too large, silent) is named and keeps its former pack; the others go on. Coverage is full as of the beginning of the fetch.
 */
export async function updateAdvisories(request: UpdateRequest, deps: ImportDeps, signal: AbortSignal): Promise<UpdateResult> {
  const feeds = updateFeeds(request.ecosystems, { ...officialAddresses, ...request.addresses });
  const sources: ImportedSource[] = [];
  const failed: FailedFeed[] = [];
  let unreachable = 0;
  for (const feed of feeds) {
    signal.throwIfAborted();
    if (request.giveUpAfter !== undefined && unreachable >= request.giveUpAfter) {
      failed.push({
        feed: feed.name,
        url: feed.url,
        code: 'feed-unreachable',
        message: `${feed.name} was not tried: the feeds before it cannot be reached`,
      });
      continue;
    }
    try {
      sources.push(...(await updateOne(feed, request, deps, signal)));
      unreachable = 0;
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      unreachable = error.code === 'feed-unreachable' ? unreachable + 1 : 0;
      failed.push({ feed: feed.name, url: feed.url, code: error.code, message: error.message });
    }
  }
  return { sources, failed };
}

async function updateOne(feed: UpdateFeed, request: UpdateRequest, deps: ImportDeps, signal: AbortSignal): Promise<ImportedSource[]> {
  const { store, progress, http } = deps;
  if (http === undefined) throw offlineRefused(feed.url);
  const importers = deps.importers.filter(
    (importer) => importer.kind === feed.kind && (feed.ecosystem === undefined || importer.parts === 'ecosystem'),
  );
  if (importers.length === 0) throw new PlimsollError('feed-invalid', `This version reads no feed of the kind ${feed.kind}`);
  const began = deps.clock.now();
  progress.start(`fetching ${feed.name}`, undefined, 'bytes');
  try {
    const gathering = gather(importers, progress, signal);
    const fetching = { http, maxBytes: request.maxBytes ?? defaultMaxBytes, timeoutMs: request.timeoutMs ?? feedTimeoutMs, signal };
    await withFetched(store, feed.url, fetching, (path) => gathering.place(path, feed.file));
    const { packs, failed } = writePacks(store, gathering.sources(), {
      asOf: { date: began.toISOString(), basis: 'fetched' },
      complete: true,
      now: deps.clock.now(),
      ...(feed.ecosystem === undefined ? {} : { part: feed.ecosystem }),
    });
    const [fault] = [...gathering.failed(), ...failed];
    if (fault !== undefined) throw new PlimsollError(fault.code, fault.message);
    if (packs.length === 0 || packs.every((pack) => pack.rows === 0))
      throw new PlimsollError('feed-invalid', `${feed.url} answers with something else than its format`, {
        hint: 'A proxy or a login page may have answered.',
      });
    await commitPacks(store, packs, deps.clock.now(), signal);
    return packs.map(({ source, part, rows, records, skipped, asOf }) => ({
      ...{ source, part, rows, records, skipped },
      ...(asOf === undefined ? {} : { asOf }),
    }));
  } finally {
    progress.done();
  }
}
