import type { RatedSeverity } from './severity.ts';

/** What a vendor says of its package and a vulnerability. `fixed` needs a range that ends; the rest may stand with or without one. */
export type AdvisoryStatus =
  | 'fixed'
  | 'affected'
  | 'will_not_fix'
  | 'fix_deferred'
  | 'end_of_life'
  | 'not_affected'
  | 'under_investigation';

/**
 * One span of affected versions. Lower end: `introduced` (inclusive) or `after` (exclusive); neither = from the first version.
 * Upper end: `fixed` (exclusive) or `lastAffected` (inclusive); neither = still affected. Both: affected up to `lastAffected`, and `fixed` is the first
 * version that is known to have the fix.
 * Source: OSV schema, `affected[].ranges[].events`; `after` is for the range languages that OSV cannot say.
 */
export interface VersionRange {
  readonly introduced?: string;
  readonly after?: string;
  readonly fixed?: string;
  readonly lastAffected?: string;
}

/** Narrows a row to some builds of the package. */
export interface Qualifiers {
  readonly arch?: string;
  readonly module?: string;
  readonly cpe?: string;
  readonly repository?: string;
}

/**
 * One package and one advisory, as matched. A version is affected when it is inside any range or listed in `versions`.
 * `not_affected` rows are kept: they silence what other data says.
 */
export interface AdvisoryRow {
  /** OSV's word: `Debian:12`, `Alpine:v3.18`, `npm`, `PyPI`. */
  readonly ecosystem: string;
  /** Name in that ecosystem, normalised as the ecosystem compares it; the source or origin package for Debian and Alpine. */
  readonly name: string;
  /** The advisory's own id (`GHSA-…`, `PYSEC-…`, `CVE-…`, `DSA-…`). */
  readonly id: string;
  readonly status: AdvisoryStatus;
  readonly ranges: readonly VersionRange[];
  /** Enumerated affected versions, in union with the ranges. */
  readonly versions?: readonly string[];
  readonly severity?: RatedSeverity;
  /** The vendor's notice numbers: DSA, RHSA, USN… */
  readonly advisoryIds?: readonly string[];
  readonly qualifiers?: Qualifiers;
  /** Id of the source that says so; filled in by the index. */
  readonly source: string;
}

/** What is known of an id apart from packages. */
export interface AdvisoryRecord {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly summary?: string;
  readonly severity?: RatedSeverity;
  readonly published?: string;
  readonly url?: string;
}

/** Whether data can support "none known". `partial` says why not. */
export type CoverageState = 'full' | 'partial';

/** What one source knows of one ecosystem or release. */
export interface Coverage {
  readonly source: string;
  /** `npm`, `Debian:12`… */
  readonly ecosystem: string;
  readonly state: CoverageState;
  readonly reason?: string;
  /** Date or time (ISO 8601) of the last successful fetch, or of the source's own publication when imported; absent when nobody says. */
  readonly asOf?: string;
}

/** Exploited in the wild, by CISA's catalogue. */
export interface KevEntry {
  readonly cve: string;
  /** `YYYY-MM-DD`. */
  readonly added: string;
  readonly due?: string;
  readonly ransomware: boolean;
}

/** Probability of exploitation in the next 30 days, by FIRST. Both 0–1. */
export interface EpssScore {
  readonly cve: string;
  readonly score: number;
  readonly percentile: number;
}
