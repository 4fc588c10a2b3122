// A small writer of raw tar bytes: every field can be made wrong on purpose.
import { Buffer } from 'node:buffer';

export type Bytes = string | Uint8Array;

export interface Head {
  /** One character; '\0' gives the old regular type. */
  type?: string;
  /** Size written to the header, octal. */
  size?: number;
  /** Raw bytes for the size field instead of `size` (base-256 and lies). */
  sizeField?: Uint8Array;
  link?: Bytes;
  prefix?: string;
  /** 'posix' unless told; 'gnu' is "ustar  \0", 'v7' has no magic. */
  magic?: 'posix' | 'gnu' | 'v7';
  dev?: [number, number];
  /** Bytes laid over the header before the checksum is made. */
  patch?: [number, Bytes][];
  /** Added to the checksum: 0 for a sound header. */
  sumError?: number;
  /** The sum of signed bytes, as some old writers made it. */
  signedSum?: boolean;
}

export const bytes = (b: Bytes): Buffer => (typeof b === 'string' ? Buffer.from(b, 'utf8') : Buffer.from(b));
export const raw = (...parts: Bytes[]): Buffer => Buffer.concat(parts.map(bytes));
export const zeros = (n: number): Buffer => Buffer.alloc(n);
export const pad = (b: Bytes): Buffer => raw(b, zeros((512 - (bytes(b).length % 512)) % 512));
/** Two zero blocks close the archive. */
export const tar = (...parts: Bytes[]): Buffer => raw(...parts, zeros(1024));

const octal = (n: number, width: number): string => `${n.toString(8).padStart(width - 1, '0')}\0`;

/** Base-256 of a field's width; a negative number is in two's complement. */
export function base256(n: bigint, width = 12): Buffer {
  const out = zeros(width);
  let rest = BigInt.asUintN(width * 8, n);
  for (let i = width - 1; i >= 0; i--) {
    out[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  out[0] = (out[0] ?? 0) | 0x80;
  return out;
}

export function header(name: Bytes, h: Head = {}): Buffer {
  const b = zeros(512);
  bytes(name).copy(b, 0, 0, 100);
  const put = (at: number, v: Bytes): void => void bytes(v).copy(b, at);
  const type = h.type ?? '0';
  put(100, octal(type === '5' ? 0o755 : 0o644, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, h.sizeField ?? octal(h.size ?? 0, 12));
  put(136, octal(0, 12));
  put(148, '        ');
  put(156, type);
  if (h.link !== undefined) bytes(h.link).copy(b, 157, 0, 100);
  if (h.magic === 'gnu') put(257, 'ustar  \0');
  else if (h.magic !== 'v7') put(257, 'ustar\x0000');
  if (h.dev) {
    put(329, octal(h.dev[0], 8));
    put(337, octal(h.dev[1], 8));
  }
  if (h.prefix !== undefined) put(345, h.prefix);
  for (const [at, v] of h.patch ?? []) put(at, v);
  let sum = h.sumError ?? 0;
  for (const v of b) sum += h.signedSum && v > 127 ? v - 256 : v;
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return b;
}

export const file = (name: Bytes, text: Bytes = '', h: Head = {}): Buffer =>
  raw(header(name, { size: bytes(text).length, ...h }), pad(text));
export const dir = (name: Bytes, h: Head = {}): Buffer => header(name, { type: '5', ...h });
export const symlink = (name: Bytes, link: Bytes, h: Head = {}): Buffer => header(name, { type: '2', link, ...h });
export const hardlink = (name: Bytes, link: Bytes, h: Head = {}): Buffer => header(name, { type: '1', link, ...h });

/** One PAX record with its true length. */
export function record(key: string, value: Bytes): Buffer {
  const rest = raw(` ${key}=`, value, '\n');
  let n = rest.length + 1;
  while (String(n).length + rest.length !== n) n = String(n).length + rest.length;
  return raw(String(n), rest);
}

export const paxRaw = (body: Bytes, type: 'x' | 'g' = 'x'): Buffer => file('PaxHeaders/pax', body, { type });
export const pax = (records: [string, Bytes][], type: 'x' | 'g' = 'x'): Buffer =>
  paxRaw(raw(...records.map(([k, v]) => record(k, v))), type);

/** GNU 'L' (long name) and 'K' (long link) members: the text ends with a NUL. */
export const gnuLong = (type: 'L' | 'K', text: Bytes): Buffer => file('././@LongLink', raw(text, '\0'), { type, magic: 'gnu' });

/** Old GNU sparse file: four segments in the header, up to 21 more in an extension block. */
export function oldSparse(name: string, segments: [number, number][], realSize: number | Uint8Array, data: Bytes): Buffer {
  const pair = ([offset, size]: [number, number]): string => octal(offset, 12) + octal(size, 12);
  const [first, more] = [segments.slice(0, 4), segments.slice(4)];
  const patch: [number, Bytes][] = [[386, first.map(pair).join('')]];
  if (more.length > 0) patch.push([482, '\x01']);
  patch.push([483, typeof realSize === 'number' ? octal(realSize, 12) : realSize]);
  const head = header(name, { type: 'S', magic: 'gnu', size: bytes(data).length, patch });
  return raw(head, more.length > 0 ? pad(more.map(pair).join('')) : '', pad(data));
}
