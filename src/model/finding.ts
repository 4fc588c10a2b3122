import type { AdvisoryStatus, VersionRange } from './advisory.ts';
import type { Place } from './package.ts';
import type { RatedSeverity, Severity } from './severity.ts';

/** What was seen and where it is written: a row of an advisory, a line of a file, a daemon's answer. */
export interface Evidence {
  readonly kind: 'advisory' | 'kev' | 'epss' | 'lifecycle' | 'repository-index' | 'ownership';
  readonly subject: string;
  readonly source: string;
  /** In one sentence. */
  readonly says: string;
  /** Date of the data, ISO 8601. */
  readonly asOf?: string;
}

/** The comparison that was made, so that anyone can repeat it. */
export interface Comparison {
  readonly scheme: string;
  readonly installed: string;
  readonly range: VersionRange;
}

/** What to do about one finding. */
export interface Fix {
  /** The version that removes the finding. */
  readonly version?: string;
  readonly text: string;
  readonly command?: string;
}

/** Where in the target the subject came in. */
export interface FindingLocation extends Place {
  /** The history line of that layer, where the image has one. */
  readonly command?: string;
}

/** Why a finding is not counted. */
export interface Suppression {
  readonly by: 'ignore' | 'not-affected' | 'owner' | 'vex';
  readonly reason: string;
  readonly owner?: string;
  /** `YYYY-MM-DD`. */
  readonly expires?: string;
}

/**
 * A statement about a subject, with what proves it. Part of the JSON contract.
 * `id` is the CVE where there is one, else the advisory's own id; all other names stand in `aliases`.
 */
export interface Finding {
  readonly id: string;
  readonly kind: 'vulnerability' | 'end-of-life' | 'waiting-update';
  readonly severity: Severity;
  /** Whose rating `severity` is; absent when nobody rated it. */
  readonly rating?: RatedSeverity;
  readonly title: string;
  readonly subject: { readonly purl?: string; readonly path?: string; readonly name: string };
  readonly installed: string;
  /** The lowest version that removes it on the line that is installed; absent when none is known. */
  readonly fixed?: string;
  readonly status: AdvisoryStatus;
  readonly aliases: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly comparison?: Comparison;
  readonly location?: FindingLocation;
  readonly fix?: Fix;
  /** 1 = look at this first. Position in the one priority order. */
  readonly priority: number;
  /** Why it stands where it stands, in words. */
  readonly reasons: readonly string[];
  readonly exploited: boolean;
  /** EPSS probability 0–1. */
  readonly epss?: number;
  readonly suppressedBy?: Suppression;
}

/** One thing to do and the findings it removes. */
export interface Action {
  readonly title: string;
  readonly kind: 'upgrade' | 'rebuild' | 'migrate';
  /** Ids of the findings with their subject: `CVE-2024-0001 pkg:deb/debian/openssl@…`. */
  readonly findings: readonly string[];
  readonly command?: string;
  /** Layer it happens in, for the report. */
  readonly location?: FindingLocation;
  readonly exploited: number;
  readonly critical: number;
}
