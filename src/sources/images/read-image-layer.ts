import { createHash, type Hash } from 'node:crypto';
import type { ByteSource } from '../../base/byte-source.ts';
import { compressionOf, decompress } from '../../base/inflate.ts';
import type { Analyzer, StandingFile } from '../../model/analyzer.ts';
import { isPlimsollError } from '../../model/error.ts';
import type { UnknownCause, Warning } from '../../model/unknown.ts';
import type { ContentKey, LayerMemory } from './layer-cache.ts';
import type { LayerFacts } from './layer-facts.ts';
import type { PlannedLayer } from './manifest-choice.ts';
import type { StoredFile } from './open-store.ts';

/** How a layer is walked. */
export interface WalkHow {
  readonly signal?: AbortSignal;
  /** Digest by which the manifest names the layer: whoever makes a layer cannot choose names that collide under it. */
  readonly digest?: string;
}

/** How a layer is walked that flows by. */
export interface WalkStreamOptions extends WalkHow {
  /** Gives the same uncompressed bytes once more, where that is possible: for hard links to files that nobody wanted at first. */
  readonly reopen?: () => AsyncIterable<Uint8Array>;
}

/** Turns the archive of a layer into facts, and the facts of all layers into those of the image. */
export interface LayerWalker {
  /** Part of the cache key. */
  readonly analyzers: readonly Analyzer[];
  /** Walks an uncompressed layer that flows by. What is wrong with it stands in the facts; it throws what the source throws, or says so there. */
  stream(bytes: AsyncIterable<Uint8Array>, how: WalkStreamOptions): Promise<LayerFacts>;
  /** Seeks over what nobody wants; `digest` is over the headers and the bytes that were read (law 1c). */
  source(bytes: ByteSource, how: WalkHow): { readonly facts: LayerFacts; readonly digest: string };
  merge(layers: readonly LayerFacts[]): {
    readonly files: readonly StandingFile[];
    readonly causes: readonly UnknownCause[];
    readonly warnings: readonly Warning[];
  };
}

/** What reading a layer needs. */
export interface LayerContext {
  readonly walker: LayerWalker;
  readonly memory: LayerMemory;
  /** Reads every byte, compares the diffID, and believes no cache. */
  readonly verify: boolean;
  readonly signal: AbortSignal | undefined;
  /** Told of bytes that were read of the layer's file. */
  onBytes(count: number): void;
}

/** A layer, read. */
export interface LayerOutcome {
  /** Absent when nothing of it could be read. */
  readonly facts: LayerFacts | undefined;
  /** Under what the facts were kept; absent when the layer is cut, damaged or not what the manifest names. */
  readonly content: ContentKey | undefined;
  readonly causes: readonly UnknownCause[];
}

/** The body of a layer after it flowed by, before a manifest says which layer it is. */
export interface WalkedBody {
  readonly facts: LayerFacts | undefined;
  /** Digest of the file as stored. */
  readonly digest: string;
  /** Digest of the uncompressed archive, where it was computed: always for a plain layer. */
  readonly plainDigest: string | undefined;
  /** Why it ended early. */
  readonly fault: string | undefined;
}

const HINT = 'Save or pull the image again.';

/** An unknown that stands for one layer: nothing can be said of what it holds, so it always blocks. */
export function layerCause(
  code: 'layer-unreadable' | 'layer-missing' | 'layer-foreign',
  reason: string,
  layer: PlannedLayer,
): UnknownCause {
  const hint = code === 'layer-foreign' ? 'Save the image on a machine that holds the layer.' : HINT;
  return { code, area: 'image', of: 'layers', reason, hint, example: layer.diffId, blocking: true };
}

/** Why a layer is not there. */
export function missingLayer(layer: PlannedLayer): LayerOutcome {
  const cause = layer.foreign
    ? layerCause('layer-foreign', 'the layer is to be fetched from elsewhere and is not in the archive', layer)
    : layerCause('layer-missing', 'the layer is named by the manifest and is not there', layer);
  return { facts: undefined, content: undefined, causes: [cause] };
}

/**
 * Reads a layer of a layout or archive on disk: from the cache under a digest that the manifest names and we verified (law 1b) or under the
 * file's identity (law 1d), else an uncompressed one by seeking over what nobody wants (law 1c), else as a stream.
 */
export async function readStoredLayer(file: StoredFile, layer: PlannedLayer, context: LayerContext): Promise<LayerOutcome> {
  const { memory, verify, signal } = context;
  if (!verify) {
    const kept = await recall(file, layer, memory);
    if (kept !== undefined) return { ...kept, causes: [] };
    if (compressionOf(file.source.read(0, 4)) === 'plain') {
      const { facts, digest } = context.walker.source(file.source, how(layer.digest, signal));
      context.onBytes(file.source.size);
      return keep(file, facts, `walk:${digest}`, memory);
    }
  }
  const walked = await walkBody(file.stream(), layer.digest, context, () => decompress(file.stream()));
  return settle(walked, layer, context, file);
}

