import type { Analyzer, Fact, Learned, SeenFile, StandingFile } from '../src/model/analyzer.ts';
import type { PackageFact } from '../src/model/package.ts';

/** A file as a reader hands it to an analyzer, from text or bytes. */
export function seenFile(path: string, content: string | Uint8Array): SeenFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { path, size: bytes.length, mode: 0o644, bytes, range: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** What an analyzer makes of a text or bytes at a path. */
export function learn(analyzer: Analyzer, path: string, content: string | Uint8Array): Learned {
  return analyzer.analyze(seenFile(path, content));
}

/** `name@version` of every package, in the order of the file, marked when only development needs it. */
export function names(learned: { readonly facts: readonly Fact[] }): string[] {
  return packagesOf(learned).map(({ name, version, dev }) => `${name}@${version}${dev === true ? ' dev' : ''}`);
}

/** The packages of some facts. */
export function packagesOf(learned: { readonly facts: readonly Fact[] }): PackageFact[] {
  return learned.facts.flatMap((fact) => (fact.kind === 'package' ? [fact.package] : []));
}

/** How a reader would read a path for an analyzer: the strongest mode of its wants. */
export function readMode(analyzer: Analyzer, path: string): string {
  for (const want of analyzer.wants) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const folder = path.slice(0, path.length - name.length);
    if (want.path === path || want.name === name || (want.suffix !== undefined && path.endsWith(want.suffix)) || want.under === folder)
      return want.refine?.(path) ?? want.read;
  }
  return 'skip';
}

/** A file of one layer as it stands in the tree, read by the analyzer; `earlier` are older texts with their layers. */
export function standing(
  analyzer: Analyzer,
  path: string,
  text: string,
  layer?: number,
  earlier: readonly (readonly [layer: number, text: string])[] = [],
): StandingFile {
  return {
    path,
    analyzer: analyzer.id,
    ...learn(analyzer, path, text),
    ...(layer === undefined ? {} : { layer }),
    earlier: earlier.map(([at, old]) => ({ layer: at, facts: learn(analyzer, path, old).facts })),
  };
}
