import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { PlimsollError } from '../model/error.ts';
import { through } from './unpack.ts';

/** One file of an archive, as its central directory says. The path is a label: nothing is ever written under it. */
export interface ZipEntry {
  readonly path: string;
  /** Declared; what comes out is held to it. */
  readonly size: number;
  readonly packedSize: number;
  readonly offset: number;
  readonly crc: number;
  readonly method: number;
  readonly encrypted: boolean;
}

/** Limits of one archive. */
export interface ZipBudget {
  readonly maxEntries: number;
  /** Of all entries together, unpacked. */
  readonly maxBytes: number;
}

/** An npm archive of OSV holds some 220,000 files. */
export const defaultZipBudget: ZipBudget = { maxEntries: 2_000_000, maxBytes: 8 * 1024 ** 3 };

/** An open archive. */
export interface Zip {
  readonly entries: readonly ZipEntry[];
  /** The whole of a small entry. */
  bytes(entry: ZipEntry): Buffer;
  /** A large entry. */
  stream(entry: ZipEntry): AsyncIterable<Uint8Array>;
  close(): void;
}

const maxDirectory = 512 * 1024 * 1024;

/**
 * Opens a zip by its central directory, zip64 included. Source: APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14–16.
 * Stored and deflated entries; folders are left out. Entries that overlap, lie or leave the file are `archive-damaged`; a file without a directory
 * `archive-truncated`; too many entries or declared bytes `budget-exceeded`.
 */
export function openZip(path: string, budget: ZipBudget = defaultZipBudget): Zip {
  const fd = openSync(path, 'r');
  try {
    const size = fstatSync(fd).size;
    const entries = readDirectory(fd, size, budget);
    return { entries, bytes: (entry) => readEntry(fd, entry), stream: (entry) => streamEntry(fd, entry), close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function readDirectory(fd: number, size: number, budget: ZipBudget): ZipEntry[] {
  const { count, offset, length } = findDirectory(fd, size);
  if (count > budget.maxEntries) throw new PlimsollError('budget-exceeded', `The zip holds more than ${budget.maxEntries} files`);
  if (length > maxDirectory) throw new PlimsollError('budget-exceeded', 'The directory of the zip is too large');
  if (offset + length > size) throw damaged('its directory leaves the file');
  const directory = readAt(fd, offset, length);
  const entries: ZipEntry[] = [];
  let total = 0;
  let at = 0;
  for (let n = 0; n < count; n++) {
    if (at + 46 > length || directory.readUInt32LE(at) !== 0x02014b50) throw damaged('its directory is cut');
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (next > length) throw damaged('its directory is cut');
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const entry: ZipEntry = {
      path: directory.toString('utf8', at + 46, at + 46 + nameLength),
      ...sizes(directory, at, extra),
      crc: directory.readUInt32LE(at + 16),
      method: directory.readUInt16LE(at + 10),
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
    };
    at = next;
    if (entry.path.endsWith('/')) continue;
    total += entry.size;
    if (total > budget.maxBytes) throw new PlimsollError('budget-exceeded', `The zip unpacks to more than ${budget.maxBytes} bytes`);
    entries.push(entry);
  }
  refuseOverlap(entries, offset);
  return entries;
}

/** Sizes and offset of a directory entry; 0xffffffff says that the zip64 field holds the value (APPNOTE 4.5.3). */
function sizes(directory: Buffer, at: number, extra: Buffer): { size: number; packedSize: number; offset: number } {
  let packedSize = directory.readUInt32LE(at + 20);
  let size = directory.readUInt32LE(at + 24);
  let offset = directory.readUInt32LE(at + 42);
  for (let x = 0; x + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(x + 2);
    if (extra.readUInt16LE(x) === 1) {
      let field = x + 4;
      const end = Math.min(extra.length, field + length);
      const take = (value: number): number => {
        if (value !== 0xffffffff) return value;
        if (field + 8 > end) throw damaged('a zip64 field is cut');
        field += 8;
        return safe(extra.readBigUInt64LE(field - 8));
      };
      size = take(size);
      packedSize = take(packedSize);
      offset = take(offset);
      break;
    }
    x += 4 + length;
  }
  return { size, packedSize, offset };
}

/** Entries that share bytes make a small file unpack without end (the bombs of 2019 did that). */
function refuseOverlap(entries: readonly ZipEntry[], directoryOffset: number): void {
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < end) throw damaged('its files overlap');
    end = entry.offset + 30 + entry.packedSize;
    if (end > directoryOffset) throw damaged('a file leaves the archive');
  }
}

function findDirectory(fd: number, size: number): { count: number; offset: number; length: number } {
  const tail = readAt(fd, Math.max(0, size - 65_557), Math.min(size, 65_557));
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== 0x06054b50 || at + 22 + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const found = { count: tail.readUInt16LE(at + 10), length: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
    const locator = at - 20;
    if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) return found;
    const recordAt = safe(tail.readBigUInt64LE(locator + 8));
    if (recordAt + 56 > size) throw damaged('its zip64 directory leaves the file');
    const record = readAt(fd, recordAt, 56);
    if (record.readUInt32LE(0) !== 0x06064b50) throw damaged('its zip64 directory is not where it should be');
    return { count: safe(record.readBigUInt64LE(32)), length: safe(record.readBigUInt64LE(40)), offset: safe(record.readBigUInt64LE(48)) };
  }
  throw new PlimsollError('archive-truncated', 'The zip has no directory: it was cut, or is not a zip');
}

