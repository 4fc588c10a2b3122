import type { StandingFile } from '../../model/analyzer.ts';

/** An OS package as the owner of files: its purl, and the layer that brought its version in. */
export interface Owner {
  readonly purl: string;
  readonly layer?: number;
}

/** Answers which OS package's file list holds a path. */
export type FindOwner = (path: string) => Owner | undefined;

/**
 * An index of the evidence paths in all file lists. `ownerOf` gives the package of a list by its key (`libc6:amd64`, or the plain name).
 * Both sides are compared in one spelling: on merged systems `/lib`, `/bin` and `/sbin` are links to `/usr/…`, and lists write either;
 * `resolve`, where the reader has one, follows the target's other links.
 */
export function indexOwners(
  files: readonly StandingFile[],
  ownerOf: (key: string) => Owner | undefined,
  resolve: (path: string) => string = (path) => path,
): FindOwner {
  const owners = new Map<string, Owner>();
  for (const file of files)
    for (const fact of file.facts) {
      const owner = fact.kind === 'owned-files' ? ownerOf(fact.key) : undefined;
      if (fact.kind !== 'owned-files' || owner === undefined) continue;
      for (const path of fact.paths)
        for (const spelling of [mergedUsr(path), mergedUsr(resolve(path))]) {
          const known = owners.get(spelling);
          if (known === undefined || owner.purl < known.purl) owners.set(spelling, owner);
        }
    }
  return (path) => owners.get(mergedUsr(path));
}

function mergedUsr(path: string): string {
  return /^(?:bin|sbin|lib|lib32|lib64|libx32)\//.test(path) ? `usr/${path}` : path;
}
