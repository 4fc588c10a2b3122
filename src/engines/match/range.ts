import type { AdvisoryRow, VersionRange } from '../../model/advisory.ts';
import type { VersionOrder } from '../../model/version/index.ts';

/** Whether a version is affected by a row's spans. `undecided`: a bound or the version itself is outside the grammar and nothing else settles it. */
export type Holding = 'in' | 'out' | 'undecided';

/** A row as it stands to one version. `range` is the span that holds it; a listed version is a span of one. */
export interface Held {
  readonly holding: Holding;
  readonly range?: VersionRange;
  /** Found in a range, not only in the row's list of versions. */
  readonly ranged: boolean;
}

const out: Held = { holding: 'out', ranged: false };

/** An installed version with its order. `valid` is asked once, not once a row. */
export interface Installed {
  readonly version: string;
  readonly valid: boolean;
  readonly order: VersionOrder;
}

/**
 * Judges a version against one row. A row of a state that needs no span (`affected`, `not_affected`…) and has neither ranges nor versions
 * speaks of every version. Source: OSV schema, "Evaluation": inside any range, or listed.
 */
export function hold(installed: Installed, row: AdvisoryRow): Held {
  if (row.ranges.length === 0 && row.versions === undefined)
    return row.status === 'fixed' ? out : { holding: 'in', range: {}, ranged: true };
  let undecided = false;
  for (const range of row.ranges) {
    const holding = holdRange(installed, range);
    if (holding === 'in') return { holding, range, ranged: true };
    if (holding === 'undecided') undecided = true;
  }
  const listed = row.versions === undefined ? 'out' : holdVersions(installed, row.versions);
  if (listed === 'in') return { holding: 'in', range: { introduced: installed.version, lastAffected: installed.version }, ranged: false };
  return undecided || listed === 'undecided' ? { holding: 'undecided', ranged: false } : out;
}

function holdRange(installed: Installed, range: VersionRange): Holding {
  if (range.fixed === '0') return 'out';
  const { introduced, after, fixed, lastAffected } = range;
  const answers = [
    introduced === undefined || introduced === '0' ? true : against(installed, introduced, (order) => order >= 0),
    after === undefined ? true : against(installed, after, (order) => order > 0),
    fixed === undefined ? true : against(installed, fixed, (order) => order < 0),
    lastAffected === undefined ? true : against(installed, lastAffected, (order) => order <= 0),
  ];
  if (answers.includes(false)) return 'out';
  return answers.includes(undefined) ? 'undecided' : 'in';
}

function against(installed: Installed, bound: string, test: (order: number) => boolean): boolean | undefined {
  if (!installed.valid) return undefined;
  const order = installed.order.valid(bound) ? installed.order.compare(installed.version, bound) : plainOrder(installed.version, bound);
  return order === undefined ? undefined : test(order);
}

/**
 * Order of two versions of which one is outside the grammar, where plain dotted numbers decide before anything else is read: 1.9.12 is above `1.9.5p2`
 * in every scheme. Undefined where they do not decide.
 */
function plainOrder(a: string, b: string): number | undefined {
  if (/[!:]/.test(a + b)) return undefined;
  const left = a.split('.');
  const right = b.split('.');
  for (let at = 0; at < left.length && at < right.length; at++) {
    const one = /^(0|[1-9]\d{0,14})(?=\D|$)/.exec(left[at] ?? '');
    const other = /^(0|[1-9]\d{0,14})(?=\D|$)/.exec(right[at] ?? '');
    if (one === null || other === null) return undefined;
    if (one[0] !== other[0]) return Number(one[0]) - Number(other[0]);
    if (one[0] !== left[at] || other[0] !== right[at]) return undefined;
  }
  return undefined;
}

/** By order, not by text: 1.4 is 1.4.0 in PEP 440. What is outside the grammar can only be equal as text. */
function holdVersions(installed: Installed, versions: readonly string[]): Holding {
  if (versions.includes(installed.version)) return 'in';
  if (!installed.valid) return versions.length === 0 ? 'out' : 'undecided';
  const { version, order } = installed;
  return versions.some((one) => !plainlyDifferent(one, version) && order.valid(one) && order.compare(one, version) === 0) ? 'in' : 'out';
}

/**
 * Whether two versions differ in the plain number that each begins with, or in the second one: `1.4` and `1.12.1`. No scheme calls such versions equal,
 * and it spares most comparisons with long lists.
 */
function plainlyDifferent(a: string, b: string): boolean {
  const first = plainNumber(a, 0);
  const other = plainNumber(b, 0);
  if (first === undefined || other === undefined) return false;
  if (first.value !== other.value) return true;
  const second = plainNumber(a, first.end + 1);
  const otherSecond = plainNumber(b, other.end + 1);
  return second !== undefined && otherSecond !== undefined && second.value !== otherSecond.value;
}

/** Up to nine digits that end at a full stop or with the version. */
function plainNumber(version: string, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  let at = start;
  for (; at < version.length && at < start + 9; at++) {
    const code = version.charCodeAt(at);
    if (code === 46) break;
    if (code < 48 || code > 57) return undefined;
    value = value * 10 + code - 48;
  }
  return at > start && (at === version.length || version.charCodeAt(at) === 46) ? { value, end: at } : undefined;
}

/** A version that removes a finding, and the different ones that the records named on the way. */
export interface FixChoice {
  readonly version: string | undefined;
  /** Fixes that rows name for the line of the installed version, lowest first, without repetition. */
  readonly named: readonly string[];
}

/**
 * The lowest named fix, on the line that is installed, that no matched row holds as affected: where records name different fixes that is the highest,
 * where one of them knows no fix there is none. A fix that begins the next affected span leads on to that span's fix.
 */
export function chooseFix(installed: Installed, matched: readonly { readonly row: AdvisoryRow; readonly held: Held }[]): FixChoice {
  const { order } = installed;
  const named = sorted(
    matched.flatMap(({ held }) => (held.ranged && held.range?.fixed !== undefined ? [held.range.fixed] : [])),
    installed,
  );
  if (named.length === 0) return { version: undefined, named };
  const later = sorted(
    matched.flatMap(({ row }) => row.ranges.flatMap((range) => (range.fixed === undefined ? [] : [range.fixed]))),
    installed,
  );
  const lowest = named[0] ?? '';
  const version = [...named, ...later.filter((one) => order.compare(one, lowest) > 0)].find((candidate) =>
    matched.every(({ row }) => hold({ version: candidate, valid: true, order }, row).holding === 'out'),
  );
  return { version, named };
}

function sorted(versions: readonly string[], { order }: Installed): string[] {
  const unique = [...new Set(versions)].filter((one) => one !== '0' && order.valid(one)).sort(order.compare);
  return unique.filter((one, at) => at === 0 || order.compare(unique[at - 1] ?? '', one) !== 0);
}
