import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { LayerCache } from '../model/ports.ts';
import { errorCode } from './files.ts';

const GIB = 1024 ** 3;
const MAX_ENTRY = 512 * 1024 ** 2;
const STALE_MS = 60 * 60 * 1000;
const KEY = /^[0-9a-f]{16,128}$/;

/** Where and how much. `onFault` hears of what went wrong: a cache that fails is a cache that misses, but never silently. */
export interface BlobCacheOptions {
  readonly folder: string;
  /** Bytes on disk before the entries that were not used for longest go. Default 1 GiB. */
  readonly maxBytes?: number;
  readonly now?: () => number;
  readonly onFault?: (fault: string, error: unknown) => void;
}

/** A {@link LayerCache} on disk, with what housekeeping needs. */
export interface BlobCache extends LayerCache {
  /** Removes what is over the limit and temporary files that a killed process left. */
  evict(): Promise<void>;
  usage(): Promise<{ readonly entries: number; readonly bytes: number }>;
  clear(): Promise<void>;
}

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/**
 * Deflated entries in `folder/entries/<2 hex>/<key>`, written under a temporary name and renamed: any number of processes share the folder
 * without a lock and a killed one leaves no half entry (zlib's checksum catches what a power cut leaves). Keys are lower-case hex.
 * The folder `entries` must be ours alone (owner and mode 0700), else nothing is read or written: who may write there could plant results.
 */
export function openBlobCache(options: BlobCacheOptions): BlobCache {
  const { folder, maxBytes = GIB, now = Date.now, onFault = () => undefined } = options;
  const root = join(folder, 'entries');
  let writtenSinceSweep = Number.POSITIVE_INFINITY; // the first write of a process looks at the whole folder
  let usable: Promise<boolean> | undefined;
  const isUsable = (): Promise<boolean> => {
    usable ??= prepare(root).catch((error: unknown) => {
      onFault('the cache folder cannot be used', error);
      return false;
    });
    return usable;
  };
  const place = (key: string): string => join(root, key.slice(0, 2), key);

  async function sweep(): Promise<void> {
    writtenSinceSweep = 0;
    const entries: Entry[] = [];
    for await (const entry of list(root)) {
      if (!entry.temporary) entries.push(entry);
      else if (now() - entry.usedMs > STALE_MS) await rm(entry.path, { force: true });
    }
    let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    entries.sort((a, b) => a.usedMs - b.usedMs);
    for (const entry of entries) {
      if (total <= maxBytes) break;
      await rm(entry.path, { force: true });
      total -= entry.bytes;
    }
  }

  return {
    async get(key) {
      if (!KEY.test(key) || !(await isUsable())) return undefined;
      try {
        // Without waiting: a FIFO in its place must not hang the run.
        const packed = await readFile(place(key), { flag: constants.O_RDONLY | constants.O_NONBLOCK });
        const value = await promisify(inflate)(packed, { maxOutputLength: MAX_ENTRY });
        const seconds = now() / 1000;
        await utimes(place(key), seconds, seconds);
        return value.toString('utf8');
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') onFault('a cache entry cannot be read', error);
        return undefined;
      }
    },

    async put(key, value) {
      if (!KEY.test(key) || !(await isUsable())) return;
      const temporary = join(root, key.slice(0, 2), `.${process.pid}.${randomBytes(6).toString('hex')}`);
      try {
        const packed = await promisify(deflate)(value, { level: 3 });
        await mkdir(join(root, key.slice(0, 2)), { recursive: true, mode: 0o700 });
        await writeFile(temporary, packed, { mode: 0o600, flag: 'wx' });
        await rename(temporary, place(key));
        writtenSinceSweep += packed.length;
        if (writtenSinceSweep > maxBytes / 16) await sweep();
      } catch (error) {
        onFault('a cache entry cannot be written', error);
        await rm(temporary, { force: true }).catch((cause: unknown) => onFault('a temporary file is left', cause));
      }
    },

    async evict() {
      if (!(await isUsable())) return;
      await sweep().catch((error: unknown) => onFault('the cache cannot be swept', error));
    },

    async usage() {
      let entries = 0;
      let bytes = 0;
      for await (const entry of list(root)) {
        if (entry.temporary) continue;
        entries += 1;
        bytes += entry.bytes;
      }
      return { entries, bytes };
    },

    async clear() {
      if (await isUsable()) await rm(root, { recursive: true, force: true });
      usable = undefined;
    },
  };
}

/** Makes the folder; false when it stands there and is not ours. */
async function prepare(root: string): Promise<boolean> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const found = await lstat(root);
  const own = process.getuid?.();
  if (!found.isDirectory() || (own !== undefined && found.uid !== own)) throw new Error('it belongs to another user or is no folder');
  if ((found.mode & 0o077) !== 0) await chmod(root, 0o700);
  return true;
}

async function* list(root: string): AsyncGenerator<Entry & { temporary: boolean }> {
  for (const shard of await names(root)) {
    for (const name of await names(join(root, shard))) {
      const path = join(root, shard, name);
      const found = await stat(path).catch(absent);
      if (found?.isFile()) yield { path, bytes: found.size, usedMs: found.mtimeMs, temporary: name.startsWith('.') };
    }
  }
}

/** Another process may remove what we just listed: that is no fault. */
function absent(error: unknown): undefined {
  const code = errorCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(absent)) ?? [];
}
