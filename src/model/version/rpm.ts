import { compareDigits, compareText, isDigit, isLetter, type Order, type VersionOrder } from './order.ts';

/**
 * RPM distributions. `[epoch:]version[-release]`, epoch absent = 0, an absent release is below any release.
 * Source: rpm-version(7); rpm's test suite `rpmvercmp.at`. A prefix that is not digits is no epoch: the colon then only separates.
 */
export const rpm: VersionOrder = { scheme: 'rpm', compare, valid };

const tilde = 126;
const caret = 94;

interface Parts {
  epoch: string;
  version: string;
  release: string | undefined;
}

function compare(a: string, b: string): Order {
  const left = split(a);
  const right = split(b);
  const order = compareDigits(left.epoch, right.epoch) || compareLabels(left.version, right.version);
  if (order !== 0) return order;
  if (left.release === undefined || right.release === undefined) {
    return left.release === right.release ? 0 : left.release === undefined ? -1 : 1;
  }
  return compareLabels(left.release, right.release);
}

function valid(version: string): boolean {
  const { release, version: label } = split(version);
  const allowed = /^[A-Za-z0-9._+~^]+$/;
  return allowed.test(label) && (release === undefined || allowed.test(release));
}

function split(text: string): Parts {
  let end = 0;
  while (isDigit(text.charCodeAt(end))) end++;
  const hasEpoch = text[end] === ':';
  const rest = hasEpoch ? text.slice(end + 1) : text;
  const dash = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? text.slice(0, end) : '',
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? undefined : rest.slice(dash + 1),
  };
}

/**
 * Segments of digits or letters; everything else only separates. `~` is below the end, `^` above the end but below any further segment,
 * digits are above letters, and what has segments left is higher.
 */
function compareLabels(a: string, b: string): Order {
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(j);
    if (left === tilde || right === tilde) {
      if (left !== right) return left === tilde ? -1 : 1;
      i++;
      j++;
      continue;
    }
    if (left === caret || right === caret) {
      if (left !== right) return compareCaret(i < a.length, j < b.length, left === caret);
      i++;
      j++;
      continue;
    }
    if (i >= a.length || j >= b.length) break;
    const digits = isDigit(left);
    if (digits !== isDigit(right)) return digits ? 1 : -1;
    const ends = digits ? isDigit : isLetter;
    const leftEnd = runEnd(a, i, ends);
    const rightEnd = runEnd(b, j, ends);
    const order = (digits ? compareDigits : compareText)(a.slice(i, leftEnd), b.slice(j, rightEnd));
    if (order !== 0) return order;
    i = leftEnd;
    j = rightEnd;
  }
  if (i < a.length) return 1;
  return j < b.length ? -1 : 0;
}

/** One side has a caret here and the other has not: the caret wins over the end and loses to a segment. */
function compareCaret(leftGoesOn: boolean, rightGoesOn: boolean, leftIsCaret: boolean): Order {
  if (!leftGoesOn) return -1;
  if (!rightGoesOn) return 1;
  return leftIsCaret ? -1 : 1;
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSegment(text.charCodeAt(at))) at++;
  return at;
}

function isSegment(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === tilde || code === caret;
}

function runEnd(text: string, from: number, belongs: (code: number) => boolean): number {
  let end = from;
  while (belongs(text.charCodeAt(end))) end++;
  return end;
}
