import { compareDigits, compareLists, compareNumber, compareText, isDigit, isNumeric, type Order, type VersionOrder } from './order.ts';

/** Semantic Versioning 2.0.0, section 11; a leading `v` is accepted, as most users of the scheme write it in tags. */
export const semver: VersionOrder = { scheme: 'semver', compare: compareSemver, valid: (text) => isSemver(withoutV(text)) };

/** npm: node-semver, which accepts and drops a leading `v` and white space around it. Build metadata does not count. */
export const npm: VersionOrder = { scheme: 'npm', compare: compareSemver, valid: (text) => isSemver(withoutV(text.trim())) };

/** crates.io: Semantic Versioning without a `v` (Cargo book, "The version field"); requirements ignore build metadata, so do we. */
export const cratesIo: VersionOrder = { scheme: 'crates.io', compare: compareSemver, valid: isSemver };

/** A version taken apart without judging it: any count of numbers, then pre-release and build identifiers. */
export interface LooseVersion {
  numbers: string[];
  pre: string[];
  build: string[];
  /** The string has no leading number at all: below every version. */
  text: string | undefined;
}

/**
 * Reads anything that looks like a semantic version: `v` and `=` in front, too few or too many numbers, a pre-release without its hyphen
 * (node-semver's loose mode). What is left over after that becomes part of the pre-release.
 */
export function parseLoose(version: string): LooseVersion {
  let at = 0;
  while (/[\sv=]/i.test(version.charAt(at))) at++;
  if (!isDigit(version.charCodeAt(at))) return { numbers: [], pre: [], build: [], text: version };
  const numbers: string[] = [];
  for (;;) {
    const start = at;
    while (isDigit(version.charCodeAt(at))) at++;
    numbers.push(version.slice(start, at));
    if (version[at] !== '.' || !isDigit(version.charCodeAt(at + 1))) break;
    at++;
  }
  const plus = version.indexOf('+', at);
  const pre = version.slice(at, plus < 0 ? undefined : plus).trim();
  const build = plus < 0 ? '' : version.slice(plus + 1).trim();
  return { numbers, pre: identifiers(pre.startsWith('-') ? pre.slice(1) : pre), build: identifiers(build), text: undefined };
}

/** Orders two loose versions up to and including their pre-release; missing numbers are zero; build metadata does not count. */
export function compareLoose(a: LooseVersion, b: LooseVersion): Order {
  if (a.text !== undefined || b.text !== undefined) {
    if (a.text !== undefined && b.text !== undefined) return compareText(a.text, b.text);
    return a.text !== undefined ? -1 : 1;
  }
  const longest = Math.max(a.numbers.length, b.numbers.length);
  for (let i = 0; i < longest; i++) {
    const order = compareDigits(a.numbers[i] ?? '', b.numbers[i] ?? '');
    if (order !== 0) return order;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return compareNumber(b.pre.length, a.pre.length);
  return compareLists(a.pre, b.pre, compareIdentifiers);
}

/** Section 11.4: numbers by value and below words, words in ASCII order. */
export function compareIdentifiers(a: string, b: string): Order {
  const left = isNumeric(a);
  const right = isNumeric(b);
  if (left && right) return compareDigits(a, b);
  if (left !== right) return left ? -1 : 1;
  return compareText(a, b);
}

/** Whether the text is a semantic version by the letter of the specification (sections 2, 9 and 10). */
export function isSemver(version: string): boolean {
  const plus = version.indexOf('+');
  const release = plus < 0 ? version : version.slice(0, plus);
  const dash = release.indexOf('-');
  const core = (dash < 0 ? release : release.slice(0, dash)).split('.');
  if (core.length !== 3 || !core.every(isPlainNumber)) return false;
  if (
    plus >= 0 &&
    !version
      .slice(plus + 1)
      .split('.')
      .every(isIdentifier)
  )
    return false;
  if (dash < 0) return true;
  return release
    .slice(dash + 1)
    .split('.')
    .every((id) => isIdentifier(id) && (!isNumeric(id) || isPlainNumber(id)));
}

/** Digits without a leading zero. */
export function isPlainNumber(text: string): boolean {
  return isNumeric(text) && (text.length === 1 || !text.startsWith('0'));
}

/** A dot-separated piece of pre-release or build metadata: not empty, letters, digits and hyphens. */
export function isIdentifier(text: string): boolean {
  return /^[0-9A-Za-z-]+$/.test(text);
}

function compareSemver(a: string, b: string): Order {
  return compareLoose(parseLoose(a), parseLoose(b));
}

function identifiers(text: string): string[] {
  return text === '' ? [] : text.split('.');
}

function withoutV(text: string): string {
  return text.startsWith('v') ? text.slice(1) : text;
}
