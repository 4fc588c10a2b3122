import type { Distro } from '../../model/distro.ts';
import type { PackageFact } from '../../model/package.ts';

/**
 * The canonical package URL of a package as it stands in a target.
 * OS packages: namespace = the distribution's id; qualifiers `arch`, `distro` (`debian-12`, `alpine-3.18.4`, `debian-sid`) and, where the source differs,
 * `upstream` = its name, with `@version` when that differs too: what an SBOM needs to be matched like the target itself.
 * `distro` must be given only when the package's own distribution is meant. npm: the scope is the namespace; capitals
 * are kept, since old names differ by them alone (`JSONStream`, `jsonstream`) and two packages must not share a row. PyPI: the name normalised by PEP 503.
 * Source: package-url specification and its type definitions for deb, apk, rpm, npm, pypi.
 */
export function purlOf(fact: PackageFact, distro: Distro | undefined): string {
  const slash = fact.type === 'npm' ? fact.name.indexOf('/') : -1;
  const isOs = fact.type === 'deb' || fact.type === 'apk' || fact.type === 'rpm';
  const namespace = isOs ? distro?.id : slash > 0 ? fact.name.slice(0, slash) : undefined;
  const qualifiers = isOs ? osQualifiers(fact, distro) : [];
  const path = [namespace, slash > 0 ? fact.name.slice(slash + 1) : nameOf(fact)]
    .filter((part) => part !== undefined)
    .map(encode)
    .join('/');
  const query = qualifiers.map(([key, value]) => `${key}=${encode(value)}`).join('&');
  return `pkg:${fact.type}/${path}@${encode(fact.version)}${query === '' ? '' : `?${query}`}`;
}

function nameOf({ type, name }: PackageFact): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return type === 'deb' || type === 'apk' ? name.toLowerCase() : name;
}

/** In the order of their keys, as canonical form asks. */
function osQualifiers(fact: PackageFact, distro: Distro | undefined): [string, string][] {
  const found: [string, string][] = [];
  if (fact.arch !== undefined) found.push(['arch', fact.arch]);
  if (distro !== undefined) {
    const release = distroVersion(distro);
    found.push(['distro', release === undefined ? distro.id : `${distro.id}-${release}`]);
  }
  if (fact.source !== undefined)
    found.push(['upstream', fact.source.version === fact.version ? fact.source.name : `${fact.source.name}@${fact.source.version}`]);
  return found;
}

/** A branch without a number (`edge`, `sid`, `testing`) is the release, whatever number the next release will have. */
function distroVersion({ version, release }: Distro): string | undefined {
  return release !== undefined && /^[a-z]+$/.test(release) ? release : (version ?? release);
}

/** Percent-encodes all but letters, digits, `.`, `-`, `_`, `~` and `:`; half a surrogate pair, which JSON can hold, becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