function how(digest: string | undefined, signal: AbortSignal | undefined): WalkHow {
  return { ...(digest === undefined ? {} : { digest }), ...(signal === undefined ? {} : { signal }) };
}

async function recall(
  file: StoredFile,
  layer: PlannedLayer,
  memory: LayerMemory,
): Promise<{ facts: LayerFacts; content: ContentKey } | undefined> {
  const named: ContentKey | undefined = layer.digest === undefined ? undefined : `blob:${layer.digest}`;
  for (const content of [named, await memory.seen(file.identity)]) {
    const facts = content === undefined ? undefined : await memory.facts(content);
    if (content !== undefined && facts !== undefined) return { facts, content };
  }
  return undefined;
}

async function keep(file: StoredFile | undefined, facts: LayerFacts, content: ContentKey, memory: LayerMemory): Promise<LayerOutcome> {
  if (!facts.complete) return { facts, content: undefined, causes: [] };
  await memory.keepFacts(content, facts);
  if (file !== undefined) await memory.keepSeen(file.identity, content);
  return { facts, content, causes: [] };
}

/**
 * Walks a layer that flows by, plain or compressed, and hashes it to its last byte, also behind the end of the archive in it.
 * `named` is the digest that the layer goes by, if any; the one that is computed is of the same algorithm.
 */
export async function walkBody(
  body: AsyncIterable<Uint8Array>,
  named: string | undefined,
  context: LayerContext,
  reopen?: () => AsyncIterable<Uint8Array>,
): Promise<WalkedBody> {
  const { signal } = context;
  const algorithm = named?.startsWith('sha512:') === true ? 'sha512' : 'sha256';
  const stored = createHash(algorithm);
  const source = body[Symbol.asyncIterator]();
  let head: Uint8Array | undefined;
  let failure: unknown;

  // Ends with the walker's interest, not with the body: what is left is read for the digest.
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await source.next();
      } catch (error) {
        failure = error; // of what the layer lies in, not of the layer
        throw error;
      }
      if (next.done === true) return;
      head ??= next.value;
      stored.update(next.value);
      context.onBytes(next.value.length);
      yield next.value;
    }
  }

  const bytes = hashed();
  const unpacked: Hash | undefined = context.verify ? createHash('sha256') : undefined;
  let facts: LayerFacts | undefined;
  let fault: string | undefined;
  try {
    const plain = decompress(bytes);
    const seen = unpacked === undefined ? plain : through(plain, unpacked);
    facts = await context.walker.stream(seen, { ...how(named, signal), ...(reopen === undefined ? {} : { reopen }) });
    if (unpacked !== undefined) await exhaust(plain, unpacked);
  } catch (error) {
    if (failure !== undefined || !isPlimsollError(error) || error.code === 'interrupted') throw error;
    fault = error.message;
  }
  if (failure !== undefined) throw failure;
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    head ??= next.value;
    stored.update(next.value);
    context.onBytes(next.value.length);
    signal?.throwIfAborted();
  }
  const digest = `${algorithm}:${stored.digest('hex')}`;
  const isPlain = compressionOf(head ?? new Uint8Array()) === 'plain';
  return {
    facts,
    digest,
    plainDigest: isPlain && algorithm === 'sha256' ? digest : unpacked === undefined ? undefined : `sha256:${unpacked.digest('hex')}`,
    fault,
  };
}

/** What a walked body is worth as the layer that the manifest names. */
export async function settle(walked: WalkedBody, layer: PlannedLayer, context: LayerContext, file?: StoredFile): Promise<LayerOutcome> {
  const { facts, digest, plainDigest, fault } = walked;
  const causes: UnknownCause[] = [];
  if (fault !== undefined) causes.push(layerCause('layer-unreadable', fault, layer));
  else if (layer.digest !== undefined && digest !== layer.digest)
    causes.push(layerCause('layer-unreadable', 'the layer is not what its digest says', layer));
  else if (context.verify && plainDigest !== layer.diffId)
    causes.push(layerCause('layer-unreadable', 'the layer is not what its diffID in the configuration says', layer));
  if (facts === undefined || causes.length > 0) return { facts, content: undefined, causes };
  return keep(file, facts, `blob:${digest}`, context.memory);
}

/** Hands on and hashes. Ending it early leaves `source` open, so that what the walker did not want can still be read. */
async function* through(source: AsyncGenerator<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    hash.update(next.value);
    yield next.value;
  }
}

/** Reads and hashes what is left. */
async function exhaust(source: AsyncGenerator<Uint8Array>, hash: Hash): Promise<void> {
  for (let next = await source.next(); next.done !== true; next = await source.next()) hash.update(next.value);
}
