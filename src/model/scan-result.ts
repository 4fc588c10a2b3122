import type { Coverage } from './advisory.ts';
import type { Distro, Lifecycle } from './distro.ts';
import type { Action, Finding } from './finding.ts';
import type { ImageConfig, Layer, ReadingMode } from './image.ts';
import type { Package } from './package.ts';
import type { Severity } from './severity.ts';
import type { Unknown, Warning } from './unknown.ts';

/** What scanners judge. Only those that are built are run; the rest are named in one line. */
export type Scanner = 'vuln' | 'secret' | 'config' | 'license';

/** Result of `scan`. The JSON report is this object; schemas/scan.schema.json is the contract. */
export interface ScanResult {
  readonly schemaVersion: '1';
  readonly run: {
    readonly tool: 'plimsoll';
    readonly version: string;
    /** ISO 8601. */
    readonly at: string;
    /** Wall clock; 0 when the time was given with `--now`, so that the output is reproducible. */
    readonly durationMs: number;
    readonly mode: ReadingMode;
    readonly scanners: readonly Scanner[];
    readonly notCovered: readonly string[];
  };
  readonly target: {
    readonly kind: 'image' | 'filesystem';
    readonly name: string;
    readonly digest?: string;
    readonly distro?: Distro;
    readonly lifecycle?: Lifecycle;
    readonly config?: ImageConfig;
  };
  readonly layers: readonly Layer[];
  readonly packages: readonly Package[];
  readonly findings: readonly Finding[];
  readonly actions: readonly Action[];
  readonly unknowns: readonly Unknown[];
  readonly warnings: readonly Warning[];
  /** Things seen and deliberately not counted as packages: `vendored` (npm copies inside packages), `lock-file`, `dev`. */
  readonly counted: Readonly<Record<string, number>>;
  readonly data: readonly Coverage[];
  readonly summary: ScanSummary;
}

/** Counts for the first line of a report. */
export interface ScanSummary {
  readonly packages: number;
  /** Active findings by severity. */
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly active: number;
  readonly suppressed: number;
  readonly fixable: number;
  readonly exploited: number;
  /** Active findings that a display filter (`--severity`, `--only-fixed`) keeps out of `findings`. */
  readonly hidden: number;
  readonly unknowns: number;
  readonly blockingUnknowns: number;
}
