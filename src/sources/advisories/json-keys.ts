/**
 * Members of the outermost object of a JSON text, in order, with the first character of their values, without parsing the rest.
 * `accepts` of every feed is asked for every file: parsing a document only to see whose it is would double the cost of an import.
 * `visit` answers `true` to stop. Text that is not JSON ends the walk: the caller sees fewer keys, never an exception.
 */
export function walkJsonKeys(text: string, visit: (key: string, first: string) => boolean): void {
  let at = skipSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (text[at] !== '{') return;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const end = endOfString(text, at);
    if (end === -1) return;
    const key = text.slice(at + 1, end);
    at = skipSpace(text, end + 1);
    if (text[at] !== ':') return;
    at = skipSpace(text, at + 1);
    if (visit(key, text[at] ?? '')) return;
    at = endOfValue(text, at);
    if (at === -1) return;
    at = skipSpace(text, at);
    if (text[at] !== ',') return;
    at = skipSpace(text, at + 1);
  }
}

/** Whether the outermost object has every one of these keys, each followed by a value that begins with the given character (`''` = any). */
export function hasJsonKeys(text: string, wanted: Readonly<Record<string, string>>): boolean {
  const missing = new Set(Object.keys(wanted));
  walkJsonKeys(text, (key, first) => {
    const want = Object.hasOwn(wanted, key) ? wanted[key] : undefined;
    if (want !== undefined && (want === '' || want === first)) missing.delete(key);
    return missing.size === 0;
  });
  return missing.size === 0;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}

/** Index of the closing quote of the string that opens at `at`, -1 when it never closes. */
function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return -1;
}

/** Index behind the value that begins at `at`, -1 when the text ends inside it. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        i = endOfString(text, i);
        if (i === -1) return -1;
        if (depth === 0) return i + 1;
        break;
      }
      case 0x7b:
      case 0x5b:
        depth++;
        break;
      case 0x7d:
      case 0x5d:
        if (depth === 0) return i;
        depth--;
        if (depth === 0) return i + 1;
        break;
      case 0x2c:
        if (depth === 0) return i;
        break;
    }
  }
  return -1;
}
