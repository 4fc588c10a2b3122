import { isUtf8 } from 'node:buffer';

/** Size of a block: headers are one, bodies are padded to it. */
export const BLOCK = 512;

/**
 * Sum of a block's bytes, four at a time: two 16-bit lanes hold at most 2 × 128 × 255 = 65,280 each.
 * `words` is a view over the same buffer that begins at `base`, or undefined where the block is not aligned.
 */
export function blockSum(bytes: Uint8Array, at: number, words: Uint32Array | undefined): number {
  if (words !== undefined && (at & 3) === 0) {
    let lanes = 0;
    const first = at >> 2;
    for (let i = first; i < first + 128; i += 1) {
      const word = words[i] ?? 0;
      lanes = (lanes + (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff)) | 0;
    }
    lanes >>>= 0;
    return (lanes & 0xffff) + (lanes >>> 16);
  }
  let sum = 0;
  for (let i = at; i < at + BLOCK; i += 1) sum += bytes[i] ?? 0;
  return sum;
}

/**
 * Whether the checksum field (offset 148, 8 bytes, counted as spaces) agrees. Old archives summed signed bytes.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
export function checksumAgrees(bytes: Uint8Array, at: number, sum: number): boolean {
  const stored = octal(bytes, at + 148, 8);
  let field = 0;
  for (let i = at + 148; i < at + 156; i += 1) field += bytes[i] ?? 0;
  if (sum - field + 8 * 32 === stored) return true;
  let signed = 8 * 32;
  for (let i = at; i < at + BLOCK; i += 1) {
    if (i >= at + 148 && i < at + 156) continue;
    const byte = bytes[i] ?? 0;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return signed === stored;
}

/** An octal field: blanks, digits, then blank or NUL. An empty field is 0, anything else NaN. */
export function octal(bytes: Uint8Array, at: number, length: number): number {
  const end = at + length;
  let i = at;
  while (i < end && (bytes[i] === 32 || bytes[i] === 0)) i += 1;
  let value = 0;
  for (; i < end; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === 0 || byte === 32) break;
    if (byte < 48 || byte > 55) return Number.NaN;
    value = value * 8 + (byte - 48);
  }
  return value;
}

/** A numeric field: octal, or base-256 when the first byte has its top bit set. NaN when it is neither or negative; Infinity beyond 2^53. */
export function numeric(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  if ((first & 0x80) === 0) return octal(bytes, at, length);
  if ((first & 0x40) !== 0) return Number.NaN;
  let value = first & 0x3f;
  for (let i = at + 1; i < at + length; i += 1) value = value * 256 + (bytes[i] ?? 0);
  return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
}

/** Length of the text in a field: up to the first NUL. Negative (`-1 - length`) when a byte is not ASCII. */
function textLength(bytes: Uint8Array, at: number, length: number): number {
  let high = 0;
  let i = at;
  const end = at + length;
  for (; i < end; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === 0) break;
    high |= byte;
  }
  return high > 127 ? -1 - (i - at) : i - at;
}

/** A name, and whether its bytes are UTF-8. */
export interface Text {
  readonly text: string;
  readonly utf8: boolean;
}

/** Decodes name bytes; wrong ones become U+FFFD. */
export function decodeText(bytes: Buffer, start: number, end: number): Text {
  const part = bytes.subarray(start, end);
  return { text: part.toString('utf8'), utf8: isUtf8(part) };
}

/** The text of a field, up to its first NUL. */
export function fieldText(bytes: Buffer, at: number, length: number): Text {
  const found = textLength(bytes, at, length);
  return found >= 0 ? { text: bytes.toString('latin1', at, at + found), utf8: true } : decodeText(bytes, at, at - 1 - found);
}

/**
 * The name in a header. The prefix counts with POSIX magic `ustar\0` only: GNU's `ustar  ` keeps times in its place.
 * `star` leaves its own mark at the end and a shorter prefix. Under GNU magic what is no time there is a prefix after all, as in the
 * reader that container engines use. Source: Go, archive/tar, `Reader.readHeader`.
 */
export function storedName(bytes: Buffer, at: number): Text {
  const name = fieldText(bytes, at, 100);
  if (bytes[at + 345] === 0) return name;
  const magic = bytes.toString('latin1', at + 257, at + 265);
  const isTime = !Number.isNaN(numeric(bytes, at + 345, 12)) && !Number.isNaN(numeric(bytes, at + 357, 12));
  if (!magic.startsWith('ustar\0') && (magic !== 'ustar  \0' || isTime)) return name;
  const star = bytes.toString('latin1', at + 508, at + 512) === 'tar\0';
  const prefix = fieldText(bytes, at + 345, star ? 131 : 155);
  return { text: `${prefix.text}/${name.text}`, utf8: prefix.utf8 && name.utf8 };
}

/** Whether the first `length` bytes are zero. */
export function isZero(bytes: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i += 1) if (bytes[i] !== 0) return false;
  return true;
}
