import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { PlimsollError } from '../model/error.ts';
import { inflateZstdSlowly, ZstdFrames } from './inflate-zstd.ts';

/** Bounds of one compressed stream. */
export interface InflateLimits {
  /** Uncompressed bytes; default 64 GiB. */
  readonly maxBytes?: number;
  /**
   * Uncompressed bytes a compressed byte, judged after the first 64 MiB; default 1,100. Deflate itself cannot pass 1,032:
   * the bound is there for zstd, whose run-length blocks reach 32,768.
   */
  readonly maxRatio?: number;
}

/** Node's default of 16 KiB halves the speed of inflating. */
const CHUNK = 262_144;
const GRACE = 64 * 1024 * 1024;
const MAX_BYTES = 64 * 1024 ** 3;
const MAX_RATIO = 1100;

/** How a stream is compressed, by its first bytes. */
export type Compression = 'gzip' | 'zstd' | 'plain';

/** Compression by magic: `1f 8b` gzip (RFC 1952), `28 b5 2f fd` or a skippable frame zstd (RFC 8878), else plain. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  return 'plain';
}

/**
 * Unpacks a stream by its first bytes; several gzip members or zstd frames are one stream, what follows the last one and is none is passed over.
 * Errors: `archive-damaged`, `archive-truncated`, `budget-exceeded`; everything that was unpacked before has then been given.
 */
export async function* decompress(source: AsyncIterable<Uint8Array>, limits: InflateLimits = {}): AsyncGenerator<Uint8Array> {
  const maxBytes = limits.maxBytes ?? MAX_BYTES;
  const maxRatio = limits.maxRatio ?? MAX_RATIO;
  function check(read: number, made: number): void {
    if (made > maxBytes) throw new PlimsollError('budget-exceeded', `a layer holds more than ${maxBytes} bytes`);
    if (made > GRACE && made > read * maxRatio)
      throw new PlimsollError('budget-exceeded', `a layer unpacks to more than ${maxRatio} times its size`);
  }
  const feed = new Feed(source);
  try {
    const head = await feed.peek(4);
    const compression = compressionOf(head);
    if (compression === 'gzip') yield* gunzip(feed, check);
    else if (compression === 'plain') yield* plain(feed, check);
    else {
      const native: unknown = Reflect.get(zlib, 'createZstdDecompress');
      if (isZstdFactory(native)) yield* zstd(feed, native, check);
      else yield* inflateZstdSlowly(feed.rest(), check);
    }
  } finally {
    await feed.close();
  }
}

type Check = (read: number, made: number) => void;

/** Pulls a stream with the possibility to give bytes back. */
class Feed {
  read = 0;
  private readonly iterator: AsyncIterator<Uint8Array>;
  private back: Uint8Array | undefined;
  private over = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  async next(): Promise<Uint8Array | undefined> {
    const back = this.back;
    this.back = undefined;
    if (back !== undefined) {
      this.read += back.length;
      return back;
    }
    while (!this.over) {
      const { done, value } = await this.iterator.next();
      if (done) this.over = true;
      else if (value.length > 0) {
        this.read += value.length;
        return value;
      }
    }
    return undefined;
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.read -= bytes.length;
    this.back = this.back === undefined ? bytes : Buffer.concat([bytes, this.back]);
  }

  /** The next `count` bytes, fewer only at the end; they stay to be read. */
  async peek(count: number): Promise<Uint8Array> {
    let head = (await this.next()) ?? new Uint8Array(0);
    while (head.length < count) {
      const more = await this.next();
      if (more === undefined) break;
      head = Buffer.concat([head, more]);
    }
    this.unread(head);
    return head;
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) yield chunk;
  }

  async close(): Promise<void> {
    if (!this.over) await this.iterator.return?.();
  }
}

async function* plain(feed: Feed, check: Check): AsyncGenerator<Uint8Array> {
  for await (const chunk of feed.rest()) {
    check(feed.read, feed.read);
    yield chunk;
  }
}

/** Members one after the other: raw deflate by zlib, header and trailer read here, so that no output is lost to what follows a member. */
async function* gunzip(feed: Feed, check: Check): AsyncGenerator<Uint8Array> {
  let made = 0;
  for (let member = 0; ; member += 1) {
    const header = await gzipHeader(feed);
    if (header !== 'ok') {
      if (member > 0) return;
      throw header === 'cut'
        ? new PlimsollError('archive-truncated', 'a gzip stream ends in its header')
        : new PlimsollError('archive-damaged', 'a gzip header is invalid');
    }
    let crc = 0;
    let length = 0;
    for await (const chunk of pump(zlib.createInflateRaw({ chunkSize: CHUNK, finishFlush: zlib.constants.Z_SYNC_FLUSH }), feed, 'gzip')) {
      made += chunk.length;
      length = (length + chunk.length) % 2 ** 32;
      check(feed.read, made);
      crc = zlib.crc32(chunk, crc);
      yield chunk;
    }
    const trailer = await feed.peek(8);
    if (trailer.length < 8) throw new PlimsollError('archive-truncated', 'a gzip stream ends early');
    const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
    if (view.getUint32(0, true) !== crc || view.getUint32(4, true) !== length)
      throw new PlimsollError('archive-damaged', 'a gzip stream does not agree with its checksum');
    await discard(feed, 8);
  }
}

async function discard(feed: Feed, count: number): Promise<void> {
  const bytes = await feed.peek(count);
  const whole = await feed.next();
  if (whole !== undefined) feed.unread(whole.subarray(Math.min(count, bytes.length)));
}

