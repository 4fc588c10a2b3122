import type { Finding } from '../model/finding.ts';
import { type Severity, severities, severityRank } from '../model/severity.ts';

/** What to show. Never what to judge: a verdict looks at every active finding. */
export interface DisplayFilter {
  /** One word: it and everything above. Several: exactly these. Empty: everything. */
  readonly severity: readonly Severity[];
  readonly onlyFixed: boolean;
}

/** Whether a finding is shown under the filter. */
export function isShown(finding: Finding, filter: DisplayFilter): boolean {
  if (filter.onlyFixed && finding.fixed === undefined) return false;
  return shownSeverities(filter.severity).includes(finding.severity);
}

/** The severities that a filter lets through. */
export function shownSeverities(chosen: readonly Severity[]): readonly Severity[] {
  const [only, ...others] = chosen;
  if (only === undefined) return severities;
  if (others.length > 0) return chosen;
  return severities.filter((severity) => severityRank(severity) <= severityRank(only));
}
