import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { PlimsollError } from '../model/error.ts';
import type { Unpack } from '../model/ports.ts';
import { owned, unpackZstd, type ZstdRoutes } from './unpack-zstd.ts';

/** How bytes are packed, told from their beginning alone: a name proves nothing. */
export type Packing = 'gzip' | 'zstd' | 'zip' | 'xz' | 'bzip2' | 'tar' | 'plain';

/** Bytes that {@link packingOf} looks at. */
export const packingHead = 265;

/**
 * Sources: RFC 1952 (gzip), RFC 8878 section 3.1 (zstd, and 3.1.2 skippable frames), APPNOTE 4.3 (zip, also empty and spanned), xz file format 2.1.1.1,
 * bzip2's `BZh`, POSIX ustar magic at 257.
 */
export function packingOf(head: Uint8Array): Packing {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if ((a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) || (a !== undefined && a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18))
    return 'zstd';
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6) || (c === 7 && d === 8))) return 'zip';
  if (a === 0xfd && b === 0x37 && c === 0x7a && d === 0x58) return 'xz';
  if (a === 0x42 && b === 0x5a && c === 0x68) return 'bzip2';
  if (Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar') return 'tar';
  return 'plain';
}

/** Limits of one stream. */
export interface UnpackBudget {
  /** Most bytes that may come out. */
  readonly maxBytes: number;
  /** Most bytes out for one byte in, looked at once {@link ratioFrom} bytes came out. */
  readonly maxRatio: number;
}

/** Advisory feeds reach a ratio of 120 (many near-equal VEX documents); deflate's own limit is 1,032. */
export const defaultUnpackBudget: UnpackBudget = { maxBytes: 4 * 1024 ** 3, maxRatio: 500 };

/** Small things may pack as well as they like. */
export const ratioFrom = 64 * 1024 * 1024;

/**
 * Unpacks a stream by its first bytes: gzip (all members), zstd (by Node, the host's `zstd`, or slowly in JavaScript), else as it is.
 * Two layers are taken off at most. Throws `archive-truncated`, `archive-damaged`, `budget-exceeded`.
 */
export async function* unpackStream(
  source: AsyncIterable<Uint8Array>,
  budget: UnpackBudget = defaultUnpackBudget,
  routes?: ZstdRoutes,
): AsyncGenerator<Uint8Array> {
  yield* unpackLayer(source, budget, routes, 2);
}

async function* unpackLayer(
  source: AsyncIterable<Uint8Array>,
  budget: UnpackBudget,
  routes: ZstdRoutes | undefined,
  layers: number,
): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(source);
  const packing = packingOf(head);
  if (layers === 0 || (packing !== 'gzip' && packing !== 'zstd')) {
    yield* all;
    return;
  }
  const counter = { bytes: 0 };
  const counted = count(all, counter);
  const unpacked = packing === 'gzip' ? through(counted, createGunzip()) : unpackZstd(counted, routes);
  yield* unpackLayer(limit(unpacked, counter, budget), budget, routes, layers - 1);
}

/** The `Unpack` port with the usual budget. */
export function openUnpack(budget: UnpackBudget = defaultUnpackBudget): Unpack {
  return { stream: (source) => unpackStream(source, budget) };
}

/** The first bytes of a stream, and the stream with them in front again. */
export async function peek(
  source: AsyncIterable<Uint8Array>,
  bytes: number = packingHead,
): Promise<{ head: Buffer; all: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let have = 0;
  while (have < bytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    // A copy: the source may use its chunk again.
    chunks.push(Uint8Array.from(next.value));
    have += next.value.length;
  }
  const all: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => all,
    async next() {
      const value = chunks.shift();
      return value === undefined ? iterator.next() : { done: false, value };
    },
    // Also before the first `next`: a generator that has not begun forgets to close its source, and a program behind it would wait for ever.
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  return { head: Buffer.concat(chunks).subarray(0, bytes), all };
}

/** Runs a stream through a transform of `node:zlib`; its errors become ours. */
export async function* through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  // An error of the source destroys the transform with that error, so the loop below throws it: nothing is left for the callback to say.
  pipeline(Readable.from(owned(source), { objectMode: false }), transform, () => undefined);
  try {
    for await (const chunk of transform) yield chunk;
  } catch (error) {
    throw asArchiveError(error);
  } finally {
    transform.destroy();
  }
}

function asArchiveError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR' || code === 'ZSTD_error_srcSize_wrong')
    return new PlimsollError('archive-truncated', 'The packed file ends in the middle', { cause: error });
  if (typeof code === 'string' && /^(Z_|ZSTD_|ERR_ZLIB|ERR_BUFFER)/.test(code))
    return new PlimsollError('archive-damaged', 'The packed file is damaged', { cause: error });
  return error;
}

async function* count(source: AsyncIterable<Uint8Array>, counter: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    counter.bytes += chunk.length;
    yield chunk;
  }
}

async function* limit(
  source: AsyncIterable<Uint8Array>,
  packed: { readonly bytes: number },
  budget: UnpackBudget,
): AsyncGenerator<Uint8Array> {
  let out = 0;
  for await (const chunk of source) {
    out += chunk.length;
    if (out > budget.maxBytes) throw new PlimsollError('budget-exceeded', `The file unpacks to more than ${budget.maxBytes} bytes`);
    if (out > ratioFrom && out > packed.bytes * budget.maxRatio)
      throw new PlimsollError('budget-exceeded', `The file unpacks to more than ${budget.maxRatio} times its size`);
    yield chunk;
  }
}
