import type { Finding } from '../model/finding.ts';
import { type Severity, severityRank } from '../model/severity.ts';
import type { Unknown } from '../model/unknown.ts';
import { exitCodes, type Verdict } from '../model/verdict.ts';

/** What a scan is held to. Without `failOn` and `strict` it is a report: it passes whatever it found. */
export interface ScanBar {
  readonly failOn?: Severity;
  readonly strict: boolean;
  /** Areas whose blocking unknowns are accepted; `all` for every one. */
  readonly allowUnknown: readonly string[];
}

/** What is judged: findings before any display filter, and what is not known. */
export interface Judged {
  readonly findings: readonly Finding[];
  readonly unknowns: readonly Unknown[];
  /** Packages were found but there is no advisory data for any of them, or none of the chosen scanners is built. */
  readonly nothingEvaluated: boolean;
  /** Scanners that were asked for by name and that this version does not have: a bar over them cannot pass. */
  readonly notBuilt: readonly string[];
}

/**
 * pass, fail or unknown. A hit of `failOn` fails even when something is unknown; a blocking unknown never passes a bar.
 * Source: command line contract, exit codes 0, 1, 3.
 */
export function judgeScan(judged: Judged, bar: ScanBar): Verdict {
  if (judged.nothingEvaluated)
    return leaf(
      'unknown',
      'nothing was judged: no scanner of this version was chosen, or there is no advisory data for anything in the target',
    );
  const isBar = bar.failOn !== undefined || bar.strict;
  if (!isBar) return leaf('pass', 'no bar was set (--fail-on, --strict)');
  const because: Verdict[] = [];
  if (bar.failOn !== undefined) because.push(judgeFindings(judged.findings, bar.failOn));
  if (judged.notBuilt.length > 0) because.push(judgeScanners(judged.notBuilt, bar.allowUnknown));
  because.push(judgeUnknowns(judged.unknowns, bar.allowUnknown));
  const decisive = because.find((one) => one.outcome === 'fail') ?? because.find((one) => one.outcome === 'unknown');
  return decisive === undefined
    ? { outcome: 'pass', reason: because.map((one) => one.reason).join('; '), because }
    : { outcome: decisive.outcome, reason: decisive.reason, because };
}

/** The exit code of a verdict. */
export function exitCodeOf(verdict: Verdict): number {
  return { pass: exitCodes.done, fail: exitCodes.failed, unknown: exitCodes.unevaluated }[verdict.outcome];
}

function judgeFindings(findings: readonly Finding[], failOn: Severity): Verdict {
  const hits = findings.filter((finding) => finding.suppressedBy === undefined && severityRank(finding.severity) <= severityRank(failOn));
  if (hits.length === 0) return leaf('pass', `no active finding is ${failOn} or worse`);
  const named = hits.slice(0, 3).map((finding) => `${finding.id} in ${finding.subject.name}`);
  return leaf(
    'fail',
    `${hits.length} active ${hits.length === 1 ? 'finding is' : 'findings are'} ${failOn} or worse: ${named.join(', ')}${hits.length > 3 ? ' …' : ''}`,
  );
}

function judgeScanners(notBuilt: readonly string[], allowed: readonly string[]): Verdict {
  const open = notBuilt.filter((scanner) => !allowed.includes('all') && !allowed.includes(scanner));
  if (open.length === 0) return leaf('pass', `not looked for, accepted by --allow-unknown: ${notBuilt.join(', ')}`);
  return leaf(
    'unknown',
    `--scanners asks for ${open.join(', ')}, which this version does not look for; leave it out, or --allow-unknown=${open.join(',')}`,
  );
}

function judgeUnknowns(unknowns: readonly Unknown[], allowed: readonly string[]): Verdict {
  const blocking = unknowns.filter((unknown) => unknown.blocking);
  const open = blocking.filter((unknown) => !allowed.includes('all') && !allowed.includes(unknown.area));
  if (open.length > 0) return leaf('unknown', `could not evaluate ${areas(open)}: ${open[0]?.reason ?? ''}`);
  return leaf(
    'pass',
    blocking.length === 0 ? 'nothing that matters is unknown' : `unknowns were accepted by --allow-unknown: ${areas(blocking)}`,
  );
}

function areas(unknowns: readonly Unknown[]): string {
  return [...new Set(unknowns.map((unknown) => unknown.area))].join(', ');
}

function leaf(outcome: Verdict['outcome'], reason: string): Verdict {
  return { outcome, reason, because: [] };
}
