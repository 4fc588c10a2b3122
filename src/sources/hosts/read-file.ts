import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { errorCode } from '../../base/files.ts';
import type { Analyzer, Learned, SeenFile, WantedRead } from '../../model/analyzer.ts';

/** The next step for what may not be read. */
export const UNREADABLE = 'Run as a user who may read it, or leave it out with --skip-dirs or --skip-files.';

/** Why a wanted file gave nothing. */
export interface ReadFault {
  readonly code: 'file-unreadable' | 'file-too-large' | 'package-record-invalid';
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
  wanted: WantedRead,
  onFault: (fault: ReadFault) => void,
): { readonly learned: Learned; readonly inode: string } | undefined {
  const { analyzer, mode, headBytes, maxBytes, magic } = wanted;
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = fstatSync(fd);
    // A folder above may have become a link since it was listed: the descriptor tells where it really leads.
    if (!stat.isFile() || !leadsTo(fd, path)) return undefined;
    if (mode !== 'head' && stat.size > maxBytes) {
      onFault({
        code: 'file-too-large',
        reason: `a file is larger than its budget of ${Math.round(maxBytes / 1024)} KiB`,
        hint: 'Look at the file by hand.',
      });
      return undefined;
    }
    const open = fd;
    const range = (offset: number, length: number): Uint8Array => readAt(open, offset, Math.min(length, Math.max(stat.size - offset, 0)));
    const head = range(0, magic.length);
    if (!magic.every((byte, index) => head[index] === byte)) return undefined;
    const bytes = mode === 'spill' ? new Uint8Array() : range(0, mode === 'head' ? headBytes : stat.size);
    const learned = learn(analyzer, { path: inner, size: stat.size, mode: stat.mode & 0o7777, bytes, range }, onFault);
    return learned === undefined ? undefined : { learned, inode: `${stat.dev}:${stat.ino}` };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP' && code !== 'ENXIO')
      onFault({ code: 'file-unreadable', reason: `the file cannot be read (${code})`, hint: UNREADABLE });
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** An analyzer that throws, which is a fault of ours, costs this file alone. Input errors of its reads are the file's. */
function learn(analyzer: Analyzer, file: SeenFile, onFault: (fault: ReadFault) => void): Learned | undefined {
  try {
    return analyzer.analyze(file);
  } catch (error) {
    if (errorCode(error) !== undefined) throw error;
    const why = error instanceof Error ? error.message.slice(0, 200) : 'no reason given';
    onFault({
      code: 'package-record-invalid',
      reason: `the ${analyzer.id} analyzer failed: ${why}`,
      hint: 'This is a fault of Plimsoll; please report it.',
    });
    return undefined;
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
