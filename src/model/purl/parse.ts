import { decodeComponent } from './encoding.ts';
import { type Purl, PurlError } from './purl.ts';
import { applyTypeRules, namespaceLength } from './types.ts';

/** How much a reader forgives: `fold` accepts every qualifier key in capitals, where `strict` takes only the general ones. */
type Keys = 'strict' | 'fold';

/** Qualifiers that any type may have. Source: Package-URL specification, "Known qualifiers key/value pairs". */
const generalKeys: ReadonlySet<string> = new Set([
  'repository_url',
  'download_url',
  'vcs_url',
  'file_name',
  'checksum',
  'checksums',
  'vers',
]);

/**
 * Reads a package URL and applies the rules of its type. Source: Package-URL specification, "How to parse a PURL string", and its test
 * suite where both are open. Throws `PurlError`.
 */
export function parsePurl(text: string): Purl {
  return parse(text, 'strict');
}

/** The same for text that others wrote: qualifier keys in capitals are folded instead of refused. */
export function parseLenientPurl(text: string): Purl {
  return parse(text, 'fold');
}

/** Whether the text can be a type: a letter, then letters, digits, `.` and `-`. */
export function isPurlType(type: string): boolean {
  return /^[A-Za-z][A-Za-z0-9.-]*$/.test(type);
}

/** Whether the text can be a qualifier key in its canonical form. */
export function isQualifierKey(key: string): boolean {
  return /^[a-z][a-z0-9._-]*$/.test(key);
}

/** The segments of a subpath that say something: not empty, `.` or `..`. */
export function subpathOf(segments: readonly string[]): string {
  return segments.filter((segment) => segment !== '' && segment !== '.' && segment !== '..').join('/');
}

function parse(text: string, keys: Keys): Purl {
  const [beforeSubpath, subpath] = splitRight(text, '#');
  const [beforeQualifiers, qualifiers] = splitRight(beforeSubpath, '?');
  const colon = beforeQualifiers.indexOf(':');
  if (colon < 0 || beforeQualifiers.slice(0, colon).toLowerCase() !== 'pkg') throw new PurlError('it does not start with "pkg:"');
  const path = beforeQualifiers.slice(colon + 1).replace(/^\/+/, '');
  const slash = path.indexOf('/');
  if (slash < 0) throw new PurlError('there is no name after the type');
  const type = path.slice(0, slash).toLowerCase();
  if (!isPurlType(type)) throw new PurlError('the type is a letter, then letters, digits, "." and "-"');

  const [location, version] = splitVersion(path.slice(slash + 1));
  const segments = location.split('/');
  const count = segments.at(-1) === '' ? 0 : segments.length;
  const split = namespaceLength(type, count);
  const name = segments.slice(Math.max(split, 0)).map(decodeComponent).join('/');
  if (count === 0 || name === '') throw new PurlError('the name is empty');
  const namespace = segments.slice(0, split).filter((segment) => segment !== '');

  const purl: Purl = { type, name, qualifiers: parseQualifiers(qualifiers, keys) };
  if (namespace.length > 0) purl.namespace = namespace.map(decodeComponent).join('/');
  if (version !== '') purl.version = decodeComponent(version);
  const decoded = subpathOf(subpath.split('/').map(decodeComponent));
  if (decoded !== '') purl.subpath = decoded;
  return applyTypeRules(purl);
}

/** At the last separator; without one the right side is empty. */
function splitRight(text: string, separator: string): [string, string] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** At the last `@`, unless that one starts a segment that is not the last: then it is an npm scope that was not encoded. */
function splitVersion(text: string): [string, string] {
  const at = text.lastIndexOf('@');
  const isScope = (at === 0 || text[at - 1] === '/') && text.includes('/', at);
  return at < 0 || isScope ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function parseQualifiers(text: string, keys: Keys): Record<string, string> {
  const found = new Map<string, string>();
  for (const pair of text === '' ? [] : text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const written = equals < 0 ? pair : pair.slice(0, equals);
    const key = written.toLowerCase();
    if (!isQualifierKey(key)) throw new PurlError('a qualifier key is a letter, then letters, digits, ".", "-" and "_"');
    if (keys === 'strict' && key !== written && !generalKeys.has(key)) throw new PurlError('a qualifier key is in lower case');
    if (found.has(key)) throw new PurlError(`the qualifier ${key} stands there twice`);
    found.set(key, equals < 0 ? '' : decodeComponent(pair.slice(equals + 1)));
  }
  return Object.fromEntries([...found].filter(([, value]) => value !== ''));
}
