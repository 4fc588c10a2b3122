import { endianness } from 'node:os';

const SLASH = 47;
const DOT = 46;

/** Seed of the hashes of one layer: two 32-bit numbers. */
export type Seed = readonly [lo: number, hi: number];

/**
 * A seed from a digest (`sha256:…`) of the layer or, without one, a fixed seed. With a digest, who makes a layer cannot choose names that collide:
 * every change of a name changes the seed.
 */
export function seedOf(digest = ''): Seed {
  let lo = 0x811c9dc5;
  let hi = 0x9747b28c;
  for (let i = 0; i < digest.length; i += 1) {
    lo = Math.imul(lo ^ digest.charCodeAt(i), 0x01000193);
    hi = Math.imul(hi ^ digest.charCodeAt(i), 0x5bd1e995) ^ (hi >>> 15);
  }
  return [lo, hi];
}

/**
 * Hashes paths to 64 bits, in two 32-bit lanes. One object is used again and again: the results of the last call stand in its fields.
 * No cryptographic hash: it is ten times slower for names of this length.
 */
export class PathHash {
  lo = 0;
  hi = 0;
  /** Hash of what stands before the last slash. */
  parentLo = 0;
  parentHi = 0;
  /** Where the last slash is; -1 without one. */
  slash = -1;

  /** Lanes before they are finished: state of a hash that goes on. */
  private readonly seedLo: number;
  private readonly seedHi: number;

  constructor(seed: Seed) {
    this.seedLo = seed[0];
    this.seedHi = seed[1];
  }

  /**
   * Hashes a path and its parent in one pass. Answers false when the path is not normal: a component is empty, `.` or `..`;
   * the fields are then worthless.
   */
  scan(path: string): boolean {
    let lo = this.seedLo;
    let hi = this.seedHi;
    let parentLo = lo;
    let parentHi = hi;
    let slash = -1;
    for (let i = 0; i < path.length; i += 1) {
      const code = path.charCodeAt(i);
      if (code === SLASH) {
        if (isDots(path, slash + 1, i)) return false;
        slash = i;
        parentLo = lo;
        parentHi = hi;
      }
      lo = Math.imul(lo ^ code, 0x85ebca6b);
      lo = (lo << 13) | (lo >>> 19);
      hi = Math.imul(hi ^ code, 0xc2b2ae35);
      hi = (hi << 17) | (hi >>> 15);
    }
    if (isDots(path, slash + 1, path.length)) return false;
    this.slash = slash;
    this.finish(parentLo, parentHi);
    this.parentLo = this.lo;
    this.parentHi = this.hi;
    this.finish(lo, hi);
    return true;
  }

  /** Hashes the first `length` characters, which are normal. */
  prefix(path: string, length: number): void {
    this.from(path, 0, length, this.seedLo, this.seedHi);
  }

  private stateLo = 0;
  private stateHi = 0;

  /** Begins a hash that goes on component by component. */
  begin(): void {
    this.stateLo = this.seedLo;
    this.stateHi = this.seedHi;
  }

  /** Goes on with the characters from `start` to `end`, and finishes a copy. */
  extend(path: string, start: number, end: number): void {
    this.from(path, start, end, this.stateLo, this.stateHi);
  }

  private from(path: string, start: number, end: number, fromLo: number, fromHi: number): void {
    let lo = fromLo;
    let hi = fromHi;
    for (let i = start; i < end; i += 1) {
      const code = path.charCodeAt(i);
      lo = Math.imul(lo ^ code, 0x85ebca6b);
      lo = (lo << 13) | (lo >>> 19);
      hi = Math.imul(hi ^ code, 0xc2b2ae35);
      hi = (hi << 17) | (hi >>> 15);
    }
    this.stateLo = lo;
    this.stateHi = hi;
    this.finish(lo, hi);
  }

  private finish(fromLo: number, fromHi: number): void {
    let lo = Math.imul(fromLo ^ (fromLo >>> 16), 0x7feb352d);
    let hi = Math.imul(fromHi ^ (fromHi >>> 15), 0x846ca68b);
    lo ^= lo >>> 15;
    hi = (hi ^ (hi >>> 16)) + Math.imul(lo, 0x9e3779b1);
    lo ^= (hi << 11) | (hi >>> 21);
    this.lo = lo >>> 0;
    this.hi = hi >>> 0;
  }
}

