import { compareDigits, compareNumber, isNumeric, type Order, type VersionOrder } from './order.ts';

/**
 * Composer, which compares with PHP's `version_compare`: dots go between digits and letters, `-` and `_` are dots, then part by part
 * any other word < dev < alpha = a < beta = b < RC = rc < a number < pl = p. More parts are higher, unless they are a pre-release.
 * Source: php.net, `version_compare`; getcomposer.org, "Versions and constraints" (a leading `v` and
 * build metadata are dropped).
 * Branches (`dev-main`) have no place among numbers: they are ordered as the words they are, and are not `valid`.
 */
export const composer: VersionOrder = { scheme: 'composer', compare, valid };

const number = 4;

/** PHP takes the first form that the word begins with. */
const forms: readonly (readonly [string, number])[] = [
  ['dev', 0],
  ['alpha', 1],
  ['a', 1],
  ['beta', 2],
  ['b', 2],
  ['RC', 3],
  ['rc', 3],
  ['#', number],
  ['pl', 5],
  ['p', 5],
];

function compare(a: string, b: string): Order {
  const left = parts(a);
  const right = parts(b);
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    const order = compareParts(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length > shared ? beyondEnd(left, shared) : compareNumber(0, beyondEnd(right, shared));
}

/** The parts that the other version does not have: a number makes it higher, a word is placed against a number. */
function beyondEnd(list: string[], from: number): Order {
  for (let i = from; i < list.length; i++) {
    const part = list[i] ?? '';
    if (isNumeric(part)) return 1;
    const order = compareNumber(rank(part), number);
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: string, b: string): Order {
  if (isNumeric(a) && isNumeric(b)) return compareDigits(a, b);
  return compareNumber(rank(a), rank(b));
}

function rank(part: string): number {
  if (isNumeric(part)) return number;
  return forms.find(([form]) => part.startsWith(form))?.[1] ?? -1;
}

function parts(version: string): string[] {
  const text = withoutBuild(version.trim()).replace(/^v/i, '');
  return text.match(/[0-9]+|[A-Za-z]+|#/g) ?? [];
}

function valid(version: string): boolean {
  const text = withoutBuild(version.trim());
  const classical = /^v?[0-9]{1,5}(?:\.[0-9]+){0,3}(.*)$/is.exec(text);
  const dated = /^v?[0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2}(.*)$/is.exec(text);
  return isStability(classical?.[1]) || isStability(dated?.[1]);
}

/** Build metadata identifies, it does not order. */
function withoutBuild(version: string): string {
  const plus = version.indexOf('+');
  return plus <= 0 || /\s/.test(version.slice(plus)) ? version : version.slice(0, plus);
}

/** What may follow the numbers: a stability with its own numbers, and `-dev`. */
function isStability(rest: string | undefined): boolean {
  return rest !== undefined && /^(?:[._-]?(?:stable|beta|b|rc|alpha|a|patch|pl|p)(?:[.-]?[0-9]+)*)?(?:[.-]?dev)?$/i.test(rest);
}
