/** Paths that one file list may give: far above the largest real package (some 20,000 manifests). */
const MAX_PATHS = 500_000;

/**
 * The paths of a file list that `keep` takes, without leading slashes or `./`, in the order of the list, each once.
 * Only lines that hold `json` or `info` in some case can pass, so the list is searched before it is cut into lines.
 */
export function ownedPaths(bytes: Uint8Array, toPath: (line: string) => string, keep: (path: string) => boolean): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!mayHoldEvidence(buffer)) return [];
  const found = new Set<string>();
  let start = 0;
  while (start < buffer.length && found.size < MAX_PATHS) {
    const newline = buffer.indexOf(10, start);
    const end = newline < 0 ? buffer.length : newline;
    const path = normalisePath(toPath(buffer.toString('utf8', start, end)));
    if (keep(path)) found.add(path);
    start = end + 1;
  }
  return [...found];
}

/** A path of a file list as the target's paths are written: no leading `/` or `./`. */
export function normalisePath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '');
}

function mayHoldEvidence(buffer: Buffer): boolean {
  return buffer.includes('node_modules/') || /-info/i.test(buffer.toString('latin1'));
}
