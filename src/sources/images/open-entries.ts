import type { ByteSource } from '../../base/byte-source.ts';
import { readTarSource } from '../../base/tar/drive.ts';
import type { BodySink, EntrySink, TarEntry } from '../../base/tar/entry.ts';
import { BLOCK, blockSum, checksumAgrees } from '../../base/tar/header.ts';
import { TarParser } from '../../base/tar/parser.ts';
import { PlimsollError } from '../../model/error.ts';

/** Image archives have some hundred entries; an unpacked file system has hundreds of thousands. */
const LIMITS = { entries: 500_000, nameBytes: 4096, headers: 1_000_000 };

/** Symbolic and hard links of an archive that holds an image: path → path, both inside the archive. */
export type Links = ReadonlyMap<string, string>;

/** Where the files of an archive are. */
export interface Listing {
  readonly files: ReadonlyMap<string, { readonly offset: number; readonly size: number }>;
  readonly links: Links;
}

/**
 * Lists an archive that holds an image by seeking from header to header. Entries whose names climb out of the archive are left out.
 * Throws `archive-truncated`, `archive-damaged`, `budget-exceeded`.
 */
export function listArchive(source: ByteSource, signal?: AbortSignal): Listing {
  const files = new Map<string, { offset: number; size: number }>();
  const links = new Map<string, string>();
  let headerAt = 0;
  const sink: EntrySink = {
    entry(entry) {
      const path = noteLink(entry, files, links);
      // The header is the last block that was looked at before its entry is told.
      if (path !== undefined) files.set(path, { offset: headerAt + BLOCK, size: entry.size });
      return undefined;
    },
    problem: () => undefined, // odd names cannot be named by a manifest either
  };
  const parser = new TarParser(sink, LIMITS, (offset) => {
    headerAt = offset;
  });
  readTarSource(source, parser, signal);
  throwFault(parser);
  return { files, links };
}

/** Takes the body of an entry; whatever it leaves is passed over. */
export type TakeBody = (body: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Reads an archive that flows by, in order, one body at a time: `choose` sees path, size and the first bytes (512, or all) of each file
 * and answers what takes the body. Nothing is held but the current chunk. Returns the links.
 * Throws `archive-truncated`, `archive-damaged`, `budget-exceeded`, and what the source throws.
 */
export async function flowArchive(
  bytes: AsyncIterable<Uint8Array>,
  choose: (path: string, size: number, head: Buffer) => TakeBody | undefined,
  signal?: AbortSignal,
): Promise<Links> {
  type Event = { path: string; size: number; sink: BodySink } | { chunk: Buffer } | { end: boolean };
  const links = new Map<string, string>();
  const none = new Map<string, unknown>();
  const queue: Event[] = [];
  let next = 0;
  const parser = new TarParser(
    {
      entry(entry) {
        const path = noteLink(entry, none, links);
        if (path === undefined) return undefined;
        const sink: BodySink = {
          limit: entry.size,
          chunk: (chunk) => queue.push({ chunk: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) }),
          end: (complete) => queue.push({ end: complete }),
        };
        queue.push({ path, size: entry.size, sink });
        return sink;
      },
      problem: () => undefined,
    },
    LIMITS,
  );
  const iterator = bytes[Symbol.asyncIterator]();

  async function event(): Promise<Event | undefined> {
    while (next === queue.length) {
      if (parser.stopped) break;
      queue.length = 0;
      next = 0;
      signal?.throwIfAborted();
      const chunk = await iterator.next();
      if (chunk.done === true) parser.end();
      else parser.write(chunk.value);
    }
    const found = queue[next];
    if (found !== undefined) next += 1;
    return found;
  }

  for (let found = await event(); found !== undefined; found = await event()) {
    if (!('path' in found)) continue;
    let ended = false;
    const part = async (): Promise<Buffer | undefined> => {
      if (ended) return undefined;
      const told = await event();
      if (told !== undefined && 'chunk' in told) return told.chunk;
      ended = true;
      if (told === undefined || !('end' in told) || !told.end) throwFault(parser);
      return undefined;
    };
    let head = (await part()) ?? Buffer.alloc(0);
    while (head.length < Math.min(BLOCK, found.size)) {
      const more = await part();
      if (more === undefined) break;
      head = Buffer.concat([head, more]);
    }
    const take = choose(found.path, found.size, head.subarray(0, BLOCK));
    if (take === undefined) found.sink.limit = 0;
    else await take(bodyOf(head, part));
    while ((await part()) !== undefined);
  }
  throwFault(parser);
  await iterator.return?.();
  return links;
}

/** Whether `block` begins a tar archive: a header whose checksum agrees, or the end mark of an empty one. */
export function looksLikeTar(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const sum = blockSum(block, 0, undefined);
  return sum === 0 || checksumAgrees(block, 0, sum);
}

/** Follows links inside the archive, a bounded number of hops. */
export function followLinks(links: Links, path: string): string {
  let at = path;
  for (let hops = 0; hops < 16; hops += 1) {
    const target = links.get(at);
    if (target === undefined) break;
    at = target;
  }
  return at;
}

/** The path inside the archive, beside `base`; `undefined` when it climbs out or names nothing. */
export function innerPath(path: string, base = ''): string | undefined {
  const parts = path.startsWith('/') ? [] : base.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join('/');
}

async function* bodyOf(head: Buffer, part: () => Promise<Buffer | undefined>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let chunk = await part(); chunk !== undefined; chunk = await part()) yield chunk;
}

/** Keeps a link, forgets what stood there before, and answers the path of a regular file. */
function noteLink(entry: TarEntry, files: Map<string, unknown>, links: Map<string, string>): string | undefined {
  const path = innerPath(entry.path);
  if (path === undefined) return undefined;
  files.delete(path);
  links.delete(path);
  if (entry.type === 'file') return path;
  if (entry.type !== 'symlink' && entry.type !== 'hardlink') return undefined;
  // A symbolic link is relative to its folder, a hard link to the root of the archive.
  const target = innerPath(entry.linkTarget, entry.type === 'symlink' ? path : '');
  if (target !== undefined) links.set(path, target);
  return undefined;
}

const HINTS: Readonly<Record<string, string>> = {
  'archive-truncated': 'Save the image again; `docker save` was probably interrupted.',
  'archive-damaged': 'Save the image again.',
  'budget-exceeded': 'An image archive has some hundred entries: this is probably the content of a file system.',
};

function throwFault(parser: TarParser): void {
  if (parser.fault === undefined) return;
  const { code, reason } = parser.fault;
  throw new PlimsollError(code, reason, { hint: HINTS[code] ?? 'Save the image again.' });
}
