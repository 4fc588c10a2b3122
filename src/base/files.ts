import { closeSync, constants, fstatSync, open, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { PlimsollError } from '../model/error.ts';
import type { ByteSource } from './byte-source.ts';

const CHUNK = 256 * 1024;

/** A regular file, open for reading. Its identity changes when its content is replaced or written to. */
export interface OpenFile extends ByteSource {
  /** Device, inode, size, mtime and ctime in nanoseconds: two equal identities are the same bytes, as far as the kernel tells. */
  readonly identity: string;
  /** Whether the file is still what it was when it was opened. */
  unchanged(): boolean;
  /** The bytes from `offset` on, in fresh chunks, without blocking the thread. */
  stream(offset?: number, length?: number): AsyncIterable<Uint8Array>;
  close(): void;
}

/**
 * Opens a regular file, never waiting for a FIFO or touching a device. `undefined` when there is no such file.
 * Errors: `target-not-found` for something that is no regular file or may not be read. A symbolic link is followed: the path is the user's.
 */
export async function openFile(path: string): Promise<OpenFile | undefined> {
  const fd = await openDescriptor(path);
  if (fd === undefined) return undefined;
  const first = identityOf(fd);
  let closed = false;
  return {
    size: first.size,
    identity: first.identity,
    read(offset, length) {
      const wanted = Math.max(Math.min(length, first.size - offset), 0);
      const buffer = Buffer.allocUnsafe(wanted);
      let at = 0;
      while (at < wanted) {
        const got = readSync(fd, buffer, at, wanted - at, offset + at);
        if (got === 0) break;
        at += got;
      }
      return buffer.subarray(0, at);
    },
    unchanged: () => identityOf(fd).identity === first.identity,
    stream: (offset = 0, length = first.size - offset) => chunks(fd, offset, Math.min(length, first.size - offset)),
    close() {
      if (closed) return;
      closed = true;
      closeSync(fd);
    },
  };
}

async function openDescriptor(path: string): Promise<number | undefined> {
  let fd: number;
  try {
    fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new PlimsollError('target-not-found', `${path} cannot be opened (${code ?? 'input error'})`, {
      hint: 'Check the path and its permissions.',
      cause: error,
    });
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new PlimsollError('target-not-found', `${path} is not a regular file`, { hint: 'Name an image archive or a folder.' });
}

/** The code of a system error (`ENOENT`), where there is one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function identityOf(fd: number): { identity: string; size: number } {
  const stat = fstatSync(fd, { bigint: true });
  return { identity: [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':'), size: Number(stat.size) };
}

async function* chunks(fd: number, offset: number, length: number): AsyncGenerator<Uint8Array> {
  const end = offset + length;
  for (let at = offset; at < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - at));
    const got = await readOnce(fd, buffer, at);
    if (got === 0) return;
    at += got;
    yield buffer.subarray(0, got);
  }
}

function readOnce(fd: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, buffer.length, position, (error, got) => (error ? reject(error) : resolve(got)));
  });
}
