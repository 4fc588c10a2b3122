/** A package as advisories name it. */
export interface NamedPackage {
  readonly ecosystem: string;
  readonly name: string;
}

/** OSV's word of the ecosystem of a purl type, and what stands between namespace and name. Operating systems need more than a purl. */
const purlTypes: Readonly<Record<string, readonly [ecosystem: string, separator: string]>> = {
  npm: ['npm', '/'],
  pypi: ['PyPI', '/'],
  golang: ['Go', '/'],
  cargo: ['crates.io', '/'],
  maven: ['Maven', ':'],
  nuget: ['NuGet', '/'],
  gem: ['RubyGems', '/'],
  composer: ['Packagist', '/'],
  hex: ['Hex', '/'],
  pub: ['Pub', '/'],
  bitnami: ['Bitnami', '/'],
};

/**
 * A name as its ecosystem compares it: PyPI by PEP 503 (`Foo._Bar` = `foo-bar`), Packagist in lower case, others exactly as they are.
 */
export function normalizeName(ecosystem: string, name: string): string {
  const base = ecosystem.split(':', 1)[0];
  if (base === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return base === 'Packagist' ? name.toLowerCase() : name;
}

/** Ecosystem and name of a purl of a language ecosystem; `undefined` for other types and for text that is no purl. */
export function packageOfPurl(purl: string): NamedPackage | undefined {
  const match = /^pkg:([a-z.+-]+)\/([^@?#]+)/i.exec(purl.length > 2000 ? '' : purl);
  const type = match?.[1]?.toLowerCase() ?? '';
  const known = Object.hasOwn(purlTypes, type) ? purlTypes[type] : undefined;
  if (known === undefined || match?.[2] === undefined) return undefined;
  const parts = match[2].split('/').filter((part) => part !== '');
  const decoded = parts.map(decode);
  const name = decoded.pop();
  if (name === undefined) return undefined;
  const [ecosystem, separator] = known;
  return { ecosystem, name: decoded.length === 0 ? name : `${decoded.join('/')}${separator}${name}` };
}

/** Percent-decoding that leaves alone what is not encoded well: a bad escape is then part of a name that nothing is called. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
