import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { errorCode } from '../../base/files.ts';
import type { Analyzer, Learned, Want } from '../../model/analyzer.ts';

const FULL_BYTES = 64 * 1024 ** 2;
const SPILL_BYTES = 1024 ** 3;

/** Why a wanted file gave nothing. */
export interface ReadFault {
  readonly code: 'file-unreadable' | 'file-too-large';
  readonly reason: string;
  readonly hint: string;
}

/**
 * Reads as much of a file on disk as the want asks for and analyses it. `undefined` when it is not analysed: it vanished, is no regular file,
 * lacks the magic, or is refused by `onFault`. Nothing is spilled: an analyzer that wants the whole file reads from the file itself.
 */
export function analyzeFile(
  path: string,
  inner: string,
  analyzer: Analyzer,
  want: Want,
  onFault: (fault: ReadFault) => void,
): { readonly learned: Learned; readonly inode: string } | undefined {
  const mode = want.refine?.(inner) ?? want.read;
  if (mode === 'skip') return undefined;
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = fstatSync(fd);
    // A folder above may have become a link since it was listed: the descriptor tells where it really leads.
    if (!stat.isFile() || !leadsTo(fd, path)) return undefined;
    const budget = want.maxBytes ?? (mode === 'spill' ? SPILL_BYTES : FULL_BYTES);
    if (mode !== 'head' && stat.size > budget) {
      onFault({ code: 'file-too-large', reason: `it is larger than ${budget} bytes`, hint: 'It was not read.' });
      return undefined;
    }
    const open = fd;
    const range = (offset: number, length: number): Uint8Array => readAt(open, offset, Math.min(length, Math.max(stat.size - offset, 0)));
    if (want.magic !== undefined && !want.magic.every((byte, index) => range(0, want.magic?.length ?? 0)[index] === byte)) return undefined;
    const bytes = mode === 'spill' ? new Uint8Array() : range(0, mode === 'head' ? (want.headBytes ?? 0) : stat.size);
    const learned = analyzer.analyze({ path: inner, size: stat.size, mode: stat.mode & 0o7777, bytes, range });
    return { learned, inode: `${stat.dev}:${stat.ino}` };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP' && code !== 'ENXIO')
      onFault({ code: 'file-unreadable', reason: `the file cannot be read (${code})`, hint: '' });
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function leadsTo(fd: number, path: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === path;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return true; // no /proc: O_NOFOLLOW has to do
  }
}

function readAt(fd: number, offset: number, length: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(Math.max(length, 0));
  let filled = 0;
  while (filled < buffer.length) {
    const got = readSync(fd, buffer, filled, buffer.length - filled, offset + filled);
    if (got === 0) break; // it shrank meanwhile
    filled += got;
  }
  return buffer.subarray(0, filled);
}
