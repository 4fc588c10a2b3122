import type { BodySink } from './entry.ts';
import { BLOCK } from './header.ts';
import { decimal } from './pax.ts';

const ZEROS = new Uint8Array(65_536);
const MAP_LINES = 2_000_000;

/**
 * Whether a map of pairs offset, length describes a file of `size` bytes of which `stored` are in the archive:
 * ascending, without overlap, inside the file.
 */
export function mapAgrees(map: readonly number[], size: number, stored: number): boolean {
  let end = 0;
  let sum = 0;
  for (let i = 0; i + 1 < map.length; i += 2) {
    const offset = map[i] ?? 0;
    const length = map[i + 1] ?? 0;
    if (offset < end || offset + length > size) return false;
    end = offset + length;
    sum += length;
  }
  return sum === stored;
}

/**
 * Rebuilds a sparse file for `inner`: data at its places, zeros between, never more than `inner.limit` bytes.
 * Without a map the body begins with it (PAX sparse 1.0: the number of pairs, then offsets and lengths, a decimal a line, padded to 512).
 */
export function sparseBody(inner: BodySink, size: number, stored: number, given: readonly number[] | undefined): BodySink {
  let map = given;
  let lines: { text: string; numbers: number[]; read: number } | undefined =
    given === undefined ? { text: '', numbers: [], read: 0 } : undefined;
  let pair = 0;
  let written = 0;
  let inPair = 0;
  let failed = false;

  function give(bytes: Uint8Array): void {
    const left = Math.min(inner.limit, size) - written;
    if (left <= 0) return;
    const part = bytes.length > left ? bytes.subarray(0, left) : bytes;
    written += part.length;
    inner.chunk(part);
  }

  function fill(upTo: number): void {
    while (written < Math.min(upTo, inner.limit)) give(ZEROS.subarray(0, Math.min(ZEROS.length, upTo - written)));
  }

  function settle(): void {
    if (failed || written >= Math.min(inner.limit, size)) self.limit = 0;
  }

  /** Takes map lines from `bytes`; answers where the data begins, or -1 when the map goes on. */
  function readMap(bytes: Uint8Array, state: { text: string; numbers: number[]; read: number }): number {
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = bytes[i] ?? 0;
      state.read += 1;
      if (byte !== 10) {
        state.text += String.fromCharCode(byte);
        if (state.text.length > 16) failed = true;
        if (failed) return -1;
        continue;
      }
      const number = decimal(state.text);
      state.text = '';
      if (Number.isNaN(number) || (state.numbers.length === 0 && number > MAP_LINES)) failed = true;
      if (failed) return -1;
      state.numbers.push(number);
      if (state.numbers.length === 1 + 2 * (state.numbers[0] ?? 0)) {
        const pad = (BLOCK - (state.read % BLOCK)) % BLOCK;
        map = state.numbers.slice(1);
        skip = pad;
        if (!mapAgrees(map, size, stored - state.read - pad)) failed = true;
        return i + 1;
      }
    }
    return -1;
  }

  let skip = 0;
  const self: BodySink = {
    limit: inner.limit === 0 ? 0 : Number.POSITIVE_INFINITY,
    chunk(bytes) {
      let rest = bytes;
      if (lines !== undefined) {
        const at = readMap(rest, lines);
        if (failed) return settle();
        if (at < 0) return;
        lines = undefined;
        rest = rest.subarray(at);
      }
      if (skip > 0) {
        const step = Math.min(skip, rest.length);
        skip -= step;
        rest = rest.subarray(step);
      }
      while (rest.length > 0 && map !== undefined && pair < map.length) {
        const length = map[pair + 1] ?? 0;
        if (inPair === 0) fill(map[pair] ?? 0);
        const step = Math.min(rest.length, length - inPair);
        if (step > 0) give(rest.subarray(0, step));
        rest = rest.subarray(step);
        inPair += step;
        if (inPair >= length) {
          pair += 2;
          inPair = 0;
        }
      }
      settle();
    },
    end(complete) {
      const whole = complete && !failed && lines === undefined;
      if (whole) fill(size);
      inner.end(whole);
    },
  };
  if (given !== undefined && !mapAgrees(given, size, stored)) {
    failed = true;
    self.limit = 0;
  }
  return self;
}
