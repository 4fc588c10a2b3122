import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type PackEntry, type PackSummary, writePack } from '../../base/pack/writer.ts';
import { isPlimsollError, PlimsollError } from '../../model/error.ts';
import { takeLock } from './store-lock.ts';
import { emptyManifest, formatManifest, type Manifest, type PackEntryOfManifest, packIdentity, parseManifest } from './store-manifest.ts';

/** Unnamed packs and temporary files live this long: a reader that opened the former generation goes on with it. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Where the pack files of a store stand. */
export function packPath(store: string, file: string): string {
  return join(store, 'packs', file);
}

/** The manifest of a store; an empty one where nothing was imported yet. Throws `pack-damaged`. */
export function readManifest(store: string): Manifest {
  try {
    return parseManifest(readFileSync(join(store, 'manifest.json'), 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return emptyManifest;
    throw error;
  }
}

/**
 * Writes a pack file into the store without naming it yet: temporary name, synced, renamed to a name made of its content.
 * An equal file is replaced and not kept, so that a sweep that goes by age cannot take it away before it is named.
 */
export function storePack(store: string, entries: Iterable<PackEntry>): PackSummary & { readonly file: string } {
  mkdirSync(join(store, 'packs'), { recursive: true });
  const temporary = packPath(store, temporaryName());
  try {
    const summary = writePack(temporary, entries);
    const file = `${summary.sha256.slice(0, 40)}.pack`;
    renameSync(temporary, packPath(store, file));
    return { ...summary, file };
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A name that the sweep knows, for files that are not finished. */
export function temporaryName(): string {
  return `.tmp-${process.pid}-${randomBytes(8).toString('hex')}`;
}

/**
 * Names new packs in the manifest: each takes the place of the one of the same source, kind and part, all others stay. Read, merged and renamed under
 * the store's lock, so imports that run at the same time all count. A kill leaves the former manifest or the new one.
 */
export async function commitPacks(
  store: string,
  packs: readonly PackEntryOfManifest[],
  now: Date,
  signal?: AbortSignal,
): Promise<Manifest> {
  mkdirSync(join(store, 'packs'), { recursive: true });
  for (let attempt = 0; attempt < 5; attempt++) {
    const lock = await takeLock(store, signal);
    try {
      const former = readForWriting(store);
      const replaced = new Set(packs.map(packIdentity));
      const manifest: Manifest = {
        formatVersion: 1,
        generation: former.generation + 1,
        packs: [...former.packs.filter((pack) => !replaced.has(packIdentity(pack))), ...packs],
      };
      syncFolder(join(store, 'packs'));
      if (!writeManifest(store, manifest, lock.held)) continue;
      sweep(store, manifest, now);
      return manifest;
    } finally {
      lock.release();
    }
  }
  throw new PlimsollError('import-failed', 'The lock of the advisory store was taken away again and again', {
    hint: 'Look for other processes that write to it.',
  });
}

/** A damaged manifest is no reason never to import again: the new one begins anew. */
function readForWriting(store: string): Manifest {
  try {
    return readManifest(store);
  } catch (error) {
    if (isPlimsollError(error, 'pack-damaged')) return emptyManifest;
    throw error;
  }
}

function writeManifest(store: string, manifest: Manifest, stillHeld: () => boolean): boolean {
  const temporary = join(store, temporaryName());
  try {
    const fd = openSync(temporary, 'wx', 0o644);
    try {
      const bytes = Buffer.from(formatManifest(manifest));
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (!stillHeld()) return false;
    renameSync(temporary, join(store, 'manifest.json'));
    syncFolder(store);
    return true;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Makes the renames in a folder last (fsync(2): a file's sync does not cover its name). Where folders cannot be opened, they need no sync. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function sweep(store: string, manifest: Manifest, now: Date): void {
  const named = new Set(manifest.packs.map((pack) => pack.file));
  const old = (path: string) => now.getTime() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY) > KEEP_MS;
  for (const name of readdirSync(store)) {
    const path = join(store, name);
    if (name.startsWith('.tmp-') && old(path)) rmSync(path, { force: true, recursive: true });
  }
  for (const name of readdirSync(join(store, 'packs'))) {
    const path = packPath(store, name);
    if ((name.startsWith('.tmp-') || name.endsWith('.pack')) && !named.has(name) && old(path)) rmSync(path, { force: true });
  }
}
