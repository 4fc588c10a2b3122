import { createReadStream, type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readLines } from '../../base/lines.ts';
import { defaultUnpackBudget, packingHead, packingOf, peek, unpackStream } from '../../base/unpack.ts';
import type { ZstdRoutes } from '../../base/unpack-zstd.ts';
import { defaultZipBudget, openZip, type Zip, type ZipEntry } from '../../base/zip.ts';
import { isPlimsollError, PlimsollError } from '../../model/error.ts';
import { bundleFile, layoutOf } from './bundle.ts';
import type { FeedFile } from './importer.ts';

/**
 * What reading a place gives. `container` is the file on disk that it came from. `collection` is what was published as one: an archive, a bundle,
 * a file of JSON lines by its name, else the whole place (empty).
 */
export type FeedItem =
  | { readonly kind: 'file'; readonly container: string; readonly collection: string; readonly file: FeedFile }
  /** A file or line that is no text of a feed, with the reason. */
  | { readonly kind: 'unused'; readonly path: string; readonly reason: string }
  /** The container ended early or is damaged: what came from it before is not the whole. */
  | { readonly kind: 'failed'; readonly container: string; readonly error: PlimsollError };

/** Limits of one import. */
export interface FeedBudget {
  /** Bytes of a line of a bundle or of JSON lines. */
  readonly maxLine: number;
  /** Bytes of a document that is read whole (the Debian tracker's JSON has 70 MB on one line). */
  readonly maxDocument: number;
  /** Unpacked bytes of all files together. */
  readonly maxTotal: number;
  /** Files in folders. */
  readonly maxFiles: number;
}

/** Four times the largest feed known, or more. */
export const defaultFeedBudget: FeedBudget = {
  maxLine: 64 * 1024 * 1024,
  maxDocument: 256 * 1024 * 1024,
  maxTotal: 32 * 1024 ** 3,
  maxFiles: 2_000_000,
};

/** What reading needs besides the place. */
export interface FeedReading {
  readonly budget: FeedBudget;
  readonly zstd?: ZstdRoutes;
  readonly signal?: AbortSignal;
  /** Told how many bytes of packed input were read. */
  progress?(bytes: number): void;
}

/** Entries up to this size are unpacked in one step. */
const smallEntry = 16 * 1024 * 1024;

/**
 * Every feed file of a place: a file or a folder with everything below it, in the order of names. How a file is packed and laid out is told by its content.
 * Links are not followed. `name` is what a single file is called in what it gives. Throws `import-invalid` when there is no such place, `budget-exceeded` when the whole is too large.
 */
export async function* readPlace(place: string, reading: FeedReading, name: string = basename(place)): AsyncGenerator<FeedItem> {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new PlimsollError('import-invalid', `There is no file or folder ${place}`, { hint: 'Name a file, a folder or a URL.' });
  const total = { bytes: 0, files: 0 };
  if (!stat.isDirectory()) {
    yield* readContainer(place, name, reading, total);
    return;
  }
  for (const item of walk(place, '')) {
    reading.signal?.throwIfAborted();
    if ('reason' in item) {
      yield { kind: 'unused', ...item };
      continue;
    }
    total.files += 1;
    if (total.files > reading.budget.maxFiles)
      throw new PlimsollError('budget-exceeded', `${place} holds more than ${reading.budget.maxFiles} files`);
    yield* readContainer(join(place, item.path), item.path, reading, total);
  }
}

function* walk(folder: string, below: string): Generator<{ path: string } | { path: string; reason: string }> {
  let entries: Dirent[];
  try {
    entries = readdirSync(join(folder, below), { withFileTypes: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    yield { path: below, reason: `folder cannot be read (${error.code})` };
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    // `.git` and its like hold copies of what stands beside them.
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* walk(folder, path);
    else if (entry.isFile()) yield { path };
    else yield { path, reason: 'not a regular file' };
  }
}

interface Total {
  bytes: number;
  files: number;
}

async function* readContainer(path: string, name: string, reading: FeedReading, total: Total): AsyncGenerator<FeedItem> {
  try {
    const { head, all } = await peek(fileBytes(path, reading), packingHead);
    if (packingOf(head) === 'zip') {
      await all[Symbol.asyncIterator]().return?.();
      yield* readZip(path, name, reading, total);
      return;
    }
    yield* readStream(name, path, '', all, reading, total);
  } catch (error) {
    const failure = asFailure(error, name);
    if (failure === undefined || total.bytes > reading.budget.maxTotal) throw error;
    yield { kind: 'failed', container: path, error: failure };
  }
}

/** What costs this container alone. Anything else (an interrupt, a fault of ours) ends the import. */
function asFailure(error: unknown, name: string): PlimsollError | undefined {
  if (isPlimsollError(error) && /^(archive-|budget-)/.test(error.code))
    return new PlimsollError(error.code, `${name}: ${error.message}`, { cause: error });
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code))
    return new PlimsollError('import-failed', `${name} cannot be read (${error.code})`, { cause: error });
  return undefined;
}

async function* fileBytes(path: string, reading: FeedReading): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    reading.signal?.throwIfAborted();
    reading.progress?.(chunk.length);
    yield chunk;
  }
}

async function* readZip(path: string, name: string, reading: FeedReading, total: Total): AsyncGenerator<FeedItem> {
  const zip = openZip(path, { ...defaultZipBudget, maxBytes: Math.min(defaultZipBudget.maxBytes, reading.budget.maxTotal) });
  try {
    for (const entry of zip.entries) {
      reading.signal?.throwIfAborted();
      reading.progress?.(entry.packedSize);
      yield* readEntry(zip, entry, path, name, reading, total);
    }
  } finally {
    zip.close();
  }
}

