import { join } from 'node:path';
import { type ByteSource, windowOf } from '../../base/byte-source.ts';
import { type OpenFile, openFile } from '../../base/files.ts';
import { PlimsollError } from '../../model/error.ts';
import type { ReadSmall } from './manifest-choice.ts';
import { MAX_JSON_BYTES } from './oci-schema.ts';
import { followLinks, innerPath, listArchive } from './open-entries.ts';

/** A file of a layout or archive on disk. */
export interface StoredFile {
  readonly source: ByteSource;
  /** Changes when its bytes may have changed (law 1d). */
  readonly identity: string;
  stream(): AsyncIterable<Uint8Array>;
}

/** A layout or archive on disk: any file of it can be read at any time, and nothing is unpacked. */
export interface ImageStore {
  readonly small: ReadSmall;
  file(path: string): Promise<StoredFile | undefined>;
  /** Whether all files that were opened are still what they were. */
  unchanged(): boolean;
  close(): void;
}

/** An OCI image layout in a folder. Source: OCI image specification, image-layout.md. */
export function folderStore(folder: string): ImageStore {
  const open = new Map<string, OpenFile>();
  async function file(path: string): Promise<StoredFile | undefined> {
    const inner = innerPath(path);
    if (inner === undefined) return undefined;
    const found = open.get(inner) ?? (await openFile(join(folder, inner)));
    if (found === undefined) return undefined;
    open.set(inner, found);
    return { source: found, identity: found.identity, stream: () => found.stream() };
  }
  return {
    small: async (path) => readSmall((await file(path))?.source, path),
    file,
    unchanged: () => [...open.values()].every((one) => one.unchanged()),
    close() {
      for (const one of open.values()) one.close();
      open.clear();
    },
  };
}

/** An uncompressed archive, listed by seeking from header to header. Throws `archive-truncated`, `archive-damaged`, `budget-exceeded`. */
export function archiveStore(archive: OpenFile, signal?: AbortSignal): ImageStore {
  const { files, links } = listArchive(archive, signal);
  async function file(path: string): Promise<StoredFile | undefined> {
    const inner = innerPath(path);
    const place = inner === undefined ? undefined : files.get(followLinks(links, inner));
    if (place === undefined) return undefined;
    const { offset, size } = place;
    return {
      source: windowOf(archive, offset, size),
      identity: `${archive.identity}:${offset}:${size}`,
      stream: () => archive.stream(offset, size),
    };
  }
  return {
    small: async (path) => readSmall((await file(path))?.source, path),
    file,
    unchanged: () => archive.unchanged(),
    close: () => archive.close(),
  };
}

async function readSmall(source: ByteSource | undefined, path: string): Promise<Uint8Array | undefined> {
  if (source === undefined) return undefined;
  if (source.size > MAX_JSON_BYTES)
    throw new PlimsollError('budget-exceeded', `${path} is larger than ${MAX_JSON_BYTES} bytes`, { hint: 'No manifest is that large.' });
  return Uint8Array.from(source.read(0, source.size));
}
