import { isRecord } from './licenses.ts';

/** A file's JSON object, or why there is none. */
export type JsonObject = { readonly value: Record<string, unknown> } | { readonly fault: string };

/** Parses UTF-8 JSON with or without a byte order mark, as npm does. A file that holds another thing than one object is a fault, never an exception. */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', hasMark ? 3 : 0);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's own words quote the file; only their kind is kept.
    return { fault: error instanceof SyntaxError ? 'not JSON' : 'JSON that cannot be read' };
  }
  return isRecord(value) ? { value } : { fault: 'JSON, but not an object' };
}
