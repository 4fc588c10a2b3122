import { PurlError } from './purl.ts';

/**
 * Percent-encodes one component as the canonical form wants it: letters, digits, `-._~` and `:` stay, every other UTF-8 byte becomes
 * `%XX`. Source: Package-URL specification, "Character encoding". Half a surrogate pair becomes U+FFFD.
 */
export function encodeComponent(text: string): string {
  return encodeURIComponent(text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD'))
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}

/** Encodes each segment of a path and keeps the slashes between them. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeComponent).join('/');
}

/** Undoes percent-encoding; a `%` that starts no `%XX`, or bytes that are not UTF-8, is an error. */
export function decodeComponent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PurlError('broken percent-encoding');
  }
}
