import type { VersionRange } from '../../model/advisory.ts';
import { type VersionOrder, versionOrder, versionOrders } from '../../model/version/index.ts';
import { type Fields, fieldsIn, textOf } from './fields.ts';

/** What one `affected[].ranges[]` entry gives: spans, or why it gives none. */
export type RangeReading = { readonly ranges: readonly VersionRange[] } | { readonly unused: string };

interface OsvEvent {
  readonly kind: 'introduced' | 'fixed' | 'last_affected';
  readonly version: string;
}

/**
 * Reads the events of a SEMVER or ECOSYSTEM range as a sequence of spans. `limit` events say nothing of released versions and are left out.
 * The schema lets events come in any order; nearly all come in version order, so an order is asked for only where the sequence itself
 * does not pair; a range of an ecosystem whose order is not known is then refused.
 * Source: OSV schema 1.7, `affected[].ranges[]` and "Evaluation".
 */
export function readRange(range: Fields, ecosystem: string): RangeReading {
  const type = textOf(range.type);
  if (type === 'GIT' || (type === undefined && range.repo !== undefined)) return { unused: 'range of git commits' };
  if (type !== undefined && type !== 'SEMVER' && type !== 'ECOSYSTEM') return { unused: 'range of an unknown type' };
  const events = readEvents(range);
  if (!events.some((event) => event.kind === 'introduced')) return { unused: 'range without an introduced event' };
  if (isSequence(events)) return { ranges: pair(events) };
  const order = type === 'SEMVER' ? versionOrders.semver : versionOrder(ecosystem);
  const sorted = order === undefined ? undefined : sort(events, order);
  return sorted === undefined ? { unused: 'range with events out of order' } : { ranges: pair(sorted) };
}

function readEvents(range: Fields): OsvEvent[] {
  const events: OsvEvent[] = [];
  for (const event of fieldsIn(range.events)) {
    for (const kind of ['introduced', 'fixed', 'last_affected'] as const) {
      const version = textOf(event[kind]);
      if (version !== undefined) events.push({ kind, version });
    }
  }
  return events;
}

/** Whether no span opens inside another and none closes before it opens. A second close (two fixes of one span) changes nothing where no span follows. */
function isSequence(events: readonly OsvEvent[]): boolean {
  let state: 'before' | 'open' | 'closed' | 'closed twice' = 'before';
  for (const event of events) {
    if (event.kind === 'introduced') {
      if (state === 'open' || state === 'closed twice') return false;
      state = 'open';
    } else {
      if (state === 'before') return false;
      state = state === 'open' ? 'closed' : 'closed twice';
    }
  }
  return true;
}

/** Events in version order, or `undefined` where a version is none. At one version a fix comes before an introduction, a last affected one after. */
function sort(events: readonly OsvEvent[], order: VersionOrder): OsvEvent[] | undefined {
  const rank = { fixed: 0, introduced: 1, last_affected: 2 };
  if (events.some((event) => event.version !== '0' && !order.valid(event.version))) return undefined;
  return [...events].sort((a, b) => compareEvents(a.version, b.version, order) || rank[a.kind] - rank[b.kind]);
}

/** The schema's `0` is before every version. */
function compareEvents(a: string, b: string, order: VersionOrder): number {
  if (a === '0' || b === '0') return a === b ? 0 : a === '0' ? -1 : 1;
  return order.compare(a, b);
}

function pair(events: readonly OsvEvent[]): VersionRange[] {
  const ranges: VersionRange[] = [];
  let introduced: string | undefined;
  for (const event of events) {
    if (event.kind === 'introduced') introduced ??= event.version;
    else if (introduced !== undefined) {
      ranges.push({ ...lower(introduced), ...(event.kind === 'fixed' ? { fixed: event.version } : { lastAffected: event.version }) });
      introduced = undefined;
    }
  }
  if (introduced !== undefined) ranges.push(lower(introduced));
  return ranges;
}

/** The schema's `0` is before every version. */
function lower(introduced: string): VersionRange {
  return introduced === '0' ? {} : { introduced };
}

/**
 * GitHub's bound for an entry that names no fix: `database_specific.last_known_affected_version_range`, `< 2.0.0` or `<= 1.4`.
 * Without it such an entry would hold for every later version, which its publisher does not say.
 */
export function boundOpenRange(ranges: readonly VersionRange[], affected: Fields): readonly VersionRange[] {
  const [only, ...more] = ranges;
  const specific = affected.database_specific;
  if (only === undefined || more.length > 0 || only.fixed !== undefined || only.lastAffected !== undefined) return ranges;
  if (typeof specific !== 'object' || specific === null || !('last_known_affected_version_range' in specific)) return ranges;
  const bound = /^(<=?)\s*([^\s,<>=]+)$/.exec(textOf(specific.last_known_affected_version_range) ?? '');
  if (bound?.[2] === undefined) return ranges;
  return [{ ...only, ...(bound[1] === '<' ? { fixed: bound[2] } : { lastAffected: bound[2] }) }];
}
