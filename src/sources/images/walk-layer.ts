import { createHash } from 'node:crypto';
import type { ByteSource } from '../../base/byte-source.ts';
import { readTarSource, readTarStream } from '../../base/tar/drive.ts';
import type { TarLimits } from '../../base/tar/entry.ts';
import { TarParser } from '../../base/tar/parser.ts';
import { isPlimsollError } from '../../model/error.ts';
import type { LayerFacts } from './layer-facts.ts';
import { LayerWalk } from './walk-layer-state.ts';
import type { WantTable } from './want-table.ts';

/** How a layer is walked. */
export interface WalkOptions {
  readonly limits?: Partial<TarLimits>;
  readonly signal?: AbortSignal;
  /** Digest of the layer as named outside of it: it seeds the path hashes, so that nobody can make names that collide. */
  readonly digest?: string;
}

/** How a stream is walked. */
export interface StreamOptions extends WalkOptions {
  /**
   * Opens the same plain tar bytes again, for hard links to files that nobody wanted by their first name and that are no longer at hand.
   * Without it such a link is a skip of code `link-unresolved`.
   */
  readonly reopen?: () => AsyncIterable<Uint8Array>;
}

/**
 * Reads one layer from plain tar bytes. What the archive holds never makes it throw: damage, also a coded error of the stream before it
 * (`archive-damaged`, `archive-truncated`, `budget-exceeded`), gives what was read before and `complete: false`.
 * Errors: an aborted signal, an input error of the source.
 */
export async function walkLayerStream(
  source: AsyncIterable<Uint8Array>,
  table: WantTable,
  options: StreamOptions = {},
): Promise<LayerFacts> {
  const walk = new LayerWalk(table, options.digest);
  try {
    const parser = new TarParser(walk, options.limits);
    await drain(source, parser, options.signal);
    walk.endFirst(parser);
    if (walk.pending > 0 && options.reopen !== undefined && parser.fault === undefined) {
      const second = new TarParser(walk.secondSink(), options.limits);
      for await (const chunk of options.reopen()) {
        options.signal?.throwIfAborted();
        second.write(chunk);
        if (walk.pending === 0 || second.stopped) break;
      }
    }
    return walk.facts();
  } finally {
    walk.close();
  }
}

async function drain(source: AsyncIterable<Uint8Array>, parser: TarParser, signal: AbortSignal | undefined): Promise<void> {
  try {
    await readTarStream(source, parser, signal);
  } catch (error) {
    const ends =
      isPlimsollError(error, 'archive-damaged') || isPlimsollError(error, 'archive-truncated') || isPlimsollError(error, 'budget-exceeded');
    if (!ends) throw error;
    parser.stop(error.code, error.message);
  }
}

/** What {@link walkLayerSource} gives: `digest` is `sha256:` and hex. */
export interface WalkedSource {
  readonly facts: LayerFacts;
  readonly digest: string;
}

/**
 * Reads one layer from a source that can seek, without the bodies that nobody wants. The digest is over the size of the source and over
 * offset, length and bytes of every header and body that was really read: the key of a cache for a layer that was not read whole.
 */
export function walkLayerSource(source: ByteSource, table: WantTable, options: WalkOptions = {}): WalkedSource {
  const walk = new LayerWalk(table, options.digest);
  const seen = witness(source.size);
  try {
    const parser = new TarParser(walk, options.limits, seen.take);
    readTarSource(source, parser, options.signal);
    walk.endFirst(parser);
    if (walk.pending > 0 && parser.fault === undefined) {
      const second: TarParser = new TarParser(
        walk.secondSink(() => second.finish()),
        options.limits,
        seen.take,
      );
      readTarSource(source, second, options.signal);
    }
    return { facts: walk.facts(), digest: seen.digest() };
  } finally {
    walk.close();
  }
}

const STAGE = 65_536;

/** Hashes stretches of bytes with their offsets. Small ones are gathered first: a call of the hash costs more than a copy. */
function witness(size: number): { take(offset: number, bytes: Uint8Array): void; digest(): string } {
  const hash = createHash('sha256');
  const stage = Buffer.allocUnsafe(STAGE);
  let staged = 0;
  function number(value: number): void {
    stage.writeDoubleLE(value, staged);
    staged += 8;
  }
  function flush(): void {
    hash.update(stage.subarray(0, staged));
    staged = 0;
  }
  number(size);
  return {
    take(offset, bytes) {
      if (staged + 16 + bytes.length > STAGE) flush();
      number(offset);
      number(bytes.length);
      if (bytes.length > STAGE - 16) {
        flush();
        hash.update(bytes);
      } else {
        stage.set(bytes, staged);
        staged += bytes.length;
      }
    },
    digest() {
      flush();
      return `sha256:${hash.digest('hex')}`;
    },
  };
}