async function* readEntry(
  zip: Zip,
  entry: ZipEntry,
  container: string,
  name: string,
  reading: FeedReading,
  total: Total,
): AsyncGenerator<FeedItem> {
  const inner = `${name}/${entry.path}`;
  if (entry.size > smallEntry) {
    yield* readStream(inner, container, name, zip.stream(entry), reading, total);
    return;
  }
  const bytes = zip.bytes(entry);
  if (packingOf(bytes) !== 'plain' || isLineByLine(bytes)) {
    yield* readStream(inner, container, name, once(bytes), reading, total);
    return;
  }
  count(total, bytes.length, reading);
  yield document(inner, bytes.toString('utf8'), container, name);
}

/** Whether the first line is a JSON object of its own: cheap, since documents that are printed over several lines begin with a lone brace. */
function isLineByLine(bytes: Buffer): boolean {
  const end = bytes.indexOf(10);
  const first = end < 0 ? bytes.length : end;
  return layoutOf(bytes.toString('utf8', 0, first), bytes.length - first < 3) !== 'document';
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* readStream(
  name: string,
  container: string,
  collection: string,
  source: AsyncIterable<Uint8Array>,
  reading: FeedReading,
  total: Total,
): AsyncGenerator<FeedItem> {
  const { head, all } = await peek(unpackStream(source, defaultUnpackBudget, reading.zstd), packingHead);
  const packing = packingOf(head);
  if (packing !== 'plain') {
    await all[Symbol.asyncIterator]().return?.();
    yield { kind: 'unused', path: name, reason: `${packing} is not read here; unpack it first` };
    return;
  }
  if (head.length === 0) {
    yield { kind: 'unused', path: name, reason: 'empty' };
    return;
  }
  if (head.includes(0)) {
    await all[Symbol.asyncIterator]().return?.();
    yield { kind: 'unused', path: name, reason: 'not a text file' };
    return;
  }
  yield* cut(name, container, collection, tally(all, reading, total), reading);
}

async function* tally(source: AsyncIterable<Uint8Array>, reading: FeedReading, total: Total): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    count(total, chunk.length, reading);
    yield chunk;
  }
}

function count(total: Total, bytes: number, reading: FeedReading): void {
  total.bytes += bytes;
  if (total.bytes > reading.budget.maxTotal)
    throw new PlimsollError('budget-exceeded', `The import is larger than ${reading.budget.maxTotal} bytes`);
}

/** Cuts a text into its feed files: its layout is settled by the first two lines. */
async function* cut(
  name: string,
  container: string,
  collection: string,
  source: AsyncIterable<Uint8Array>,
  reading: FeedReading,
): AsyncGenerator<FeedItem> {
  const { maxLine, maxDocument } = reading.budget;
  let first: string | undefined;
  let blank = 0;
  let byLine: ReturnType<typeof lineReader> | undefined;
  let whole: string[] | undefined;
  let wholeLength = 0;
  for await (const batch of readLines(source, (number) => (number === 1 ? maxDocument : maxLine))) {
    for (const { number, text } of batch) {
      if (byLine !== undefined) {
        yield* byLine(number, text);
      } else if (first !== undefined && whole === undefined && text?.trim() === '') {
        // Says nothing of the layout yet.
        blank += 1;
      } else if (whole !== undefined || text === undefined || first !== undefined) {
        if (whole === undefined && first !== undefined) {
          byLine = byLineOrNothing(layoutOf(first, false), name, container, collection);
          if (byLine !== undefined) {
            yield* byLine(1, first);
            yield* byLine(number, text);
            continue;
          }
          whole = [first, ...new Array<string>(blank).fill('')];
          wholeLength = first.length + 1 + blank;
        }
        whole ??= [];
        wholeLength += text === undefined ? Number.POSITIVE_INFINITY : text.length + 1;
        if (wholeLength > maxDocument) throw new PlimsollError('budget-exceeded', `A document may have ${maxDocument} bytes`);
        if (text !== undefined) whole.push(text);
      } else {
        first = text;
      }
    }
  }
  if (byLine !== undefined) return;
  if (whole !== undefined) {
    yield document(name, whole.join('\n'), container, collection);
  } else if (first !== undefined) {
    byLine = byLineOrNothing(layoutOf(first, true), name, container, collection);
    if (byLine === undefined) yield document(name, first, container, collection);
    else yield* byLine(1, first);
  }
}

function byLineOrNothing(layout: ReturnType<typeof layoutOf>, name: string, container: string, collection: string) {
  return layout === 'document' ? undefined : lineReader(layout, name, container, collection === '' ? name : collection);
}

function lineReader(layout: 'bundle' | 'lines', name: string, container: string, collection: string) {
  return function* read(number: number, text: string | undefined): Generator<FeedItem> {
    const path = `${name}#${number}`;
    if (text === undefined) yield { kind: 'unused', path, reason: 'line too long' };
    else if (text.trim() === '') return;
    else if (layout === 'lines') yield document(path, text, container, collection);
    else {
      const file = bundleFile(text);
      if (file === undefined) yield { kind: 'unused', path, reason: 'not a line of a bundle' };
      else yield { kind: 'file', container, collection, file };
    }
  };
}

function document(path: string, text: string, container: string, collection: string): FeedItem {
  return { kind: 'file', container, collection, file: { path, text } };
}
