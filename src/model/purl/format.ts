import { encodeComponent, encodePath } from './encoding.ts';
import { isPurlType, isQualifierKey, parseLenientPurl, subpathOf } from './parse.ts';
import { type Purl, PurlError, type PurlParts } from './purl.ts';
import { applyTypeRules, nameIsPath } from './types.ts';

/**
 * Writes the canonical form: type rules applied, qualifiers sorted by key, empty parts left out.
 * Source: Package-URL specification, "How to build PURL string from its components". Throws `PurlError` where parts are missing or wrong.
 */
export function formatPurl(parts: PurlParts): string {
  return write(applyTypeRules(fromParts(parts)));
}

/** The canonical form of a package URL that somebody else wrote. Throws `PurlError`. */
export function canonicalPurl(text: string): string {
  return write(parseLenientPurl(text));
}

/** What is wrong with the text, in sentences; empty for a canonical package URL. Never throws. */
export function validatePurl(text: string): string[] {
  try {
    const canonical = canonicalPurl(text);
    return canonical === text ? [] : [`the canonical form is ${canonical}`];
  } catch (error) {
    if (error instanceof PurlError) return [error.reason];
    throw error;
  }
}

function fromParts(parts: PurlParts): Purl {
  const type = (parts.type ?? '').toLowerCase();
  if (!isPurlType(type)) throw new PurlError('the type is a letter, then letters, digits, "." and "-"');
  const name = (parts.name ?? '').replace(/^\/+|(?<!\/)\/+$/g, '');
  if (name === '') throw new PurlError('the name is empty');
  const purl: Purl = { type, name, qualifiers: qualifiersOf(parts) };
  const namespace = (parts.namespace ?? '').split('/').filter((segment) => segment !== '');
  if (namespace.length > 0) purl.namespace = namespace.join('/');
  if (parts.version) purl.version = parts.version;
  const subpath = subpathOf((parts.subpath ?? '').split('/'));
  if (subpath !== '') purl.subpath = subpath;
  return purl;
}

function qualifiersOf(parts: PurlParts): Record<string, string> {
  const found = new Map<string, string>();
  for (const [written, value] of Object.entries(parts.qualifiers ?? {})) {
    const key = written.toLowerCase();
    if (!isQualifierKey(key)) throw new PurlError('a qualifier key is a letter, then letters, digits, ".", "-" and "_"');
    if (found.has(key)) throw new PurlError(`the qualifier ${key} stands there twice`);
    if (value !== null && value !== '') found.set(key, value);
  }
  return Object.fromEntries(found);
}

function write(purl: Purl): string {
  const namespace = purl.namespace === undefined ? '' : `${encodePath(purl.namespace)}/`;
  const name = nameIsPath(purl.type) ? encodePath(purl.name) : encodeComponent(purl.name);
  const version = purl.version === undefined ? '' : `@${encodeComponent(purl.version)}`;
  const pairs = Object.entries(purl.qualifiers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encodeComponent(value)}`);
  const qualifiers = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  const subpath = purl.subpath === undefined ? '' : `#${encodePath(purl.subpath)}`;
  return `pkg:${purl.type}/${namespace}${name}${version}${qualifiers}${subpath}`;
}
