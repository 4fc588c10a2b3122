import { createWriteStream, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PlimsollError } from '../model/error.ts';
import type { Http } from '../model/ports.ts';
import { temporaryName } from '../sources/advisories/index.ts';

/** Most bytes of one feed when nobody says otherwise: 1 GiB. */
export const defaultMaxBytes = 1024 ** 3;

/** Longest silence of a feed. */
export const feedTimeoutMs = 60_000;

/** What fetching a feed to a file needs. */
export interface FetchToFile {
  readonly http: Http;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Fetches `url` to a temporary file inside the store, lets `use` read it, and takes it away again. The sweep of the store knows its name, should the process
 * be killed. Errors: those of `Http`, and `feed-unreachable` for any status but 200.
 */
export async function withFetched<T>(store: string, url: string, fetching: FetchToFile, use: (path: string) => Promise<T>): Promise<T> {
  const { http, maxBytes, timeoutMs, signal } = fetching;
  const answer = await http.get(url, { maxBytes, timeoutMs, signal });
  if (answer.status !== 200) {
    await discard(answer.body());
    throw new PlimsollError('feed-unreachable', `${url} answers with status ${answer.status}`, {
      hint: 'Try again later, or set another address.',
    });
  }
  mkdirSync(store, { recursive: true });
  const path = join(store, temporaryName());
  try {
    // Opened before the transfer begins: a stream that opens its file later could make it after it was taken away.
    const fd = openSync(path, 'wx', 0o600);
    await pipeline(Readable.from(answer.body(), { objectMode: false }), createWriteStream(path, { fd }), { signal });
    return await use(path);
  } finally {
    rmSync(path, { force: true });
  }
}

/** Ends an answer that nobody wants without reading it all. */
async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}
