import { PlimsollError } from '../../model/error.ts';
import type { Layer, Observed } from '../../model/image.ts';
import { type LayerCache, type Progress, silentProgress } from '../../model/ports.ts';
import { historyWarnings } from './image-config.ts';
import { type ContentKey, type LayerMemory, openLayerMemory } from './layer-cache.ts';
import type { LayerFacts } from './layer-facts.ts';
import { type Choice, chooseImage, type ImagePlan } from './manifest-choice.ts';
import { defaultPlatform, formatPlatform, parsePlatform } from './manifest-platform.ts';
import { readArchiveStream } from './open-stream.ts';
import type { OpenedStore, OpenedStream } from './open-target.ts';
import { type LayerContext, type LayerOutcome, type LayerWalker, missingLayer, readStoredLayer, settle } from './read-image-layer.ts';
import { layerProblems } from './read-image-problems.ts';

/** zlib works in the thread pool (4 threads); one thread of JavaScript drives about three layers. */
const CONCURRENCY = 3;

/** How an image is read. */
export interface ReadImageOptions {
  readonly walker: LayerWalker;
  readonly cache?: LayerCache | undefined;
  /** Options that change what the analyzers say: part of the cache key. */
  readonly cacheOptions?: Readonly<Record<string, unknown>>;
  readonly progress?: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Every layer is read wholly and its diffID compared; nothing is taken from the cache. */
  readonly verifyLayers?: boolean;
  /** `os/architecture[/variant]`; default the platform of this machine, or the only image. */
  readonly platform?: string | undefined;
  /** Layers at a time; default 3. */
  readonly concurrency?: number;
}

const noCache: LayerCache = { get: async () => undefined, put: async () => undefined };

interface Read {
  readonly plan: ImagePlan;
  readonly outcomes: readonly LayerOutcome[];
}

/**
 * Reads an opened image to facts: the same image gives the same answer from every form, but for the name of the target.
 * Errors: those of {@link chooseImage} and of archives; `target-changed`. What is wrong with one layer is an unknown.
 */
export async function readImage(opened: OpenedStore | OpenedStream, options: ReadImageOptions): Promise<Observed> {
  const { progress = silentProgress, signal } = options;
  const memory = openLayerMemory(options.cache ?? noCache, options.walker.analyzers, options.cacheOptions);
  const context: LayerContext = {
    walker: options.walker,
    memory,
    verify: options.verifyLayers === true,
    signal,
    onBytes: (count) => progress.add(count),
  };
  const choice: Choice = {
    reference: opened.reference,
    platform: options.platform === undefined ? undefined : parsePlatform(options.platform),
    machine: defaultPlatform(process.arch),
  };
  try {
    const read =
      opened.kind === 'store'
        ? await readStore(opened, choice, context, progress, options.concurrency ?? CONCURRENCY)
        : await readStream(opened, choice, context, progress);
    return observed(opened.name, read, options.walker);
  } catch (error) {
    if (signal?.aborted === true) throw new PlimsollError('interrupted', 'interrupted', { cause: error });
    throw error;
  } finally {
    progress.done();
  }
}

async function readStore(
  opened: OpenedStore,
  choice: Choice,
  context: LayerContext,
  progress: Progress,
  concurrency: number,
): Promise<Read> {
  const { store } = opened;
  const plan = await chooseImage(store.small, choice);
  const files = await Promise.all(plan.layers.map((layer) => store.file(layer.path)));
  progress.start(
    'reading layers',
    files.reduce((sum, file) => sum + (file?.source.size ?? 0), 0),
    'bytes',
  );
  const outcomes = await mapAtATime(plan.layers, concurrency, async (layer, index) => {
    context.signal?.throwIfAborted();
    const file = files[index];
    return file === undefined ? missingLayer(layer) : readStoredLayer(file, layer, context);
  });
  if (!store.unchanged()) throw changed(opened.name);
  return { plan, outcomes };
}

async function readStream(opened: OpenedStream, choice: Choice, context: LayerContext, progress: Progress): Promise<Read> {
  const source =
    opened.source === undefined
      ? undefined
      : JSON.stringify([
          opened.source,
          choice.reference ?? '',
          formatPlatform(choice.platform ?? choice.machine),
          choice.platform !== undefined,
        ]);
  if (source !== undefined && !context.verify) {
    const known = await remembered(source, opened.diffIds, context.memory);
    if (known !== undefined) return known;
  }
  progress.start('reading the archive', opened.size, 'bytes');
  const archive = await readArchiveStream(opened.name, opened.bytes(), context);
  const plan = await chooseImage(archive.small, choice);
  const outcomes: LayerOutcome[] = [];
  for (const layer of plan.layers) {
    const walked = archive.layer(layer.path);
    outcomes.push(walked === undefined ? missingLayer(layer) : await settle(walked, layer, context));
  }
  if (!opened.unchanged()) throw changed(opened.name);
  const contents = outcomes.map((outcome) => outcome.content).filter((content): content is ContentKey => content !== undefined);
  if (source !== undefined && contents.length === outcomes.length) await context.memory.keepOutline(source, { plan, contents });
  return { plan, outcomes };
}

/** What was learned of the same file or the same image of the same daemon before, if all of it is still there. */
async function remembered(source: string, diffIds: readonly string[] | undefined, memory: LayerMemory): Promise<Read | undefined> {
  const outline = await memory.outline(source);
  if (outline === undefined) return undefined;
  if (diffIds !== undefined && JSON.stringify(diffIds) !== JSON.stringify(outline.plan.config.diffIds)) return undefined;
  const outcomes: LayerOutcome[] = [];
  for (const content of outline.contents) {
    const facts = await memory.facts(content);
    if (facts === undefined) return undefined;
    outcomes.push({ facts, content, causes: [] });
  }
  return { plan: outline.plan, outcomes };
}

function observed(name: string, { plan, outcomes }: Read, walker: LayerWalker): Observed {
  const { config, commands, diffIds, baseLayers } = plan.config;
  const layers = outcomes.map(({ facts }, index): Layer => {
    const command = commands[index];
    return {
      index,
      digest: diffIds[index] ?? '',
      ...(command === undefined || command === '' ? {} : { command }),
      ...(index < baseLayers ? { base: true } : {}),
      ...(facts === undefined ? {} : { entries: facts.entries }),
    };
  });
  const merged = walker.merge(outcomes.map(({ facts }) => facts ?? emptyLayer));
  const problems = layerProblems(outcomes.map(({ facts }) => facts));
  return {
    target: { kind: 'image', name, digest: plan.id },
    config,
    layers,
    files: merged.files,
    causes: [...outcomes.flatMap((outcome) => outcome.causes), ...problems.causes, ...merged.causes],
    warnings: [...historyWarnings(plan.config), ...problems.warnings, ...merged.warnings],
  };
}

/** Stands for a layer of which nothing was read, so that the others keep their places. */
const emptyLayer: LayerFacts = {
  entries: 0,
  bytes: 0,
  files: [],
  whiteouts: [],
  opaques: [],
  links: [],
  lowerHardLinks: [],
  occupied: '',
  folders: '',
  problems: [],
  complete: true,
};

async function mapAtATime<T, R>(items: readonly T[], limit: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  async function runner(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item, index);
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, runner));
  return results;
}

function changed(name: string): PlimsollError {
  return new PlimsollError('target-changed', `${name} changed while it was read`, { hint: 'Scan again when nothing writes to it.' });
}
