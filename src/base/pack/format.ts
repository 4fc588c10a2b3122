import { createHash } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { PlimsollError } from '../../model/error.ts';

/**
 * The pack format, version 1, as docs/formats/pack.md describes it: header, blocks, index, footer.
 * What both sides of it must agree on stands here; `writer.ts` and `reader.ts` hold the rest.
 */
export const packMagic = Buffer.from('PLMPACK1', 'latin1');

/** Plain bytes after which a block is closed. Blocks are cut between keys, so one large value makes one large block. */
export const blockSize = 16 * 1024;

/** Most plain bytes of a block and of an index; a larger one is refused as damaged rather than inflated. */
export const maxPlainBytes = 256 * 1024 * 1024;

/** Length of the footer: u64 index offset, u32 index length, u32 plain length, sha256 of the index, magic. */
export const footerSize = 8 + 4 + 4 + 32 + 8;

/**
 * Bytes of the sha256 kept for a block. The reader needs second-preimage resistance (nobody can change a block and keep its hash), where
 * 16 bytes leave 2^128 tries; collisions help nobody, since who makes both blocks makes the pack. Half the hash halves the index's incompressible part.
 */
export const blockHashSize = 16;

/** What the index says of one block. */
export interface BlockEntry {
  readonly firstKey: Uint8Array;
  /** Stored (deflated) bytes. */
  readonly length: number;
  /** Bytes after inflating. */
  readonly plainLength: number;
  readonly hash: Uint8Array;
}

/** The footer's fields. */
export interface Footer {
  readonly indexOffset: number;
  readonly indexLength: number;
  readonly indexPlainLength: number;
  readonly indexHash: Uint8Array;
}

/** The error of everything that is wrong with a pack. */
export function packDamaged(what: string, cause?: unknown): PlimsollError {
  return new PlimsollError('pack-damaged', `The pack ${what}`, {
    hint: 'Import or update the advisory data again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** sha256 of some bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The part of a block's sha256 that the index keeps: see {@link blockHashSize}. */
export function blockHash(stored: Uint8Array): Buffer {
  return sha256(stored).subarray(0, blockHashSize);
}

/** Raw deflate with fixed parameters, so that equal input gives equal bytes. */
export function deflate(plain: Uint8Array): Buffer {
  return deflateRawSync(plain, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 });
}

/** Inflates to exactly `plainLength` bytes, or says that the pack is damaged. */
export function inflate(stored: Uint8Array, plainLength: number): Buffer {
  if (plainLength > maxPlainBytes) throw packDamaged('declares a block beyond the limit');
  let plain: Buffer;
  try {
    // One output buffer of the right size with a little room (zlib asks once more when it is exactly full) halves the time of a small block.
    plain = inflateRawSync(stored, { maxOutputLength: Math.max(1, plainLength), chunkSize: Math.min(plainLength, 4 << 20) + 64 });
  } catch (cause) {
    throw packDamaged('holds bytes that do not inflate', cause);
  }
  if (plain.length !== plainLength) throw packDamaged('holds a block of another length than declared');
  return plain;
}

/** Appends an unsigned LEB128 number (up to 2^53). */
export function pushVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

/** Reads forward through bytes; every read beyond the end is a damaged pack. */
export interface Cursor {
  position: number;
}

/** Reads an unsigned LEB128 number of at most seven bytes. */
export function readVarint(bytes: Uint8Array, cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 7; i++) {
    const byte = bytes[cursor.position++];
    if (byte === undefined) throw packDamaged('ends inside a number');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
  throw packDamaged('holds a number that does not end');
}

/** The index as stored: deflated list of the blocks. */
export function encodeIndex(blocks: readonly BlockEntry[]): { stored: Buffer; plainLength: number } {
  const parts: Uint8Array[] = [];
  const count: number[] = [];
  pushVarint(count, blocks.length);
  parts.push(Uint8Array.from(count));
  for (const block of blocks) {
    const head: number[] = [];
    pushVarint(head, block.firstKey.length);
    const tail: number[] = [];
    pushVarint(tail, block.length);
    pushVarint(tail, block.plainLength);
    parts.push(Uint8Array.from(head), block.firstKey, Uint8Array.from(tail), block.hash);
  }
  const plain = Buffer.concat(parts);
  return { stored: deflate(plain), plainLength: plain.length };
}

/** The footer as it stands at the end of the file. */
export function encodeFooter(footer: Footer): Buffer {
  const out = Buffer.alloc(footerSize);
  out.writeBigUInt64LE(BigInt(footer.indexOffset), 0);
  out.writeUInt32LE(footer.indexLength, 8);
  out.writeUInt32LE(footer.indexPlainLength, 12);
  out.set(footer.indexHash, 16);
  out.set(packMagic, 48);
  return out;
}

/** Reads a footer. `pack-damaged` where the magic is missing or the numbers do not add up to the file's size. */
export function decodeFooter(bytes: Buffer, fileSize: number): Footer {
  if (bytes.length !== footerSize || !bytes.subarray(48).equals(packMagic)) throw packDamaged('is cut or not a pack');
  const footer: Footer = {
    indexOffset: Number(bytes.readBigUInt64LE(0)),
    indexLength: bytes.readUInt32LE(8),
    indexPlainLength: bytes.readUInt32LE(12),
    indexHash: Buffer.from(bytes.subarray(16, 48)),
  };
  if (footer.indexOffset + footer.indexLength + footerSize !== fileSize) throw packDamaged('has another size than it declares');
  return footer;
}
