import { basename } from 'node:path';
import type { Code } from '../model/codes.ts';
import { isPlimsollError, PlimsollError } from '../model/error.ts';
import type { Progress } from '../model/ports.ts';
import {
  defaultFeedBudget,
  type ExportedPack,
  emitExported,
  exportedFolder,
  exportedHead,
  type FeedFile,
  type FeedItem,
  type Importer,
  type PackEntryOfManifest,
  parsePack,
  readPlace,
  type SourceBuilder,
  type SourceTitle,
  sourceBuilder,
} from '../sources/advisories/index.ts';

/** Files that were read and led nowhere, together where container and reason are the same. */
export interface UnusedFiles {
  /** The file or archive that held them. */
  readonly path: string;
  readonly reason: string;
  readonly count: number;
  /** At most five. */
  readonly examples: readonly string[];
}

/** One source that could not be brought in; what the store had of it stays. */
export interface FailedSource {
  /** The source, or the file where nothing of it told whose it is. */
  readonly source: string;
  readonly code: Code;
  readonly message: string;
}

/** One source being gathered: which collection of it, whether it already failed. */
export interface Gathered {
  readonly builder: SourceBuilder;
  readonly importer: SourceTitle & Pick<Importer, 'parts'>;
  readonly collection: string;
  /** Set for a pack that comes from an export. */
  readonly exported?: ExportedPack;
  files: number;
  /** Files of which nothing could be used. */
  invalid: number;
  failure: { readonly code: Code; readonly message: string } | undefined;
}

/** Takes the files of any number of places apart into sources. */
export interface Gathering {
  place(path: string, name?: string): Promise<void>;
  sources(): readonly Gathered[];
  unused(): readonly UnusedFiles[];
  /** Containers that ended early and of which nothing was used. */
  failed(): readonly FailedSource[];
}

const EXAMPLES = 5;

