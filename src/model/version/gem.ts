import { compareDigits, compareNumber, compareText, isDigit, isNumeric, type Order, type VersionOrder } from './order.ts';

/**
 * RubyGems: segments of digits or of letters; a word is below a number and makes the version a pre-release; `-` reads as `.pre.`; zeros
 * before the first word and at the end do not count. Source: documentation of `Gem::Version` (guides.rubygems.org).
 */
export const gem: VersionOrder = { scheme: 'gem', compare, valid };

function compare(a: string, b: string): Order {
  const left = segments(a);
  const right = segments(b);
  const longest = Math.max(left.length, right.length);
  for (let i = 0; i < longest; i++) {
    const order = compareSegments(left[i] ?? '0', right[i] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

function valid(version: string): boolean {
  const text = version.trim();
  const dash = text.indexOf('-');
  const release = (dash < 0 ? text : text.slice(0, dash)).split('.');
  if (!isNumeric(release[0] ?? '') || !release.every((segment) => /^[0-9A-Za-z]+$/.test(segment))) return false;
  if (dash < 0) return true;
  return text
    .slice(dash + 1)
    .split('.')
    .every((segment) => /^[0-9A-Za-z-]+$/.test(segment));
}

function segments(version: string): string[] {
  const all = (version.trim().match(/[0-9]+|[A-Za-z]+|-/g) ?? []).map((segment) => (segment === '-' ? 'pre' : segment));
  const word = all.findIndex((segment) => !startsWithDigit(segment));
  if (word < 0) return withoutTrailingZeros(all);
  return [...withoutTrailingZeros(all.slice(0, word)), ...withoutTrailingZeros(all.slice(word))];
}

function startsWithDigit(segment: string): boolean {
  return isDigit(segment.charCodeAt(0));
}

function withoutTrailingZeros(list: string[]): string[] {
  let end = list.length;
  while (end > 0 && /^0+$/.test(list[end - 1] ?? '')) end--;
  return list.slice(0, end);
}

function compareSegments(a: string, b: string): Order {
  const left = startsWithDigit(a);
  const right = startsWithDigit(b);
  if (left && right) return compareDigits(a, b);
  if (left !== right) return compareNumber(left ? 1 : 0, right ? 1 : 0);
  return compareText(a, b);
}