/** Where the bytes of an entry begin: after its local header, whose lengths differ from the directory's. */
function dataOffset(fd: number, entry: ZipEntry): number {
  const header = readAt(fd, entry.offset, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw damaged(`${label(entry)} is not where its directory says`);
  return entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function readEntry(fd: number, entry: ZipEntry): Buffer {
  refuseUnreadable(entry);
  const stored = readAt(fd, dataOffset(fd, entry), entry.packedSize);
  let plain: Buffer;
  try {
    plain = entry.method === 0 ? stored : inflateRawSync(stored, { maxOutputLength: Math.max(1, entry.size) });
  } catch (cause) {
    throw damaged(`${label(entry)} does not unpack`, cause);
  }
  if (plain.length !== entry.size || crc32(plain) !== entry.crc) throw damaged(`${label(entry)} is not what its directory says`);
  return plain;
}

async function* streamEntry(fd: number, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  refuseUnreadable(entry);
  const stored = readParts(fd, dataOffset(fd, entry), entry.packedSize);
  let size = 0;
  let crc = 0;
  for await (const chunk of entry.method === 0 ? stored : through(stored, createInflateRaw())) {
    size += chunk.length;
    if (size > entry.size) throw damaged(`${label(entry)} is larger than its directory says`);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (size !== entry.size || crc !== entry.crc) throw damaged(`${label(entry)} is not what its directory says`);
}

async function* readParts(fd: number, offset: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const part = readAt(fd, offset + done, Math.min(1 << 20, length - done));
    done += part.length;
    yield part;
  }
}

function refuseUnreadable(entry: ZipEntry): void {
  if (entry.encrypted) throw damaged(`${label(entry)} is encrypted`);
  if (entry.method !== 0 && entry.method !== 8) throw damaged(`${label(entry)} is packed by method ${entry.method}, which is not read`);
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const got = readSync(fd, bytes, done, length - done, offset + done);
    if (got === 0) throw new PlimsollError('archive-truncated', 'The zip ends in the middle of a file');
    done += got;
  }
  return bytes;
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged('it declares impossible sizes');
  return Number(value);
}

function label(entry: ZipEntry): string {
  return JSON.stringify(entry.path.slice(0, 200));
}

function damaged(what: string, cause?: unknown): PlimsollError {
  return new PlimsollError('archive-damaged', `The zip is damaged: ${what}`, cause === undefined ? {} : { cause });
}
