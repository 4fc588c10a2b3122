import { Range } from 'semver';
import type { VersionRange } from './advisory.ts';
import { npm } from './version/semver.ts';

/** Order of two versions of one ecosystem: negative, zero or positive; total. */
export type Compare = (a: string, b: string) => number;

/** Order of versions as npm has it: what {@link readNpmRequirement} gives is to be joined by it. */
export const npmCompare: Compare = npm.compare;

/**
 * A place between versions: just before `version` (`after: 0`) or just behind it (`after: 1`); `undefined` = beyond all.
 * A span is then from one place to another, whichever ends are inclusive.
 */
interface Place {
  readonly version: string;
  readonly after: 0 | 1;
}
interface Span {
  readonly from: Place | undefined;
  readonly to: Place | undefined;
}

const MAX_REQUIREMENT = 8192;

/**
 * A requirement in npm's range language (`^1.2 || 2.x`, hyphen ranges, comparators, `*`) as disjoint spans in rising order; `[]` when
 * nothing can satisfy it, `undefined` when it is none. Pre-releases belong to the span that they lie in: `<2.0.0` holds `2.0.0-rc.1`,
 * while an x-range or caret ends before the pre-releases of the next version (`2.0.0-0`), as in the language itself.
 * Source: node-semver, "Ranges", with `includePrerelease`.
 */
export function readNpmRequirement(requirement: string): VersionRange[] | undefined {
  const parsed = requirement.length > MAX_REQUIREMENT ? undefined : parse(requirement);
  if (parsed === undefined) return undefined;
  const spans: Span[] = [];
  for (const comparators of parsed.set) {
    let span: Span = { from: undefined, to: undefined };
    for (const comparator of comparators) {
      const version: unknown = comparator.semver.version;
      // `*` is a comparator without a version
      if (typeof version !== 'string') continue;
      span = meet(span, spanOf(comparator.operator, version), npmCompare);
    }
    spans.push(span);
  }
  return toRanges(join(spans, npmCompare));
}

function parse(requirement: string): Range | undefined {
  try {
    return new Range(requirement, { loose: true, includePrerelease: true });
  } catch (error) {
    // the library's word for text outside its grammar
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function spanOf(operator: string, version: string): Span {
  const before: Place = { version, after: 0 };
  const behind: Place = { version, after: 1 };
  switch (operator) {
    case '<':
      return { from: undefined, to: before };
    case '<=':
      return { from: undefined, to: behind };
    case '>':
      return { from: behind, to: undefined };
    case '>=':
      return { from: before, to: undefined };
    default:
      return { from: before, to: behind };
  }
}

/** The union: disjoint, in rising order, touching spans joined. */
export function unionRanges(ranges: readonly VersionRange[], order: Compare): VersionRange[] {
  return toRanges(join(ranges.map(toSpan), order));
}

/** What both lists hold. */
export function intersectRanges(a: readonly VersionRange[], b: readonly VersionRange[], order: Compare): VersionRange[] {
  const right = b.map(toSpan);
  return toRanges(
    join(
      a.map(toSpan).flatMap((span) => right.map((other) => meet(span, other, order))),
      order,
    ),
  );
}

/** What the list does not hold. */
export function complementRanges(ranges: readonly VersionRange[], order: Compare): VersionRange[] {
  const gaps: Span[] = [];
  let from: Place | undefined;
  let open = true;
  for (const span of join(ranges.map(toSpan), order)) {
    if (span.from !== undefined) gaps.push({ from, to: span.from });
    from = span.to;
    open = span.to !== undefined;
  }
  if (open) gaps.push({ from, to: undefined });
  return toRanges(gaps.filter((gap) => !isEmpty(gap, order)));
}

function toSpan(range: VersionRange): Span {
  const from: Place | undefined =
    range.introduced !== undefined
      ? { version: range.introduced, after: 0 }
      : range.after !== undefined
        ? { version: range.after, after: 1 }
        : undefined;
  const to: Place | undefined =
    range.fixed !== undefined
      ? { version: range.fixed, after: 0 }
      : range.lastAffected !== undefined
        ? { version: range.lastAffected, after: 1 }
        : undefined;
  return { from, to };
}

function toRanges(spans: readonly Span[]): VersionRange[] {
  return spans.map(({ from, to }) => ({
    ...(from === undefined ? {} : from.after === 0 ? { introduced: from.version } : { after: from.version }),
    ...(to === undefined ? {} : to.after === 0 ? { fixed: to.version } : { lastAffected: to.version }),
  }));
}

function comparePlaces(a: Place, b: Place, order: Compare): number {
  return order(a.version, b.version) || a.after - b.after;
}

function isEmpty(span: Span, order: Compare): boolean {
  return span.from !== undefined && span.to !== undefined && comparePlaces(span.from, span.to, order) >= 0;
}

function meet(a: Span, b: Span, order: Compare): Span {
  const from = a.from === undefined ? b.from : b.from === undefined || comparePlaces(a.from, b.from, order) >= 0 ? a.from : b.from;
  const to = a.to === undefined ? b.to : b.to === undefined || comparePlaces(a.to, b.to, order) <= 0 ? a.to : b.to;
  return { from, to };
}

function join(spans: readonly Span[], order: Compare): Span[] {
  const sorted = spans
    .filter((span) => !isEmpty(span, order))
    .sort((a, b) =>
      a.from === undefined ? (b.from === undefined ? 0 : -1) : b.from === undefined ? 1 : comparePlaces(a.from, b.from, order),
    );
  const joined: Span[] = [];
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last === undefined || (last.to !== undefined && span.from !== undefined && comparePlaces(span.from, last.to, order) > 0)) {
      joined.push(span);
      continue;
    }
    const further =
      last.to === undefined || span.to === undefined ? undefined : comparePlaces(span.to, last.to, order) > 0 ? span.to : last.to;
    joined[joined.length - 1] = { from: last.from, to: further };
  }
  return joined;
}
