import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import {
  blockHash,
  blockHashSize,
  type Cursor,
  decodeFooter,
  footerSize,
  inflate,
  maxPlainBytes,
  packDamaged,
  packMagic,
  readVarint,
  sha256,
} from './format.ts';
import type { PackEntry } from './writer.ts';

/** An open pack. Every call may throw `pack-damaged`: the bytes are checked when they are read, not before. */
export interface Pack {
  readonly blocks: number;
  /** The value of a key. Ask in byte order where many are wanted: neighbours share a block, and the last block is kept. */
  get(key: Uint8Array): Buffer | undefined;
  /** Everything in order, for export and verification. */
  entries(): Iterable<PackEntry>;
  close(): void;
}

interface Index {
  readonly bytes: Buffer;
  readonly count: number;
  /** Four numbers a block: start of the first key, end of it, offset in the file, plain length. The stored length is the distance to the next offset. */
  readonly fields: Float64Array;
}

/**
 * Opens a pack and checks footer and index (one stat, two or three reads). `root`, where given, is the sha256 of the footer that the manifest names:
 * a whole and sound pack that is another one is refused too. Throws `pack-damaged`, also when the file is missing.
 */
export function openPack(path: string, root?: string): Pack {
  let fd: number;
  try {
    // Without waiting: a FIFO in its place must not hang the run.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw packDamaged('is missing or cannot be opened', cause);
  }
  try {
    const index = readIndex(fd, root);
    return packOf(fd, index);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function packOf(fd: number, index: Index): Pack {
  let open = true;
  let cached = -1;
  let cachedBlock: Buffer | undefined;

  function block(number: number): Buffer {
    if (cachedBlock !== undefined && cached === number) return cachedBlock;
    if (!open) throw packDamaged('is closed');
    const offset = field(index, number, 2);
    const stored = readAt(fd, offset, field(index, number + 1, 2) - offset);
    const hashAt = field(index, number, 1) + hashSkip(index.bytes, field(index, number, 1));
    if (!blockHash(stored).equals(index.bytes.subarray(hashAt, hashAt + blockHashSize)))
      throw packDamaged('holds a block that is not what the index says');
    cachedBlock = inflate(stored, field(index, number, 3));
    cached = number;
    return cachedBlock;
  }

  return {
    blocks: index.count,
    get(key) {
      const number = findBlock(index, key);
      return number < 0 ? undefined : findInBlock(block(number), key);
    },
    *entries() {
      for (let number = 0; number < index.count; number++) yield* entriesOf(block(number));
    },
    close() {
      if (!open) return;
      open = false;
      cachedBlock = undefined;
      closeSync(fd);
    },
  };
}

function field(index: Index, block: number, which: number): number {
  return index.fields[block * 4 + which] ?? 0;
}

function readIndex(fd: number, root: string | undefined): Index {
  const size = fstatSync(fd).size;
  if (size < packMagic.length + footerSize) throw packDamaged('is cut or not a pack');
  if (!readAt(fd, 0, packMagic.length).equals(packMagic)) throw packDamaged('is not a pack of this format version');
  const footerBytes = readAt(fd, size - footerSize, footerSize);
  if (root !== undefined && sha256(footerBytes).toString('hex') !== root) throw packDamaged('is not the one that the manifest names');
  const footer = decodeFooter(footerBytes, size);
  const stored = readAt(fd, footer.indexOffset, footer.indexLength);
  if (!sha256(stored).equals(footer.indexHash)) throw packDamaged('has an altered index');
  const bytes = inflate(stored, footer.indexPlainLength);
  const cursor: Cursor = { position: 0 };
  const count = readVarint(bytes, cursor);
  if (count * (blockHashSize + 3) > bytes.length) throw packDamaged('declares more blocks than its index holds');
  const fields = new Float64Array((count + 1) * 4);
  let offset = packMagic.length;
  for (let block = 0; block < count; block++) {
    const keyLength = readVarint(bytes, cursor);
    fields[block * 4] = cursor.position;
    cursor.position += keyLength;
    fields[block * 4 + 1] = cursor.position;
    fields[block * 4 + 2] = offset;
    offset += readVarint(bytes, cursor);
    const plainLength = readVarint(bytes, cursor);
    if (plainLength > maxPlainBytes) throw packDamaged('declares a block beyond the limit');
    fields[block * 4 + 3] = plainLength;
    cursor.position += blockHashSize;
  }
  fields[count * 4 + 2] = offset;
  if (cursor.position !== bytes.length || offset !== footer.indexOffset) throw packDamaged('has an index that does not fit its blocks');
  return { bytes, count, fields };
}

/** Bytes of the two numbers between a first key and its block's hash. */
function hashSkip(bytes: Buffer, from: number): number {
  const cursor: Cursor = { position: from };
  readVarint(bytes, cursor);
  readVarint(bytes, cursor);
  return cursor.position - from;
}

/** The last block whose first key is not after `key`; -1 when all are. */
function findBlock(index: Index, key: Uint8Array): number {
  let low = 0;
  let high = index.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = index.bytes.compare(key, 0, key.length, field(index, middle, 0), field(index, middle, 1));
    if (order <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function findInBlock(block: Buffer, key: Uint8Array): Buffer | undefined {
  const cursor: Cursor = { position: 0 };
  while (cursor.position < block.length) {
    const keyLength = readVarint(block, cursor);
    const valueLength = readVarint(block, cursor);
    const start = cursor.position;
    const end = start + keyLength;
    if (end + valueLength > block.length) throw packDamaged('holds an entry that leaves its block');
    const order = block.compare(key, 0, key.length, start, end);
    if (order === 0) return block.subarray(end, end + valueLength);
    if (order > 0) return undefined;
    cursor.position = end + valueLength;
  }
  return undefined;
}

function* entriesOf(block: Buffer): Generator<PackEntry> {
  const cursor: Cursor = { position: 0 };
  while (cursor.position < block.length) {
    const keyLength = readVarint(block, cursor);
    const valueLength = readVarint(block, cursor);
    const end = cursor.position + keyLength;
    if (end + valueLength > block.length) throw packDamaged('holds an entry that leaves its block');
    yield { key: block.subarray(cursor.position, end), value: block.subarray(end, end + valueLength) };
    cursor.position = end + valueLength;
  }
}

function readAt(fd: number, offset: number, length: number): Buffer {
  if (length > maxPlainBytes) throw packDamaged('declares a part beyond the limit');
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    let got: number;
    try {
      got = readSync(fd, bytes, done, length - done, offset + done);
    } catch (cause) {
      throw packDamaged('cannot be read', cause);
    }
    if (got === 0) throw packDamaged('was cut while it was read');
    done += got;
  }
  return bytes;
}
