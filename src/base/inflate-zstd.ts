import { Decompress } from 'fzstd';
import { PlimsollError } from '../model/error.ts';

/** Largest window that the JavaScript decoder is given: it moves its whole window for every block. */
const MAX_WINDOW = 32 * 1024 * 1024;
/** Blocks that may be small; beyond, a block must bring 16 KiB on average, else a hostile frame costs hours. */
const FREE_BLOCKS = 10_000;
const PIECE = 4096;

type Part = 'magic' | 'descriptor' | 'header' | 'block-header' | 'block' | 'checksum' | 'skip-size' | 'skip';

/**
 * Follows the frames of a zstd stream without decoding them, to know windows, blocks and ends beforehand.
 * Source: RFC 8878, 3.1.1 "Zstandard Frames" and 3.1.2 "Skippable Frames".
 */
export class ZstdFrames {
  blocks = 0;
  frames = 0;
  ended = false;
  garbage = false;
  /** Whether the current frame holds no data. */
  skippable = false;
  private part: Part = 'magic';
  private need = 4;
  private value = 0;
  private shift = 0;
  private descriptor = 0;
  private header: number[] = [];
  private last = false;
  private readonly maxWindow: number;

  constructor(maxWindow = MAX_WINDOW) {
    this.maxWindow = maxWindow;
  }

  /** Whether the stream may end here. */
  get atEnd(): boolean {
    return this.part === 'magic' && this.need === 4 && this.frames > 0;
  }

  /** Takes the next bytes up to the end of a frame; answers how many. Sets `ended` at the end of a frame, `garbage` where none begins. */
  take(bytes: Uint8Array): number {
    this.ended = false;
    if (this.part === 'magic' && this.need === 4) this.skippable = false;
    let at = 0;
    while (at < bytes.length) {
      if (this.part === 'block' || this.part === 'skip') {
        const step = Math.min(this.need, bytes.length - at);
        this.need -= step;
        at += step;
      } else {
        const byte = bytes[at] ?? 0;
        at += 1;
        if (this.part === 'header') this.header.push(byte);
        else this.value += byte * 2 ** this.shift;
        this.shift += 8;
        this.need -= 1;
      }
      while (this.need === 0) {
        this.advance();
        if (this.ended || this.garbage) return at;
      }
    }
    return at;
  }

  private expect(part: Part, need: number): void {
    this.part = part;
    this.need = need;
    this.value = 0;
    this.shift = 0;
  }

  private advance(): void {
    const value = this.value;
    switch (this.part) {
      case 'magic':
        this.skippable = value >= 0x184d2a50 && value <= 0x184d2a5f;
        this.garbage = !this.skippable && value !== 0xfd2fb528;
        this.expect(this.skippable ? 'skip-size' : 'descriptor', this.skippable ? 4 : 1);
        return;
      case 'skip-size':
        this.expect('skip', value);
        return;
      case 'descriptor': {
        this.descriptor = value;
        this.header = [];
        const single = (value >> 5) & 1;
        const size = [single, 2, 4, 8][value >> 6] ?? 0;
        const dictionary = [0, 1, 2, 4][value & 3] ?? 0;
        this.expect('header', 1 - single + dictionary + size);
        return;
      }
      case 'header':
        if (windowOf(this.descriptor, this.header) > this.maxWindow)
          throw new PlimsollError('budget-exceeded', `a zstd frame needs a window of more than ${this.maxWindow} bytes`, {
            hint: 'Node.js 22.15 or newer reads such layers.',
          });
        this.expect('block-header', 3);
        return;
      case 'block-header':
        this.blocks += 1;
        this.last = (value & 1) === 1;
        // An RLE block is one byte, whatever size it makes.
        this.expect('block', ((value >> 1) & 3) === 1 ? 1 : value >> 3);
        return;
      case 'block':
        if (!this.last) this.expect('block-header', 3);
        else if ((this.descriptor & 4) !== 0) this.expect('checksum', 4);
        else this.endFrame();
        return;
      case 'checksum':
      case 'skip':
        this.endFrame();
        return;
    }
  }

  private endFrame(): void {
    this.frames += 1;
    this.ended = true;
    this.expect('magic', 4);
  }
}

function windowOf(descriptor: number, header: readonly number[]): number {
  if ((descriptor & 0x20) === 0) {
    const byte = header[0] ?? 0;
    const base = 2 ** (10 + (byte >> 3));
    return base + (base / 8) * (byte & 7);
  }
  // A single segment: the window is the content, whose size stands behind the dictionary's id.
  const size = header.slice([0, 1, 2, 4][descriptor & 3] ?? 0);
  const value = size.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
  return descriptor >> 6 === 1 ? value + 256 : value;
}

/**
 * zstd in JavaScript, for a Node.js without its own. Errors: `archive-damaged`, `archive-truncated`, `budget-exceeded`.
 * `check` is told of the bytes so far and throws when there are too many.
 */
export async function* inflateZstdSlowly(
  source: AsyncIterable<Uint8Array>,
  check: (read: number, made: number) => void,
): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  let out: Uint8Array[] = [];
  let read = 0;
  let made = 0;
  function decoder(): Decompress {
    return new Decompress((bytes) => {
      made += bytes.length;
      check(read, made);
      if (frames.blocks > FREE_BLOCKS + made / 16_384)
        throw new PlimsollError('budget-exceeded', 'a zstd stream of very many very small blocks');
      if (bytes.length > 0) out.push(bytes);
    });
  }
  let current = decoder();
  for await (const chunk of source) {
    // A few bytes can stand for 128 KiB each: small pieces keep what waits small.
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + PIECE);
      const taken = frames.take(piece);
      at += taken;
      read += taken;
      if (frames.garbage && frames.frames > 0) return;
      try {
        if (!frames.skippable) current.push(piece.slice(0, taken), frames.ended);
      } catch (error) {
        if (error instanceof PlimsollError) throw error;
        throw new PlimsollError('archive-damaged', 'a zstd stream is damaged', { cause: error });
      }
      if (frames.ended) current = decoder();
      yield* out;
      out = [];
    }
  }
  if (!frames.atEnd) throw new PlimsollError('archive-truncated', 'a zstd stream ends early');
}
