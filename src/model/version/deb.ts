import { compareDigits, compareNumber, isDigit, isLetter, type Order, type VersionOrder } from './order.ts';

/**
 * Debian and its relatives. `[epoch:]upstream[-revision]`: the epoch ends at the first `:`, the revision starts after the last `-`,
 * an absent revision equals `0`. Source: deb-version(7); Debian Policy 5.6.12. Where a field breaks the grammar we still order it,
 * as dpkg's own comparison does once a string is past its parser.
 */
export const deb: VersionOrder = { scheme: 'deb', compare, valid };

interface Parts {
  epoch: string;
  upstream: string;
  revision: string;
}

function compare(a: string, b: string): Order {
  const left = split(bytes(a.trim()));
  const right = split(bytes(b.trim()));
  return (
    compareDigits(left.epoch, right.epoch) || compareField(left.upstream, right.upstream) || compareField(left.revision, right.revision)
  );
}

function valid(version: string): boolean {
  const text = version.trim();
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const upstream = dash < 0 ? rest : rest.slice(0, dash);
  if (colon >= 0 && !isEpoch(text.slice(0, colon))) return false;
  if (dash >= 0 && !/^[A-Za-z0-9.+~]+$/.test(rest.slice(dash + 1))) return false;
  return /^[0-9][A-Za-z0-9.+~:-]*$/.test(upstream);
}

/** dpkg keeps the epoch in a C int and refuses what does not fit. */
function isEpoch(text: string): boolean {
  return /^[0-9]+$/.test(text) && compareDigits(text, '2147483647') <= 0;
}

function split(version: string): Parts {
  const colon = version.indexOf(':');
  const hasEpoch = colon > 0 && /^[0-9]+$/.test(version.slice(0, colon));
  const rest = hasEpoch ? version.slice(colon + 1) : version;
  const dash = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? version.slice(0, colon) : '',
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** One field: non-digits by `weight`, then digits by value, alternately, until both ends (deb-version(7), "Sorting algorithm"). */
function compareField(a: string, b: string): Order {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const order = compareNumber(weight(a.charCodeAt(i)), weight(b.charCodeAt(j)));
      if (order !== 0) return order;
      i++;
      j++;
    }
    const left = digitsEnd(a, i);
    const right = digitsEnd(b, j);
    const order = compareDigits(a.slice(i, left), b.slice(j, right));
    if (order !== 0) return order;
    i = left;
    j = right;
  }
  return 0;
}

/** `~` before the end, the end (and any digit) before letters, letters before everything else. A byte over 127 is a negative C char. */
function weight(code: number): number {
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (code === 126) return -1;
  if (isLetter(code) || code > 127) return code;
  return code + 256;
}

function digitsEnd(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** The string as one character a UTF-8 byte, since dpkg compares bytes; plain ASCII is itself. */
function bytes(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text;
  const encoded = new TextEncoder().encode(text);
  const chunks: string[] = [];
  for (let i = 0; i < encoded.length; i += 4096) chunks.push(String.fromCharCode(...encoded.subarray(i, i + 4096)));
  return chunks.join('');
}