/** RFC 1952, 2.3: fixed part of 10 bytes, then by flags an extra field, a name, a comment, a checksum. */
async function gzipHeader(feed: Feed): Promise<'ok' | 'cut' | 'none'> {
  const fixed = await feed.peek(10);
  if (fixed.length >= 3 && (fixed[0] !== 0x1f || fixed[1] !== 0x8b || fixed[2] !== 8)) return 'none';
  if (fixed.length < 10) return 'cut';
  const flags = fixed[3] ?? 0;
  let length = 10;
  if ((flags & 4) !== 0) {
    const extra = await feed.peek(12);
    length = 12 + (extra[10] ?? 0) + 256 * (extra[11] ?? 0);
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    let size = 256;
    for (;;) {
      const bytes = await feed.peek(length + size);
      const end = bytes.indexOf(0, length);
      if (end >= 0) {
        length = end + 1;
        break;
      }
      if (bytes.length < length + size) return 'cut';
      size *= 2;
      if (size > 1_048_576) return 'none';
    }
  }
  if ((flags & 2) !== 0) length += 2;
  if ((await feed.peek(length)).length < length) return 'cut';
  await discard(feed, length);
  return 'ok';
}

/** `createZstdDecompress`, which the types of the oldest supported Node.js do not know. */
type Factory = (options: { readonly chunkSize: number }) => Transform;

/** Whether this Node has a zstd decoder of its own. */
export function isZstdFactory(value: unknown): value is Factory {
  return typeof value === 'function';
}

/**
 * Node's own decoder, frame by frame: it takes the end of the first frame for the end of the stream, and what stood behind it would be lost in silence.
 * Source: RFC 8878, 3.1: frames follow each other, skippable ones hold no data.
 */
async function* zstd(feed: Feed, create: Factory, check: Check): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames(Number.POSITIVE_INFINITY);
  let made = 0;
  for (;;) {
    const magic = await feed.peek(4);
    if (magic.length === 0 && frames.atEnd) return;
    if (magic.length < 4) throw endsEarly();
    const isSkippable = (magic[0] ?? 0) >> 4 === 5 && magic[1] === 0x2a && magic[2] === 0x4d && magic[3] === 0x18;
    if (!isSkippable && compressionOf(magic) !== 'zstd') return; // what follows the last frame is not ours
    const frame = frameOf(feed, frames);
    if (isSkippable) while ((await frame.next()) !== undefined);
    else {
      for await (const chunk of pump(create({ chunkSize: CHUNK }), frame, 'zstd')) {
        made += chunk.length;
        check(feed.read, made);
        yield chunk;
      }
    }
    if (!frames.ended) throw endsEarly();
  }
}

function endsEarly(): PlimsollError {
  return new PlimsollError('archive-truncated', 'a zstd stream ends early');
}

/** The bytes of one frame, and not one more. */
function frameOf(feed: Feed, frames: ZstdFrames): Pumped {
  let over = false;
  return {
    async next() {
      if (over) return undefined;
      const chunk = await feed.next();
      if (chunk === undefined) return undefined;
      const taken = frames.take(chunk);
      over = frames.ended || frames.garbage;
      if (taken < chunk.length) feed.unread(chunk.subarray(taken));
      return chunk.subarray(0, taken);
    },
    unread: (bytes) => feed.unread(bytes),
  };
}

/** Unpacks zstd with Node's own decoder, `createZstdDecompress`. Errors: `archive-damaged`, `archive-truncated`, and what `check` throws. */
export async function* inflateZstdNatively(
  source: AsyncIterable<Uint8Array>,
  create: Factory,
  check: Check = () => undefined,
): AsyncGenerator<Uint8Array> {
  const feed = new Feed(source);
  try {
    yield* zstd(feed, create, check);
  } finally {
    await feed.close();
  }
}

/** What an engine is fed from. */
interface Pumped {
  next(): Promise<Uint8Array | undefined>;
  /** Gives back what the engine did not take. */
  unread(bytes: Uint8Array): void;
}

/**
 * Runs an engine over the feed until it has its end; gives back what it did not take. A `for await` over the engine would lose
 * the chunks that wait in it when it fails, and would not say how much it took.
 */
async function* pump(engine: Transform & { bytesWritten?: number }, feed: Pumped, kind: string): AsyncGenerator<Uint8Array> {
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  let ended = false;
  let idle = true;
  let over = false;
  let written = 0;
  let last: Uint8Array = new Uint8Array(0);
  const signal = (): void => {
    wake?.();
    wake = undefined;
  };
  engine.on('readable', signal);
  engine.on('end', () => {
    ended = true;
    signal();
  });
  engine.on('error', (error: Error) => {
    failure = error;
    signal();
  });
  try {
    for (;;) {
      const out: unknown = failure === undefined ? engine.read() : null;
      if (out instanceof Uint8Array) {
        yield out;
        continue;
      }
      if (failure !== undefined) throw engineFailure(failure, kind);
      if (ended) break;
      if (idle && !over) {
        const chunk = await feed.next();
        if (ended || failure !== undefined) {
          if (chunk !== undefined) feed.unread(chunk);
          continue;
        }
        if (chunk === undefined) {
          over = true;
          engine.end();
        } else {
          idle = false;
          written += chunk.length;
          last = chunk;
          engine.write(chunk, () => {
            // An engine that has its end takes no more; its `end` comes a little later.
            idle = (engine.bytesWritten ?? written) === written;
            signal();
          });
        }
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const left = written - (engine.bytesWritten ?? written);
    if (left > 0) feed.unread(last.subarray(last.length - left));
  } finally {
    engine.destroy();
  }
}

function engineFailure(error: Error, kind: string): PlimsollError {
  const cut = 'code' in error && error.code === 'Z_BUF_ERROR';
  return new PlimsollError(cut ? 'archive-truncated' : 'archive-damaged', `a ${kind} stream ${cut ? 'ends early' : 'is damaged'}`, {
    cause: error,
  });
}
