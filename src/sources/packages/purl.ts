import type { Distro } from '../../model/distro.ts';
import type { PackageFact } from '../../model/package.ts';
import { formatPurl, PurlError } from '../../model/purl/index.ts';

/**
 * The canonical package URL of a package as it stands in a target; undefined when its name cannot be one (only slashes).
 * OS packages: namespace = the distribution's id; qualifiers `arch`, `distro` (`debian-12`, `alpine-3.18.4`, `debian-sid`) and, where the source differs,
 * `upstream` = its name, with `@version` when that differs too: what an SBOM needs to be matched like the target itself.
 * `distro` must be given only when the package's own distribution is meant. npm: the scope is the namespace.
 */
export function purlOf(fact: PackageFact, distro: Distro | undefined): string | undefined {
  const isOs = fact.type === 'deb' || fact.type === 'apk' || fact.type === 'rpm';
  const slash = fact.type === 'npm' ? fact.name.indexOf('/') : -1;
  const namespace = isOs ? distro?.id : slash > 0 ? fact.name.slice(0, slash) : undefined;
  try {
    return formatPurl({
      type: fact.type,
      name: slash > 0 ? fact.name.slice(slash + 1) : fact.name,
      version: fact.version,
      ...(namespace === undefined ? {} : { namespace }),
      ...(isOs ? { qualifiers: osQualifiers(fact, distro) } : {}),
    });
  } catch (error) {
    if (error instanceof PurlError) return undefined;
    throw error;
  }
}

function osQualifiers({ arch, source, version }: PackageFact, distro: Distro | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  if (arch !== undefined) found.arch = arch;
  if (distro !== undefined) {
    const release = distroVersion(distro);
    found.distro = release === undefined ? distro.id : `${distro.id}-${release}`;
  }
  if (source !== undefined) found.upstream = source.version === version ? source.name : `${source.name}@${source.version}`;
  return found;
}

/** A branch without a number (`edge`, `sid`, `testing`) is the release, whatever number the next release will have. */
function distroVersion({ version, release }: Distro): string | undefined {
  return release !== undefined && /^[a-z]+$/.test(release) ? release : (version ?? release);
}
