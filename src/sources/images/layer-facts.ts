import type { FileFacts, Skip } from '../../model/analyzer.ts';

/**
 * Everything that is kept of one layer: pure JSON, cached by digest. Paths are normalised: no leading slash, no `.` or `..`, `/`-separated.
 * Bytes of a name that are not UTF-8 stand as U+FFFD.
 */
export interface LayerFacts {
  /** Entries of the archive, whiteouts included. */
  readonly entries: number;
  /** Uncompressed bytes of the layer's archive, as far as known. */
  readonly bytes: number;
  /** Facts of the files that some analyzer wanted, as they stand at the end of this layer alone. */
  readonly files: readonly FileFacts[];
  /** `.wh.NAME`: paths of lower layers that this layer hides, with everything below them. */
  readonly whiteouts: readonly string[];
  /** `.wh..wh..opq`: folders whose lower content is hidden. */
  readonly opaques: readonly string[];
  /** Symbolic links of this layer as they stand at its end: [path, target as stored]. */
  readonly links: readonly (readonly [path: string, target: string])[];
  /** Hard links to a file of a lower layer whose own path some analyzer wants: [path, target path]. */
  readonly lowerHardLinks: readonly (readonly [path: string, target: string])[];
  /** Which paths stand as something else than a folder (files, links, devices), and which as a folder: see `path-set.ts`. */
  readonly occupied: string;
  readonly folders: string;
  /** What could not be read or used: damage, budgets, odd names. */
  readonly problems: readonly Skip[];
  /** False when the archive ended early or is damaged: facts are then what was read before. */
  readonly complete: boolean;
}
