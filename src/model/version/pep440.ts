import { compareDigits, compareLists, compareNumber, compareText, isDigit, isNumeric, type Order, type VersionOrder } from './order.ts';

/**
 * PyPI. Source: "Version specifiers" of the Python packaging specifications (PEP 440), its appendix regular expression and its
 * normalisation rules. Strings outside it are the legacy versions of old indexes: below every valid version, and among themselves
 * ordered by the rule of setuptools' `parse_version`.
 */
export const pypi: VersionOrder = { scheme: 'pypi', compare, valid: (version) => parse(version) !== undefined };

interface PythonVersion {
  epoch: string;
  /** Without trailing zeros. */
  release: string[];
  /** Rank of the pre-release phase: see `phase`. */
  phase: number;
  pre: string;
  post: string | undefined;
  dev: string | undefined;
  local: string[] | undefined;
}

const letters = new Map([
  ['a', 1],
  ['alpha', 1],
  ['b', 2],
  ['beta', 2],
  ['c', 3],
  ['rc', 3],
  ['pre', 3],
  ['preview', 3],
]);

/** Above every pre-release: the release itself and its post-releases. */
const finalPhase = 4;

function compare(a: string, b: string): Order {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) {
    if (left === undefined && right === undefined) return compareLists(legacy(a), legacy(b), compareText);
    return left === undefined ? -1 : 1;
  }
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareLists(left.release, right.release, compareDigits) ||
    compareNumber(left.phase, right.phase) ||
    compareDigits(left.pre, right.pre) ||
    compareOptional(left.post, right.post, -1) ||
    compareOptional(left.dev, right.dev, 1) ||
    compareLocal(left.local, right.local)
  );
}

/** The optional number; `absent` says whether a version without it is below (-1) or above (1). */
function compareOptional(a: string | undefined, b: string | undefined, absent: -1 | 1): Order {
  if (a !== undefined && b !== undefined) return compareDigits(a, b);
  if (a === undefined && b === undefined) return 0;
  return a === undefined ? absent : compareNumber(0, absent);
}

/** A local label is above none; its numbers are above its words. */
function compareLocal(a: string[] | undefined, b: string[] | undefined): Order {
  return compareLists(a ?? [], b ?? [], (l, r) => {
    const left = isNumeric(l);
    const right = isNumeric(r);
    if (left !== right) return left ? 1 : -1;
    return left ? compareDigits(l, r) : compareText(l, r);
  });
}

function parse(version: string): PythonVersion | undefined {
  const text = version.trim().toLowerCase();
  let at = text.startsWith('v') ? 1 : 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found ?? undefined;
  };
  const epoch = take(/([0-9]+)!/y);
  const release = take(/[0-9]+(?:\.[0-9]+)*/y);
  if (release === undefined) return undefined;
  const pre = take(/[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*)/y);
  const post = take(/-([0-9]+)/y) ?? take(/[-_.]?(?:post|rev|r)[-_.]?([0-9]*)/y);
  const dev = take(/[-_.]?dev[-_.]?([0-9]*)/y);
  const local = take(/\+([a-z0-9]+(?:[-_.][a-z0-9]+)*)/y);
  if (at < text.length) return undefined;
  return {
    epoch: epoch?.[1] ?? '',
    release: withoutTrailingZeros(release[0].split('.')),
    phase: phase(pre?.[1], post !== undefined, dev !== undefined),
    pre: pre?.[2] ?? '',
    post: post?.[1],
    dev: dev?.[1],
    local: local?.[1]?.split(/[-_.]/),
  };
}

/** A development release of a final version comes before that version's first alpha. */
function phase(letter: string | undefined, post: boolean, dev: boolean): number {
  if (letter !== undefined) return letters.get(letter) ?? finalPhase;
  return dev && !post ? 0 : finalPhase;
}

function withoutTrailingZeros(release: string[]): string[] {
  let end = release.length;
  while (end > 0 && /^0+$/.test(release[end - 1] ?? '')) end--;
  return release.slice(0, end);
}

/** setuptools' key: numbers padded to eight digits, words with a star, so that text order sorts them; a dash marks a patch level. */
function legacy(version: string): string[] {
  const words = new Map([
    ['pre', 'c'],
    ['preview', 'c'],
    ['-', 'final-'],
    ['rc', 'c'],
    ['dev', '@'],
  ]);
  const key: string[] = [];
  for (const piece of version.toLowerCase().match(/[0-9]+|[a-z]+|\.|-|[^0-9a-z.-]+/g) ?? []) {
    if (piece === '.') continue;
    pushLegacy(key, isDigit(piece.charCodeAt(0)) ? piece.padStart(8, '0') : `*${words.get(piece) ?? piece}`);
  }
  pushLegacy(key, '*final');
  return key;
}

function pushLegacy(key: string[], part: string): void {
  if (part.startsWith('*')) {
    if (part < '*final') while (key.at(-1) === '*final-') key.pop();
    while (key.at(-1) === '00000000') key.pop();
  }
  key.push(part);
}
