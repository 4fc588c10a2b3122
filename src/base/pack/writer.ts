import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type BlockEntry, blockHash, blockSize, deflate, encodeFooter, encodeIndex, packMagic, pushVarint, sha256 } from './format.ts';

/** One key and its value, both as bytes. */
export interface PackEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What was written. */
export interface PackSummary {
  readonly bytes: number;
  /** sha256 of the whole file, hex: its name. */
  readonly sha256: string;
  /** sha256 of the footer, hex. The footer holds the index's hash and the index every block's: so this one binds the file without reading it. */
  readonly root: string;
  readonly keys: number;
}

/**
 * Writes a pack to `path` and syncs it to disk. Equal entries give equal bytes.
 * Keys must come in byte order (`Buffer.compare`), each once; anything else is a fault of the caller. Whoever calls renames the file into place.
 */
export function writePack(path: string, entries: Iterable<PackEntry>): PackSummary {
  const fd = openSync(path, 'wx', 0o644);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    const write = (part: Uint8Array) => {
      hash.update(part);
      for (let at = 0; at < part.length; ) at += writeSync(fd, part, at);
      bytes += part.length;
    };
    write(packMagic);
    const blocks: BlockEntry[] = [];
    let keys = 0;
    for (const block of cutBlocks(entries)) {
      const stored = deflate(block.plain);
      write(stored);
      blocks.push({ firstKey: block.firstKey, length: stored.length, plainLength: block.plain.length, hash: blockHash(stored) });
      keys += block.keys;
    }
    const index = encodeIndex(blocks);
    const footer = encodeFooter({
      indexOffset: bytes,
      indexLength: index.stored.length,
      indexPlainLength: index.plainLength,
      indexHash: sha256(index.stored),
    });
    write(index.stored);
    write(footer);
    fsyncSync(fd);
    return { bytes, sha256: hash.digest('hex'), root: sha256(footer).toString('hex'), keys };
  } finally {
    closeSync(fd);
  }
}

interface PlainBlock {
  readonly firstKey: Uint8Array;
  readonly plain: Buffer;
  readonly keys: number;
}

function* cutBlocks(entries: Iterable<PackEntry>): Generator<PlainBlock> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let keys = 0;
  let firstKey: Uint8Array = new Uint8Array();
  let last: Uint8Array | undefined;
  for (const { key, value } of entries) {
    if (last !== undefined && Buffer.compare(last, key) >= 0) throw new TypeError('pack keys must be unique and in byte order');
    last = key;
    const head: number[] = [];
    pushVarint(head, key.length);
    pushVarint(head, value.length);
    const length = head.length + key.length + value.length;
    if (keys > 0 && size + length > blockSize) {
      yield { firstKey, plain: Buffer.concat(parts, size), keys };
      parts = [];
      size = 0;
      keys = 0;
    }
    if (keys === 0) firstKey = key;
    parts.push(Uint8Array.from(head), key, value);
    size += length;
    keys += 1;
  }
  if (keys > 0) yield { firstKey, plain: Buffer.concat(parts, size), keys };
}
