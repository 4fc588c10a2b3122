import { compareComponents, compareDigits, compareLists, compareNumber, compareText, type Order, type VersionOrder } from './order.ts';

/**
 * Alpine and its relatives: `digits(.digits)* letter? (_suffix digits?)* (~hash)? (-rN)?`.
 * Source: apk-tools, apk-package(5) and the behaviour of `apk version -t`, whose rules are: parts are compared from the left; where one
 * version ends, the one that goes on is higher unless it goes on with a pre-release suffix; a part that breaks the grammar makes a
 * version lower than anything that is still well formed at that place. Two that break at the same place are ordered by their dotted rest.
 */
export const apk: VersionOrder = { scheme: 'apk', compare, valid };

/** In the order of apk's grammar: of two versions that differ in the kind of the next part, the earlier kind is higher. */
const kinds = { first: 0, number: 1, letter: 2, suffix: 3, suffixNumber: 4, hash: 5, revision: 6, end: 7, broken: 8 } as const;

/** Below zero: before the plain version. */
const suffixes = new Map([
  ['alpha', -4],
  ['beta', -3],
  ['pre', -2],
  ['rc', -1],
  ['cvs', 1],
  ['svn', 2],
  ['git', 3],
  ['hg', 4],
  ['p', 5],
]);

interface Part {
  kind: number;
  text: string;
}

function compare(a: string, b: string): Order {
  const left = parse(a);
  const right = parse(b);
  for (let i = 0; ; i++) {
    const l = left[i] ?? ended;
    const r = right[i] ?? ended;
    if (l.kind !== r.kind) return compareKinds(l, r);
    if (l.kind === kinds.end) return 0;
    const order = compareParts(l, r);
    if (order !== 0 || l.kind === kinds.broken) return order;
  }
}

function valid(version: string): boolean {
  return parse(version).every((part) => part.kind !== kinds.broken && part.text !== '');
}

const ended: Part = { kind: kinds.end, text: '' };

function compareKinds(l: Part, r: Part): Order {
  if (isPreRelease(l)) return -1;
  if (isPreRelease(r)) return 1;
  return compareNumber(r.kind, l.kind);
}

function isPreRelease(part: Part): boolean {
  return part.kind === kinds.suffix && (suffixes.get(part.text) ?? 0) < 0;
}

function compareParts(l: Part, r: Part): Order {
  switch (l.kind) {
    case kinds.number:
      // As in Gentoo's rule: a leading zero makes it a decimal fraction, ordered as text.
      return l.text.startsWith('0') || r.text.startsWith('0') ? compareText(l.text, r.text) : compareDigits(l.text, r.text);
    case kinds.suffix:
      return compareNumber(suffixes.get(l.text) ?? 0, suffixes.get(r.text) ?? 0);
    case kinds.letter:
    case kinds.hash:
      return compareText(l.text, r.text);
    case kinds.broken:
      return compareLists(restOf(l), restOf(r), compareRest);
    default:
      return compareDigits(l.text, r.text);
  }
}

/** The parts, the last one of kind `broken` with all the text that does not fit. A `-r` without digits counts as `-r0`. */
function parse(version: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const take = (kind: number, pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(version);
    if (found === null) return false;
    at = pattern.lastIndex;
    parts.push({ kind, text: found[1] ?? '' });
    return true;
  };
  if (take(kinds.first, /([0-9]+)/y)) {
    while (take(kinds.number, /\.([0-9]+)/y));
    take(kinds.letter, /([a-z])/y);
    while (take(kinds.suffix, /_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])/y)) take(kinds.suffixNumber, /([0-9]+)/y);
    take(kinds.hash, /~([0-9a-fA-F]+)/y);
    take(kinds.revision, /-r([0-9]+|(?=$|-))/y);
  }
  if (at < version.length || parts.length === 0) parts.push({ kind: kinds.broken, text: version.slice(at) });
  return parts;
}

function restOf(part: Part): string[] {
  const dotted = /^[a-z0-9.]*/.exec(part.text);
  return (dotted?.[0] ?? '').split('.');
}

function compareRest(a: string, b: string): Order {
  return compareLists(a.match(/[0-9]+|[a-z]+/g) ?? [], b.match(/[0-9]+|[a-z]+/g) ?? [], compareComponents);
}
