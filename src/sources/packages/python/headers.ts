const MAX_VALUE = 4096;

/**
 * The header fields of a core metadata file, in order: RFC 822 fields up to the first blank line, folded lines joined with a newline.
 * A line that is neither a field nor folded is passed over, as real metadata holds stray lines of badly folded texts.
 * Only `wanted` names (lower case) are kept; a value ends after 4,096 characters. Source: PyPA, "Core metadata specifications".
 */
export function readHeaders(bytes: Uint8Array, wanted: ReadonlySet<string>): [name: string, value: string][] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: [string, string][] = [];
  let open = false;
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < buffer.length) {
    const newline = buffer.indexOf(10, start);
    const end = newline < 0 ? buffer.length : newline;
    const line = buffer.toString('utf8', start, Math.min(end, start + MAX_VALUE)).replace(/\r$/, '');
    start = end + 1;
    if (line === '') break;
    const last = found[found.length - 1];
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (open && last !== undefined && last[1].length < MAX_VALUE) last[1] += last[1] === '' ? line.trim() : `\n${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? '' : line.slice(0, colon).trim().toLowerCase();
    open = wanted.has(name) && found.length < MAX_VALUE;
    if (open) found.push([name, line.slice(colon + 1).trim()]);
  }
  return found;
}
