/** How bad a finding is, by its source's own word or by its CVSS score. `unknown` means that no source rates it. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown';

/** From worst to least; `unknown` last. The position is the sort key. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

/** Position in {@link severities}: 0 is critical. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** Qualitative rating of a CVSS base score (0–10). Source: CVSS v3.1 specification, section 5; the same bands stand in v4.0. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  if (score > 0) return 'low';
  return 'negligible';
}

/**
 * A vendor's word as one of ours: `moderate`, `important`, Debian's urgencies, Ubuntu's priorities…
 * A word that nobody rates with (`not yet assigned`) gives `unknown`.
 */
export function severityOfWord(word: string): Severity {
  switch (word.trim().toLowerCase().replace(/\*+$/, '')) {
    case 'critical':
      return 'critical';
    case 'high':
    case 'important':
      return 'high';
    case 'medium':
    case 'moderate':
      return 'medium';
    case 'low':
    case 'minor':
      return 'low';
    case 'negligible':
    case 'unimportant':
    case 'none':
    case 'informational':
      return 'negligible';
    default:
      return 'unknown';
  }
}

/** A rating with the one who gave it, so that a report can say whose word it is. */
export interface RatedSeverity {
  readonly value: Severity;
  /** Who rated: a source id (`debian`, `osv`, `pypa`) or `cvss`. */
  readonly source: string;
  /** CVSS vector, where the rating comes from one. */
  readonly vector?: string;
  /** CVSS base score 0–10, where known. */
  readonly score?: number;
}
