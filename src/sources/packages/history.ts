import type { Fact, StandingFile } from '../../model/analyzer.ts';
import type { PackageFact } from '../../model/package.ts';

/** Identity of a package inside one database or manifest. */
export function identityOf({ type, name, arch, version }: PackageFact): string {
  return JSON.stringify([type, name, arch ?? '', version]);
}

/**
 * The layer that brought each package of a file in: the earliest one from which on it is in every later version of the file.
 * A package that was removed and came back counts from its return. Without layers there is no answer.
 */
export function introducedBy(file: StandingFile): (pkg: PackageFact) => number | undefined {
  const older = file.earlier.map(({ layer, facts }) => ({ layer, packages: identities(facts) }));
  return (pkg) => {
    const identity = identityOf(pkg);
    let layer = file.layer;
    for (let at = older.length - 1; at >= 0; at--) {
      const version = older[at];
      if (version === undefined || !version.packages.has(identity)) break;
      layer = version.layer;
    }
    return layer;
  };
}

function identities(facts: readonly Fact[]): Set<string> {
  const found = new Set<string>();
  for (const fact of facts) if (fact.kind === 'package') found.add(identityOf(fact.package));
  return found;
}
