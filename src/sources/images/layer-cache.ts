import { createHash } from 'node:crypto';
import type { Analyzer } from '../../model/analyzer.ts';
import type { LayerCache } from '../../model/ports.ts';
import type { LayerFacts } from './layer-facts.ts';
import type { ImagePlan } from './manifest-choice.ts';

/** Raise it when the walker's output for the same bytes changes, or the shape of an entry. */
const FORMAT = 3;

/**
 * What a layer's facts are kept under: `blob:` digest over every byte of the layer's file as it was stored, `walk:` over the headers and the
 * bytes that were really read where bodies were seeked over. Always computed by us (law 1a, 1c).
 */
export type ContentKey = `${'blob' | 'walk'}:${string}`;

/** An archive that was read before: which image was chosen in it and where its layers' facts are. */
export interface Outline {
  readonly plan: ImagePlan;
  readonly contents: readonly ContentKey[];
}

/** What is remembered of layers. Never throws: what cannot be read back is missed. */
export interface LayerMemory {
  facts(content: ContentKey): Promise<LayerFacts | undefined>;
  keepFacts(content: ContentKey, facts: LayerFacts): Promise<void>;
  /** The content that was computed for a file, or a part of one, of this identity (law 1d). */
  seen(identity: string): Promise<ContentKey | undefined>;
  keepSeen(identity: string, content: ContentKey): Promise<void>;
  /** `source` is the identity of a file (law 1d), or a daemon's id and the image's id there (law 1e), with all that chose the image. */
  outline(source: string): Promise<Outline | undefined>;
  keepOutline(source: string, outline: Outline): Promise<void>;
}

/**
 * Keys over a {@link LayerCache}. Every key holds the format and, for each analyzer, its id, version, wants and the hash of its options
 * (law 1f): another set of analyzers reads other bytes and learns other things. `seen` and `outline` name contents that depend on it too.
 */
export function openLayerMemory(
  cache: LayerCache,
  analyzers: readonly Analyzer[],
  options: Readonly<Record<string, unknown>> = {},
): LayerMemory {
  const set = hash([
    FORMAT,
    options,
    analyzers
      .map(({ id, version, wants }) => JSON.stringify([id, version, wants]))
      .sort()
      .join('\n'),
  ]);

  async function read<T>(key: string, accept: (value: unknown) => value is T): Promise<T | undefined> {
    const text = await cache.get(key);
    if (text === undefined) return undefined;
    const value = parse(text);
    return accept(value) ? value : undefined;
  }

  return {
    facts: (content) => read(hash(['facts', set, content]), isFacts),
    async keepFacts(content, facts) {
      // What is cut or damaged may be read better tomorrow, and must not stand for the whole.
      if (facts.complete) await cache.put(hash(['facts', set, content]), JSON.stringify(facts));
    },
    seen: (identity) => read(hash(['seen', set, identity]), isContent),
    keepSeen: (identity, content) => cache.put(hash(['seen', set, identity]), JSON.stringify(content)),
    outline: (source) => read(hash(['outline', set, source]), isOutline),
    keepOutline: (source, outline) => cache.put(hash(['outline', set, source]), JSON.stringify(outline)),
  };
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return { unreadable: String(error) };
  }
}

function has<K extends string>(value: unknown, ...keys: K[]): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}

/** Entries are ours and carry a checksum: the shape is checked only as far as a wrong one would crash the merge. */
function isFacts(value: unknown): value is LayerFacts {
  return (
    has(value, 'entries', 'files', 'whiteouts', 'opaques', 'links', 'lowerHardLinks', 'occupied', 'folders', 'problems', 'complete') &&
    [value.files, value.whiteouts, value.opaques, value.links, value.lowerHardLinks, value.problems].every(Array.isArray) &&
    value.complete === true
  );
}

function isContent(value: unknown): value is ContentKey {
  return typeof value === 'string' && /^(blob|walk):/.test(value);
}

function isOutline(value: unknown): value is Outline {
  return (
    has(value, 'plan', 'contents') &&
    has(value.plan, 'id', 'config', 'layers') &&
    Array.isArray(value.plan.layers) &&
    Array.isArray(value.contents) &&
    value.contents.every(isContent) &&
    value.contents.length === value.plan.layers.length
  );
}
