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
  if (!installed.valid || !installed.order.valid(bound)) return undefined;
  return test(installed.order.compare(installed.version, bound));
}

/** By order, not by text: 1.4 is 1.4.0 in PEP 440. What is outside the grammar can only be equal as text. */
function holdVersions(installed: Installed, versions: readonly string[]): Holding {
  if (versions.includes(installed.version)) return 'in';
  if (!installed.valid) return versions.length === 0 ? 'out' : 'undecided';
  const { version, order } = installed;
  return versions.some((one) => !plainlyDifferent(one, version) && order.valid(one) && order.compare(one, version) === 0) ? 'in' : 'out';
}

/** Whether two versions begin with different plain numbers, which no scheme calls equal: spares most comparisons with long lists. */
function plainlyDifferent(a: string, b: string): boolean {
  const left = leadingNumber(a);
  return left !== undefined && left !== (leadingNumber(b) ?? left);
}

function leadingNumber(version: string): number | undefined {
  let value = 0;
  for (let at = 0; at < version.length && at < 9; at++) {
    const code = version.charCodeAt(at);
    if (code === 46 && at > 0) return value;
    if (code < 48 || code > 57) return undefined;
    value = value * 10 + code - 48;
  }
  return undefined;
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