/** Begins a gathering. Each file goes to the first importer that accepts it. */
export function gather(importers: readonly Importer[], progress: Progress, signal: AbortSignal): Gathering {
  const sources = new Map<string, Gathered>();
  const ofContainer = new Map<string, Set<Gathered>>();
  const unused = new Map<string, { path: string; reason: string; count: number; examples: string[] }>();
  const failed: FailedSource[] = [];

  function leaveOut(container: string, reason: string, example: string): void {
    const key = `${container}\0${reason}`;
    const row = unused.get(key) ?? { path: container, reason, count: 0, examples: [] };
    row.count += 1;
    if (row.examples.length < EXAMPLES) row.examples.push(example);
    unused.set(key, row);
  }

  function sourceOf(key: string, importer: Gathered['importer'], collection: string, exported?: ExportedPack): Gathered {
    const known = sources.get(key);
    if (known !== undefined) return known;
    const made: Gathered = {
      ...{ builder: sourceBuilder(importer), importer, collection, files: 0, invalid: 0, failure: undefined },
      ...(exported === undefined ? {} : { exported }),
    };
    sources.set(key, made);
    return made;
  }

  /** The source that a file belongs to, and what reads it. */
  function ownerOf(file: FeedFile, collection: string): { source: Gathered; read: (file: FeedFile) => void } | undefined {
    const folder = exportedFolder(file);
    if (folder !== undefined) {
      const head = exportedHead(file, parsePack);
      if (head !== undefined) {
        const source = sourceOf(folder, { ...head, id: head.source }, collection, head);
        const covers = () => {
          for (const item of head.coverage) source.builder.emit.covers(item.ecosystem, item.state, item.reason);
        };
        return { source, read: covers };
      }
      const source = sources.get(folder);
      return source === undefined ? undefined : { source, read: (item) => emitExported(item, source.builder.emit) };
    }
    const importer = importers.find((candidate) => candidate.accepts(file));
    if (importer === undefined) return undefined;
    const split = importer.parts === undefined ? '' : collection;
    const source = sourceOf(`${importer.id}\0${split}`, importer, split);
    return { source, read: (item) => importer.read(item, source.builder.emit) };
  }

  function take(item: Extract<FeedItem, { kind: 'file' }>, name: string): void {
    const { file, container, collection } = item;
    try {
      const owner = ownerOf(file, collection);
      if (owner === undefined) {
        leaveOut(name, 'no importer in this version', file.path);
        return;
      }
      const fed = ofContainer.get(container);
      if (fed === undefined) ofContainer.set(container, new Set([owner.source]));
      else fed.add(owner.source);
      owner.source.files += 1;
      readFile(owner.source, owner.read, file);
    } catch (error) {
      if (!(error instanceof SyntaxError) && !isPlimsollError(error, 'pack-damaged')) throw error;
      leaveOut(name, 'not a line of an export', file.path);
    }
  }

  return {
    async place(path, name) {
      for await (const item of readPlace(path, { budget: defaultFeedBudget, signal, progress: (bytes) => progress.add(bytes) }, name)) {
        signal.throwIfAborted();
        if (item.kind === 'file') take(item, item.collection === '' ? (name ?? basename(item.container)) : item.collection);
        else if (item.kind === 'unused') leaveOut(item.path.replace(/#\d+$/, ''), item.reason, item.path);
        else {
          const fed = ofContainer.get(item.container);
          const { code, message } = item.error;
          if (fed === undefined) failed.push({ source: name ?? basename(item.container), code, message });
          else for (const source of fed) source.failure ??= { code, message };
        }
      }
    },
    sources: () => [...sources.values()],
    unused: () => [...unused.values()],
    failed: () => failed,
  };
}

function readFile(source: Gathered, read: (file: FeedFile) => void, file: FeedFile): void {
  try {
    read(file);
  } catch (error) {
    if (isPlimsollError(error, 'feed-invalid') || isPlimsollError(error, 'budget-exceeded')) {
      source.invalid += 1;
      source.builder.emit.skipped(error.message, file.path);
      return;
    }
    // A fault of one importer costs its source, not the import.
    source.failure ??= { code: 'internal', message: `${file.path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** How the packs of a gathering are dated and judged. */
export interface Finish {
  readonly asOf?: { readonly date: string; readonly basis: 'given' | 'fetched' };
  readonly complete: boolean;
  readonly now: Date;
  /** The ecosystem whose whole archive was read. */
  readonly part?: string;
}

/** Writes the packs of every source that did not fail; what did is named. The packs are still to be committed. */
export function writePacks(
  store: string,
  sources: readonly Gathered[],
  finish: Finish,
): { packs: PackEntryOfManifest[]; failed: FailedSource[] } {
  const packs = new Map<string, PackEntryOfManifest>();
  const failed: FailedSource[] = [];
  for (const source of sources) {
    const failure = source.failure ?? emptyFailure(source);
    if (failure !== undefined) {
      failed.push({ source: source.importer.id, ...failure });
      continue;
    }
    const pack = writeOne(store, source, finish);
    const identity = `${pack.source}\0${pack.kind}\0${pack.part}`;
    if (packs.has(identity))
      failed.push({
        source: pack.source,
        code: 'import-invalid',
        message: `${source.collection || 'another collection'} holds ${pack.part || 'the whole source'} as well; the first one was taken: import one of them alone`,
      });
    else packs.set(identity, pack);
  }
  return { packs: [...packs.values()], failed };
}

function emptyFailure(source: Gathered): { code: Code; message: string } | undefined {
  if (!source.builder.isEmpty() || source.exported !== undefined) return undefined;
  return source.invalid > 0 || source.builder.skippedCount() > 0
    ? { code: 'feed-invalid', message: 'Nothing in its files could be used' }
    : undefined;
}

function writeOne(store: string, source: Gathered, finish: Finish): PackEntryOfManifest {
  const { builder, exported } = source;
  if (exported !== undefined) {
    const pack = builder.write(store, { part: exported.part, complete: false, importedAt: finish.now });
    const { asOf: _asOf, asOfBasis: _basis, ...rest } = pack;
    const { asOf, asOfBasis, skipped } = exported;
    return { ...rest, skipped, ...(asOf === undefined ? {} : { asOf }), ...(asOfBasis === undefined ? {} : { asOfBasis }) };
  }
  return builder.write(store, {
    part: finish.part ?? partOf(source),
    onlyPart: finish.part !== undefined,
    complete: finish.complete,
    importedAt: finish.now,
    ...(finish.asOf === undefined ? {} : { asOf: finish.asOf }),
  });
}

/** A collection whose every advisory touches one ecosystem is that ecosystem's; a mixed one goes by its own name. */
function partOf(source: Gathered): string {
  if (source.importer.parts === undefined) return '';
  const [one, ...others] = source.builder.commonEcosystems();
  return one !== undefined && others.length === 0 ? one : `~${source.collection}`;
}

/** The error of a place that cannot be fetched in an offline run. */
export function offlineRefused(url: string): PlimsollError {
  return new PlimsollError('offline-refused', `${url} needs a connection and the run is offline`, {
    hint: 'Fetch it elsewhere and import the file.',
  });
}
