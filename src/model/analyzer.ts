import type { Code } from './codes.ts';
import type { Distro } from './distro.ts';
import type { PackageFact } from './package.ts';

/**
 * How much of a file an analyzer wants. `head`: the first `headBytes` (0 = only to be told that it is there).
 * `full`: the whole file in memory, within `maxBytes`. `spill`: the whole file, in memory when small, else in a temporary file.
 */
export type ReadMode = 'skip' | 'head' | 'full' | 'spill';

/**
 * One pattern of paths. Exactly one of `path`, `name`, `suffix`, `under`, `executable` selects; `refine` may then narrow it by the whole path.
 * All wants of all analyzers are compiled into one table and a path is looked up once.
 */
export interface Want {
  /** The whole path, without a leading slash. */
  readonly path?: string;
  /** The last component. */
  readonly name?: string;
  /** The end of the path: `.dist-info/METADATA`, `.jar`. */
  readonly suffix?: string;
  /** Files directly in this folder, which ends with a slash: `var/lib/dpkg/status.d/`. */
  readonly under?: string;
  /** Regular files with an execute bit. */
  readonly executable?: true;
  /** With any selector: the file must begin with these bytes, else it is not analysed. */
  readonly magic?: readonly number[];
  readonly read: Exclude<ReadMode, 'skip'>;
  readonly headBytes?: number;
  /** Budget for `full` and `spill`; a larger file is an unknown. Default 64 MiB for `full`, 1 GiB for `spill`. */
  readonly maxBytes?: number;
  /** Narrows by the whole path; may lower the read mode, never raise it. */
  refine?(path: string): ReadMode;
}

/** One analyzer's wish for one file, with its defaults filled in: what a compiled table of wants answers. */
export interface WantedRead {
  readonly analyzer: Analyzer;
  readonly mode: Exclude<ReadMode, 'skip'>;
  /** Bytes from the start, for `head`. */
  readonly headBytes: number;
  /** Budget in bytes, for `full` and `spill`. */
  readonly maxBytes: number;
  /** The file must begin with these bytes. */
  readonly magic: readonly number[];
  /** The want names this very path: not to get it is a blocking unknown. */
  readonly exact: boolean;
}

/** A file as an analyzer gets it. */
export interface SeenFile {
  /** Path inside the target, `/`-separated, without a leading slash. */
  readonly path: string;
  readonly size: number;
  /** POSIX mode bits (permission part). */
  readonly mode: number;
  /** The bytes asked for: empty for `headBytes: 0`, and for a spilled file. */
  readonly bytes: Uint8Array;
  /** Reads a part of the file, spilled or not. */
  range(offset: number, length: number): Uint8Array;
}

/** What could not be used of a file: counted and named, never silent. */
export interface Skip {
  readonly code: Code;
  readonly area: string;
  readonly reason: string;
  readonly hint: string;
  readonly example: string;
  readonly blocking: boolean;
}

/** A fact from a file. Pure JSON: facts are cached a layer. */
export type Fact =
  | { readonly kind: 'package'; readonly package: PackageFact; readonly from: 'installed' | 'locked' }
  | { readonly kind: 'distro'; readonly distro: Distro }
  /** Files of OS package `key` that could be the evidence of a language package. */
  | { readonly kind: 'owned-files'; readonly key: string; readonly paths: readonly string[] }
  /** Something that was seen and deliberately not taken for a package: `vendored`, `lock-file`. */
  | { readonly kind: 'counted'; readonly what: string }
  /** A package database was seen here, read or not. */
  | { readonly kind: 'database'; readonly type: string; readonly read: boolean };

/** What one analyzer made of one file. */
export interface Learned {
  readonly facts: readonly Fact[];
  readonly skipped: readonly Skip[];
}

/** Says what it wants, then turns bytes into facts. Never throws for what a file holds: it skips and says so. */
export interface Analyzer {
  readonly id: string;
  /** Part of the cache key: raise it when the output for the same bytes changes. */
  readonly version: number;
  readonly wants: readonly Want[];
  analyze(file: SeenFile): Learned;
}

/** The facts of one file of one layer. */
export interface FileFacts extends Learned {
  readonly path: string;
  readonly analyzer: string;
}

/** A file with facts as it stands in the final tree, with the versions that earlier layers had at the same path. */
export interface StandingFile extends FileFacts {
  /** Index into the image's layers; absent for a root file system. */
  readonly layer?: number;
  /** Older versions of this file in lower layers, oldest first, as long as the path was never deleted between. */
  readonly earlier: readonly { readonly layer: number; readonly facts: readonly Fact[] }[];
}
