const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;

/** The wanted fields of one stanza, trimmed, with the line (from 1) where the stanza begins. */
export interface Stanza {
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
  /** Lines that are neither a field nor a continuation, nor blank. */
  readonly strayLines: number;
  /** A wanted field that stands there twice with different values; the first is kept. */
  readonly contradicted: string | undefined;
}

/** How the stanzas of a format are read. */
export interface StanzaOptions {
  /** Fields whose values are wanted; all others are passed over without making a string. */
  readonly wanted: readonly string[];
  /** Field names compare without regard to case (RFC 822, dpkg); apk's single letters do not. */
  readonly ignoreCase: boolean;
}

/**
 * Walks stanzas of `Name: value` lines, separated by blank lines (only spaces and tabs count as blank), over the bytes:
 * a string is made only for a wanted field. Continuation lines are passed over, since no wanted field has them; the first of two
 * fields with one name wins, as a second may have been smuggled in. Values are UTF-8; wrong bytes become U+FFFD.
 * `visit` returning false ends the walk.
 * Source: deb-control(5), Debian Policy 5.1; apk-tools' installed database has the same shape with one-letter names.
 */
export function forEachStanza(bytes: Uint8Array, options: StanzaOptions, visit: (stanza: Stanza) => boolean): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = fieldTable(options);
  let fields = new Map<string, string>();
  let strayLines = 0;
  let contradicted: string | undefined;
  let first = 0;
  let line = 0;
  let at = 0;
  while (at < buffer.length) {
    line++;
    const start = at;
    let colon = -1;
    let byte = NEWLINE;
    while (at < buffer.length) {
      byte = buffer[at] ?? NEWLINE;
      if (byte === NEWLINE) break;
      if (byte === COLON && colon < 0) colon = at;
      at++;
    }
    const end = at;
    at++;
    if (isBlank(buffer, start, end)) {
      if (first !== 0 && !visit({ line: first, fields, strayLines, contradicted })) return;
      if (first !== 0) {
        fields = new Map();
        strayLines = 0;
        contradicted = undefined;
        first = 0;
      }
      continue;
    }
    if (first === 0) first = line;
    const head = buffer[start] ?? NEWLINE;
    if (head === SPACE || head === TAB) continue;
    if (colon < 0) {
      strayLines++;
      continue;
    }
    const name = wantedName(table, buffer, start, colon);
    if (name === undefined) continue;
    const value = buffer.toString('utf8', colon + 1, end).trim();
    if (!fields.has(name)) fields.set(name, value);
    else if (fields.get(name) !== value) contradicted ??= name;
  }
  if (first !== 0) visit({ line: first, fields, strayLines, contradicted });
}

interface FieldTable {
  readonly byFirstByte: ReadonlyMap<number, readonly string[]>;
  readonly ignoreCase: boolean;
}

function fieldTable({ wanted, ignoreCase }: StanzaOptions): FieldTable {
  const byFirstByte = new Map<number, string[]>();
  for (const name of wanted) {
    for (const letter of new Set(ignoreCase ? [name.charAt(0).toLowerCase(), name.charAt(0).toUpperCase()] : [name.charAt(0)])) {
      const code = letter.charCodeAt(0);
      byFirstByte.set(code, [...(byFirstByte.get(code) ?? []), name]);
    }
  }
  return { byFirstByte, ignoreCase };
}

function wantedName(table: FieldTable, buffer: Buffer, start: number, colon: number): string | undefined {
  const candidates = table.byFirstByte.get(buffer[start] ?? 0);
  if (candidates === undefined) return undefined;
  const length = colon - start;
  for (const name of candidates) {
    if (name.length !== length) continue;
    if (length === 1) return name;
    const written = buffer.toString('latin1', start, colon);
    if (written === name || (table.ignoreCase && written.toLowerCase() === name.toLowerCase())) return name;
  }
  return undefined;
}

function isBlank(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = buffer[at];
    if (byte !== SPACE && byte !== TAB && byte !== RETURN) return false;
  }
  return true;
}
