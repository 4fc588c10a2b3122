import type { StandingFile } from './analyzer.ts';
import type { UnknownCause, Warning } from './unknown.ts';

/** One layer of an image, lowest first. */
export interface Layer {
  readonly index: number;
  /** diffID: digest of the uncompressed layer, by the image's configuration; the same in every archive form. */
  readonly digest: string;
  /** The history line that made it; absent when the history does not tell. */
  readonly command?: string;
  /** Belongs to the base image, where history or labels tell. */
  readonly base?: boolean;
  /** Entries of the layer's archive, where it was read. */
  readonly entries?: number;
}

/** What the image says of itself. */
export interface ImageConfig {
  readonly os?: string;
  readonly architecture?: string;
  /** ISO 8601. */
  readonly created?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly user?: string;
}

/** A target, opened and read: everything the engines need, nothing of where it came from but its name. */
export interface Observed {
  readonly target: {
    readonly kind: 'image' | 'filesystem';
    /** As the user named it. */
    readonly name: string;
    /** Image id (digest of the configuration); absent for a file system. */
    readonly digest?: string;
  };
  readonly config?: ImageConfig;
  readonly layers: readonly Layer[];
  readonly files: readonly StandingFile[];
  readonly causes: readonly UnknownCause[];
  readonly warnings: readonly Warning[];
}

/** How the layers were read; part of the contract as `run.mode`. */
export type ReadingMode = 'as-needed' | 'verify-layers';
