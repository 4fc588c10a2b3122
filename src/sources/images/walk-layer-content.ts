import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BodySink } from '../../base/tar/entry.ts';
import type { WantedRead } from '../../model/analyzer.ts';
import { bytesNeeded, type WantedFile } from './want-table.ts';

/** The bytes that were read of one file, from its start. */
export interface Content {
  readonly length: number;
  /** In a temporary file, not in memory. */
  readonly spilled: boolean;
  /** A part; shorter where the bytes end. */
  range(offset: number, length: number): Uint8Array;
}

/** Spilled bodies up to this size stay in memory. */
const IN_MEMORY = 1024 * 1024;

/** Holds a content that is in memory. */
export function memoryContent(bytes: Uint8Array): Content {
  return { length: bytes.length, spilled: false, range: (offset, length) => bytes.subarray(offset, offset + length) };
}

/**
 * Where bodies go that are too large for memory: one temporary file, mode 0600, in a folder of its own. It is opened on first use and its name
 * removed at once, so nothing stays behind however the process ends. Where an open file cannot be removed, `close` does it.
 */
export class SpillFile {
  /** Bytes written since the last reset. */
  size = 0;
  private fd = -1;
  private folder: string | undefined;

  write(bytes: Uint8Array): void {
    if (this.fd < 0) this.open();
    let at = 0;
    while (at < bytes.length) at += writeSync(this.fd, bytes, at, bytes.length - at, this.size + at);
    this.size += bytes.length;
  }

  content(start: number, size: number): Content {
    return {
      length: size,
      spilled: true,
      range: (offset, length) => {
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
        let at = 0;
        while (at < bytes.length) {
          const got = readSync(this.fd, bytes, at, bytes.length - at, start + offset + at);
          if (got === 0) break;
          at += got;
        }
        return bytes.subarray(0, at);
      },
    };
  }

  /** Forgets everything written so far: its place is used again. */
  reset(): void {
    this.size = 0;
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }

  private open(): void {
    this.folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
    this.fd = openSync(join(this.folder, 'body'), 'wx+', 0o600);
    if (process.platform === 'win32') return;
    rmSync(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }
}

/** Takes one body as far as it is wanted, then hands it on. */
export class BodyReader implements BodySink {
  limit: number;
  private readonly reads: readonly WantedRead[];
  private readonly size: number;
  private readonly spill: SpillFile;
  private readonly done: (content: Content | undefined) => void;
  private readonly magicBytes: number;
  private decided: boolean;
  private head: Uint8Array = new Uint8Array(0);
  private buffer: Uint8Array | undefined;
  private filled = 0;
  private spillStart = -1;

  /** `done` gets the content, valid during the call alone, or undefined when the body could not be read. */
  constructor(wanted: WantedFile, size: number, spill: SpillFile, done: (content: Content | undefined) => void) {
    this.limit = wanted.bytes;
    this.reads = wanted.reads;
    this.size = size;
    this.spill = spill;
    this.done = done;
    this.magicBytes = Math.max(...wanted.reads.map((read) => read.magic.length));
    this.decided = this.magicBytes === 0;
  }

  chunk(given: Uint8Array): void {
    let bytes = given;
    if (!this.decided) {
      if (this.head.length > 0) bytes = Buffer.concat([this.head, bytes]);
      if (bytes.length < this.magicBytes && bytes.length < this.limit) {
        this.head = Uint8Array.from(bytes);
        return;
      }
      this.decided = true;
      // What fails its magic needs no more bytes; who takes the content judges the magic again.
      const fitting = this.reads.filter((read) => magicFits(read, bytes));
      if (fitting.length === 0) {
        this.buffer = bytes;
        this.filled = Math.min(bytes.length, this.magicBytes);
        this.limit = 0;
        return;
      }
      this.limit = Math.max(bytes.length, ...fitting.map((read) => bytesNeeded(read, this.size)));
    }
    this.keep(bytes);
  }

  end(complete: boolean): void {
    if (!complete) this.done(undefined);
    else if (this.spillStart >= 0) this.done(this.spill.content(this.spillStart, this.filled));
    else this.done(memoryContent(this.buffer === undefined ? this.head : this.buffer.subarray(0, this.filled)));
  }

  private keep(bytes: Uint8Array): void {
    if (this.filled === 0) {
      if (bytes.length >= this.limit) {
        // All in one piece: no copy. The piece may be reused after the call, so `done` comes at once by `end`.
        this.buffer = bytes;
        this.filled = bytes.length;
        return;
      }
      const full = this.reads.some((read) => read.mode === 'full' && this.limit <= read.maxBytes);
      if (this.limit > IN_MEMORY && !full) this.spillStart = this.spill.size;
      else this.buffer = Buffer.allocUnsafe(this.limit);
    }
    if (this.spillStart >= 0) this.spill.write(bytes);
    else if (this.buffer !== undefined) this.buffer.set(bytes.subarray(0, this.buffer.length - this.filled), this.filled);
    this.filled += bytes.length;
  }
}

/** Whether a file that begins with `bytes` has the magic a read asks for. */
export function magicFits(read: WantedRead, bytes: Uint8Array): boolean {
  for (let i = 0; i < read.magic.length; i += 1) if (bytes[i] !== read.magic[i]) return false;
  return true;
}

/**
 * Bodies kept for hard links that may follow, by the ordinal of the file's entry: 32 MiB in memory, 1 GiB in the spill file,
 * the oldest given up first. What is no longer here is read a second time.
 */
export class KeptBodies {
  private readonly kept = new Map<number, { size: number; content: Content; memory: number }>();
  private memory = 0;
  private readonly spill: SpillFile;
  private readonly maxMemory: number;

  constructor(spill: SpillFile, maxMemory = 32 * 1024 * 1024) {
    this.spill = spill;
    this.maxMemory = maxMemory;
  }

  /** Keeps what was read of a file of `size` bytes. */
  keep(ordinal: number, size: number, content: Content): void {
    const { spilled } = content;
    // Objects and the buffer cost about this much besides the bytes.
    const memory = 1024 + (spilled ? 0 : content.length);
    if (memory > this.maxMemory / 4) return;
    this.kept.set(ordinal, { size, content: spilled ? content : memoryContent(Uint8Array.from(content.range(0, content.length))), memory });
    this.memory += memory;
    if (this.memory > this.maxMemory) this.giveUp((this.maxMemory / 4) * 3);
    if (this.spill.size > 1024 ** 3) {
      this.spill.reset();
      for (const [key, one] of this.kept) {
        if (!one.content.spilled) continue;
        this.kept.delete(key);
        this.memory -= one.memory;
      }
    }
  }

  /** A quarter at a time: a map's iterator walks over what was deleted before it, so one at a time takes quadratic time. */
  private giveUp(downTo: number): void {
    for (const [oldest, one] of this.kept) {
      if (this.memory <= downTo) break;
      this.kept.delete(oldest);
      this.memory -= one.memory;
    }
  }

  get(ordinal: number): { readonly size: number; readonly content: Content } | undefined {
    return this.kept.get(ordinal);
  }
}
