import { readTarStream } from '../../base/tar/drive.ts';
import type { EntryType, TarLimits } from '../../base/tar/entry.ts';
import { TarParser } from '../../base/tar/parser.ts';
import type { Skip } from '../../model/analyzer.ts';
import { isPlimsollError } from '../../model/error.ts';
import { normalPath } from './path-set.ts';
import { archiveSkip, Problems } from './walk-layer-examine.ts';

/** One entry: normal path, type, target (of a symbolic link as stored, of a hard link normalised, else empty). */
export type ListedEntry = readonly [path: string, type: EntryType, target: string];

/** The entries of a layer in archive order, whiteouts included, the root left out. */
export interface LayerList {
  readonly entries: readonly ListedEntry[];
  readonly problems: readonly Skip[];
  /** False when the archive is damaged or ends early. */
  readonly complete: boolean;
}

/** Lists a layer of plain tar bytes by the parser that the walk uses, following nothing. Ends as the walk does; see `walkLayerStream`. */
export async function listLayer(source: AsyncIterable<Uint8Array>, limits: Partial<TarLimits> = {}): Promise<LayerList> {
  const entries: ListedEntry[] = [];
  const problems = new Problems();
  const parser = new TarParser(
    {
      entry(entry) {
        const path = normalPath(entry.path);
        if (path !== '') entries.push([path, entry.type, entry.type === 'hardlink' ? normalPath(entry.linkTarget) : entry.linkTarget]);
        if (!entry.sparse) return undefined;
        // Enough of the body to see whether the map of a sparse file holds.
        return {
          limit: 1,
          chunk() {},
          end(complete) {
            if (!complete) problems.add(archiveSkip('file-sparse', 'the map of a sparse file contradicts it', path));
          },
        };
      },
      problem: (code, reason, example) => problems.add(archiveSkip(code, reason, example)),
    },
    limits,
  );
  try {
    await readTarStream(source, parser);
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    parser.stop(error.code, error.message);
  }
  if (parser.fault !== undefined) problems.add(archiveSkip(parser.fault.code, parser.fault.reason, ''));
  return { entries, problems: problems.list(), complete: parser.fault === undefined };
}