function isDots(path: string, start: number, end: number): boolean {
  const length = end - start;
  if (length > 2) return false;
  if (length === 0) return true;
  return path.charCodeAt(start) === DOT && (length === 1 || path.charCodeAt(start + 1) === DOT);
}

/** A set of paths by their 64-bit hashes, sorted: eight bytes a path. Of three million paths, a stranger is taken for a member once in 10^12 questions. */
export class PathSet {
  readonly size: number;
  private readonly words: Uint32Array;
  private readonly hash: PathHash;

  /** `words`: pairs lo, hi in ascending order of hi, then lo. */
  constructor(words: Uint32Array, seed: Seed) {
    this.words = words;
    this.size = words.length / 2;
    this.hash = new PathHash(seed);
  }

  /** Whether the path, normal and without a leading slash, is in the set. */
  has(path: string): boolean {
    return this.hasPrefix(path, path.length);
  }

  /** Whether the first `length` characters are a path of the set. */
  hasPrefix(path: string, length: number): boolean {
    if (this.size === 0) return false;
    this.hash.prefix(path, length);
    const { lo, hi } = this.hash;
    const words = this.words;
    let low = 0;
    let high = this.size - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const middleHi = words[2 * middle + 1] ?? 0;
      const middleLo = words[2 * middle] ?? 0;
      if (middleHi < hi || (middleHi === hi && middleLo < lo)) low = middle + 1;
      else if (middleHi === hi && middleLo === lo) return true;
      else high = middle - 1;
    }
    return false;
  }
}

/** Writes a set: base64 of the seed and of the sorted hashes, 64-bit numbers, little endian. `words` holds pairs lo, hi; it is sorted in place. */
export function encodePathSet(words: Uint32Array<ArrayBuffer>, seed: Seed): string {
  const big = endianness() === 'BE';
  if (big) swapPairs(words);
  new BigUint64Array(words.buffer, words.byteOffset, words.length >> 1).sort();
  if (big) swapPairs(words);
  const out = Buffer.allocUnsafe(8 + words.length * 4);
  out.writeInt32LE(seed[0] | 0, 0);
  out.writeInt32LE(seed[1] | 0, 4);
  if (big) for (let i = 0; i < words.length; i += 1) out.writeUInt32LE(words[i] ?? 0, 8 + 4 * i);
  else Buffer.from(words.buffer, words.byteOffset, words.length * 4).copy(out, 8);
  return out.toString('base64');
}

/** Reads what {@link encodePathSet} wrote. What is no such text gives an empty set. */
export function decodePathSet(text: string): PathSet {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 8) return new PathSet(new Uint32Array(0), seedOf());
  const seed: Seed = [bytes.readInt32LE(0), bytes.readInt32LE(4)];
  const words = new Uint32Array(((bytes.length - 8) >> 3) * 2);
  if (endianness() === 'BE') for (let i = 0; i < words.length; i += 1) words[i] = bytes.readUInt32LE(8 + 4 * i);
  else bytes.copy(Buffer.from(words.buffer), 0, 8);
  return new PathSet(words, seed);
}

/** Encodes a list of normal paths. */
export function encodePaths(paths: readonly string[], seed: Seed = seedOf()): string {
  const hash = new PathHash(seed);
  const words = new Uint32Array(paths.length * 2);
  paths.forEach((path, i) => {
    hash.prefix(path, path.length);
    words[2 * i] = hash.lo;
    words[2 * i + 1] = hash.hi;
  });
  return encodePathSet(words, seed);
}

function swapPairs(words: Uint32Array): void {
  for (let i = 0; i + 1 < words.length; i += 2) {
    const lo = words[i] ?? 0;
    words[i] = words[i + 1] ?? 0;
    words[i + 1] = lo;
  }
}

/** Normalises a path as text: no leading slash, no empty component, no `.`; `..` takes the component before it and never leads above the root. */
export function normalPath(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return out.join('/');
}
