import { compareDigits, compareNumber, compareText, isDigit, type Order, type VersionOrder } from './order.ts';

/**
 * Maven. Source: POM Reference, "Version Order Specification", and the documentation of `ComparableVersion`: split at `.`, `-` and between
 * digits and letters; a hyphen (or such a change) opens a sub-list; zeros and empty words at the end of each list are dropped; numbers are
 * above lists, lists above words; words in the order of `qualifiers`, others after them in text order.
 * Maven's own order is not transitive around an empty list ("1-0-rc" < "1" < "1-foo" < "1-0-rc"); we keep its answers.
 * Any string is a version to Maven; `valid` refuses only what cannot be part of a file name or is an unresolved expression.
 */
export const maven: VersionOrder = { scheme: 'maven', compare, valid };

const qualifiers = new Map([
  ['alpha', 0],
  ['beta', 1],
  ['milestone', 2],
  ['rc', 3],
  ['cr', 3],
  ['snapshot', 4],
  ['', 5],
  ['ga', 5],
  ['final', 5],
  ['release', 5],
  ['sp', 6],
]);

const released = 5;
const unknown = 7;
const short = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

/** A number, or a word with its rank. `empty`: a zero or a word that means the release itself. */
interface Atom {
  digits: string | undefined;
  rank: number;
  word: string;
  empty: boolean;
}

/** A list is its atoms and then, at most, the next list: so a version is a flat array of lists, whatever the depth. */
type Lists = Atom[][];

function compare(a: string, b: string): Order {
  const left = parse(a);
  const right = parse(b);
  for (let level = 0; ; level++) {
    const l = left[level] ?? [];
    const r = right[level] ?? [];
    const shared = Math.min(l.length, r.length);
    for (let i = 0; i < shared; i++) {
      const order = compareAtoms(l[i] ?? nothing, r[i] ?? nothing);
      if (order !== 0) return order;
    }
    if (l.length > shared) return compareRest(left, right, level, shared);
    if (r.length > shared) return compareNumber(0, compareRest(right, left, level, shared));
    if (left.length <= level + 1) return compareNumber(0, againstNothing(right, level + 1, 0));
    if (right.length <= level + 1) return againstNothing(left, level + 1, 0);
  }
}

function valid(version: string): boolean {
  return version !== '' && !/[\s\\/:"<>|?*[\](){}$]/.test(version);
}

const nothing: Atom = { digits: undefined, rank: released, word: '', empty: true };
const zero: Atom = { digits: '', rank: 0, word: '', empty: true };

/** `a` has an atom where `b` has its sub-list or nothing. */
function compareRest(a: Lists, b: Lists, level: number, from: number): Order {
  if (b.length > level + 1) return a[level]?.[from]?.digits === undefined ? -1 : 1;
  return againstNothing(a, level, from);
}

/** What is left of a version against one that has ended: decided by the first item that is not a null value. */
function againstNothing(lists: Lists, level: number, from: number): Order {
  for (let at = level; at < lists.length; at++) {
    const atoms = lists[at] ?? [];
    for (let i = at === level ? from : 0; i < atoms.length; i++) {
      const order = compareAtoms(atoms[i] ?? nothing, nothing);
      if (order !== 0) return order;
    }
  }
  return 0;
}

/** The empty word stands for the end of a version, against which a zero is equal. */
function compareAtoms(a: Atom, b: Atom): Order {
  if (a.digits !== undefined && b.digits !== undefined) return compareDigits(a.digits, b.digits);
  if (a.digits !== undefined) return b === nothing ? compareDigits(a.digits, '') : 1;
  if (b.digits !== undefined) return a === nothing ? compareDigits('', b.digits) : -1;
  return compareNumber(a.rank, b.rank) || (a.rank === unknown ? compareText(a.word, b.word) : 0);
}

function parse(version: string): Lists {
  const text = version.toLowerCase();
  const lists: Lists = [];
  // A list is made with its first atom: most have one, and a hostile version has very many.
  let opened = true;
  const add = (atom: Atom): void => {
    if (opened) lists.push([atom]);
    else lists.at(-1)?.push(atom);
    opened = false;
  };
  let start = 0;
  let digits = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 || code === 45) {
      add(i === start ? zero : digits ? number(text.slice(start, i)) : word(text.slice(start, i), false));
      start = i + 1;
      if (code === 45) opened = true;
    } else if (isDigit(code)) {
      if (!digits && i > start) {
        // "1.x1" reads as "1-x1".
        opened = true;
        add(word(text.slice(start, i), true));
        start = i;
        opened = true;
      }
      digits = true;
    } else {
      if (digits && i > start) {
        add(number(text.slice(start, i)));
        start = i;
        opened = true;
      }
      digits = false;
    }
  }
  if (start < text.length) {
    if (!digits) opened = true;
    add(digits ? number(text.slice(start)) : word(text.slice(start), false));
  }
  return trimmed(lists);
}

/**
 * Drops null values at the end of every list, from the last list to the first, and lists that are then empty and last. A list of release
 * words before a number goes too ("1-ga-1" = "1-1", as the specification lists it; the code of Maven 3.8 keeps it as an empty list).
 */
function trimmed(lists: Lists): Lists {
  const dropped = new Set<number>();
  for (let level = lists.length - 1; level >= 0; level--) {
    const atoms = lists[level] ?? [];
    let words = 0;
    let end = atoms.length;
    while (end > 0 && (atoms[end - 1] ?? zero).empty) {
      end--;
      if (atoms[end]?.digits === undefined) words++;
    }
    const wordsAlone = words > 0 && words === atoms.length;
    if (end < atoms.length) lists[level] = end === 0 ? [] : atoms.slice(0, end);
    if (end > 0 || level === 0) continue;
    if (level === lists.length - 1) lists.pop();
    else if (wordsAlone && lists[level + 1]?.[0]?.digits !== undefined) dropped.add(level);
  }
  return dropped.size === 0 ? lists : lists.filter((_, level) => !dropped.has(level));
}

function number(digits: string): Atom {
  return { digits, rank: 0, word: '', empty: compareDigits(digits, '') === 0 };
}

function word(text: string, beforeDigit: boolean): Atom {
  const name = beforeDigit ? (short.get(text) ?? text) : text;
  const rank = qualifiers.get(name) ?? unknown;
  return { digits: undefined, rank, word: name, empty: rank === released };
}
