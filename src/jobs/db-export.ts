import { exportLines } from '../sources/advisories/index.ts';

/** Where the store is. */
export interface ExportDeps {
  readonly store: string;
}

/**
 * All packs as lines of a bundle (each ends with a line feed), deterministic, to be imported elsewhere. Written as they are made: `write` may be slow.
 * Throws `pack-damaged`.
 */
export async function exportAdvisories(
  deps: ExportDeps,
  write: (line: string) => Promise<void> | void,
  signal: AbortSignal,
): Promise<{ readonly lines: number }> {
  let lines = 0;
  for (const line of exportLines(deps.store)) {
    signal.throwIfAborted();
    await write(line);
    lines += 1;
  }
  return { lines };
}
