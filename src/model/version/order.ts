/** The answer of every comparison: a is lower, equal or higher. */
export type Order = -1 | 0 | 1;

/** One ecosystem's order of versions. `compare` is total and never throws; `valid` says whether a string is inside the ecosystem's grammar. */
export interface VersionOrder {
  scheme: VersionScheme;
  compare(a: string, b: string): Order;
  valid(version: string): boolean;
}

/** The schemes we can order, named after the tool or registry that defines the rule. */
export type VersionScheme =
  | 'deb'
  | 'apk'
  | 'rpm'
  | 'semver'
  | 'npm'
  | 'go'
  | 'pypi'
  | 'maven'
  | 'gem'
  | 'composer'
  | 'nuget'
  | 'cran'
  | 'hackage'
  | 'hex'
  | 'pub'
  | 'crates.io';

/** Orders two numbers; what is not a number counts as equal. */
export function compareNumber(a: number, b: number): Order {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders two strings by UTF-16 code unit, which is byte order for ASCII: no locale ever decides. */
export function compareText(a: string, b: string): Order {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders two runs of digits by value, of any length: a version is often a date or a hash and does not fit a number. Empty is zero. */
export function compareDigits(a: string, b: string): Order {
  const left = withoutZeros(a);
  const right = withoutZeros(b);
  return compareNumber(left.length, right.length) || compareText(left, right);
}

/** Whether the UTF-16 code unit is one of 0 to 9; other scripts' digits are letters to every tool here. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Whether the UTF-16 code unit is an ASCII letter. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** Whether the text is digits and nothing else, and at least one. */
export function isNumeric(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/** Orders lists of components from the left; when one is a prefix of the other, the shorter is lower. */
export function compareLists(a: readonly string[], b: readonly string[], compare: (a: string, b: string) => Order): Order {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = compare(a[i] ?? '', b[i] ?? '');
    if (order !== 0) return order;
  }
  return compareNumber(a.length, b.length);
}

/** Orders two components: numbers by value, other text by code unit, and text below every number. */
export function compareComponents(a: string, b: string): Order {
  const left = isNumeric(a);
  const right = isNumeric(b);
  if (left && right) return compareDigits(a, b);
  if (left !== right) return left ? 1 : -1;
  return compareText(a, b);
}

function withoutZeros(digits: string): string {
  let start = 0;
  while (digits.charCodeAt(start) === 48) start++;
  return start === 0 ? digits : digits.slice(start);
}
