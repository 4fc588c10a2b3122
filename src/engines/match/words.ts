import type { AdvisoryRow, Coverage, VersionRange } from '../../model/advisory.ts';
import type { Comparison, Evidence } from '../../model/finding.ts';
import type { MatchedRow, Ruling } from './judge.ts';
import type { Installed } from './range.ts';

/** A span in words that follow "is affected". */
export function rangeInWords({ introduced, after, fixed, lastAffected }: VersionRange): string {
  const from = introduced !== undefined && introduced !== '0' ? `from ${introduced}` : after !== undefined ? `above ${after}` : undefined;
  const to = fixed !== undefined ? `below ${fixed}` : lastAffected !== undefined ? `up to and including ${lastAffected}` : undefined;
  if (from === undefined) return to ?? 'in every version';
  return to === undefined ? `${from} on` : `${from} and ${to}`;
}

/** One evidence for every row that holds the version. */
export function advisoryEvidence(ruling: Ruling, coverage: readonly Coverage[]): Evidence[] {
  return ruling.matched.map(({ row, held }) => ({
    kind: 'advisory',
    subject: row.id,
    source: row.source,
    says: `${row.ecosystem} ${row.name} is affected ${held.ranged ? rangeInWords(held.range ?? {}) : `in ${held.range?.introduced}, by name`}${noteOf(row)}`,
    ...dateOf(row, coverage),
  }));
}

function noteOf(row: AdvisoryRow): string {
  switch (row.status) {
    case 'will_not_fix':
      return '; it will not be fixed';
    case 'fix_deferred':
      return '; the fix is deferred';
    case 'end_of_life':
      return '; its support has ended';
    case 'under_investigation':
      return '; it is under investigation';
    default:
      return '';
  }
}

function dateOf(row: AdvisoryRow, coverage: readonly Coverage[]): { asOf?: string } {
  const asOf = coverage.find((one) => one.source === row.source)?.asOf;
  return asOf === undefined ? {} : { asOf };
}

/** The comparison that anyone can repeat: the installed version and the span that holds it. */
export function comparisonOf(installed: Installed, matched: readonly MatchedRow[]): Comparison {
  return { scheme: installed.order.scheme, installed: installed.version, range: matched[0]?.held.range ?? {} };
}

/** Why what some sources say is outweighed. */
export function refutation(ruling: Ruling, installed: Installed): string {
  const accusers = [...new Set(ruling.matched.map(({ row }) => row.source))].join(', ');
  const [denial] = ruling.against;
  if (denial !== undefined) return `${denial.source} says that ${denial.ecosystem} ${denial.name} is not affected; ${accusers} names it`;
  const [first] = ruling.matched;
  return `the distribution's own data for ${first?.row.ecosystem ?? 'this release'} does not hold ${installed.version} as affected; ${accusers} does`;
}
