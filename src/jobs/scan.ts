import { ecosystemsOf, judgeLifecycle, locate, match, planActions, prioritise } from '../engines/match/index.ts';
import { PlimsollError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { ReadingMode } from '../model/image.ts';
import type { Scanner, ScanResult, ScanSummary } from '../model/scan-result.ts';
import { type Severity, severities } from '../model/severity.ts';
import { mergeUnknowns, type Unknown, type UnknownCause, type Warning } from '../model/unknown.ts';
import type { Verdict } from '../model/verdict.ts';
import { type DisplayFilter, isShown } from '../policy/filter.ts';
import { judgeScan, type ScanBar } from '../policy/judge-scan.ts';
import { type Ignore, suppress } from '../policy/suppress.ts';
import { assemble, type Catalogue } from '../sources/packages/index.ts';
import type { Deps } from './deps.ts';
import { type ObservedTarget, type ObserveRequest, observe } from './observe.ts';
import { toolVersion } from './registry/generated/tool-version.ts';
import { fetchEcosystems, staleEcosystems } from './scan-data.ts';
import { waiting } from './scan-updates.ts';

/** One scan, as the user asked for it. */
export interface ScanRequest extends ObserveRequest {
  readonly scanners: readonly Scanner[];
  readonly lockFiles: boolean;
  readonly includeDev: boolean;
  readonly ignores: readonly Ignore[];
  readonly filter: DisplayFilter;
  readonly bar: ScanBar;
  /** Fetch packs that are missing or a day old. */
  readonly update: boolean;
  readonly now: Date;
  /** The time was given: the result is then reproducible, its duration 0. */
  readonly isTimeFixed: boolean;
}

/** A scan with its verdict, and how the target was found. */
export interface Scanned {
  readonly result: ScanResult;
  readonly verdict: Verdict;
  readonly via: string;
}

const built: readonly Scanner[] = ['vuln'];
const names: Readonly<Record<Scanner, string>> = {
  vuln: 'vulnerabilities',
  secret: 'secrets',
  config: 'configuration',
  license: 'licences',
};

/**
 * Judges one image, archive or folder: what is in it, what is known against it, what could not be known.
 * Without scanners it only reads. Errors: those of reading the target; `not-built-yet` when this version has none of the scanners asked for.
 */
export async function scan(request: ScanRequest, deps: Deps, signal: AbortSignal): Promise<Scanned> {
  if (request.scanners.length > 0 && !request.scanners.some((one) => built.includes(one)))
    throw new PlimsollError('not-built-yet', `this version does not look for ${request.scanners.map((one) => names[one]).join(', ')} yet`, {
      hint: `It looks for ${built.map((one) => names[one]).join(', ')}: --scanners ${built.join(',')}.`,
    });
  const began = performance.now();
  const target = await observe(request, deps, signal);
  const catalogue = assemble(target.files, {
    kind: target.target.kind,
    lockFiles: request.lockFiles,
    includeDev: request.includeDev,
    ...(target.resolve === undefined ? {} : { resolve: (path: string) => target.resolve?.(path) ?? path }),
  });
  const judged = await judge(request, target, catalogue, deps, signal);
  const result = scanResult(request, target, catalogue, judged, request.isTimeFixed ? 0 : Math.round(performance.now() - began));
  const verdict = judgeScan(
    {
      findings: judged.findings,
      unknowns: result.unknowns,
      nothingEvaluated: judged.nothingEvaluated,
      notBuilt: request.scanners.filter((one) => !built.includes(one)),
    },
    request.bar,
  );
  return { result, verdict, via: target.via };
}

interface Judged {
  readonly findings: readonly Finding[];
  readonly causes: readonly UnknownCause[];
  readonly warnings: readonly Warning[];
  readonly data: ScanResult['data'];
  readonly actions: ScanResult['actions'];
  readonly lifecycle: ScanResult['target']['lifecycle'];
  readonly nothingEvaluated: boolean;
}

async function judge(request: ScanRequest, target: ObservedTarget, catalogue: Catalogue, deps: Deps, signal: AbortSignal): Promise<Judged> {
  if (!request.scanners.includes('vuln'))
    return { findings: [], causes: [], warnings: [], data: [], actions: [], lifecycle: undefined, nothingEvaluated: true };
  const { packages, distro } = catalogue;
  const warnings = request.update ? await refresh(catalogue, request.now, deps, signal) : [];
  const advisories = deps.openAdvisories();
  try {
    const matched = match(packages, distro, advisories, request.now);
    const life = judgeLifecycle(distro, advisories, request.now);
    // Asking the archive is fetching: `--no-update` leaves it at what the target has on disk.
    const { settings, progress, http } = deps;
    const updates = await waiting(
      target,
      catalogue,
      request.now,
      { settings, progress, ...(request.update && http !== undefined ? { http } : {}) },
      signal,
    );
    const located = locate([...matched.findings, ...life.findings, ...updates.findings], packages, target.layers);
    const silenced = suppress(located, request.ignores, request.now);
    const findings = prioritise(silenced.findings);
    return {
      findings,
      causes: [...matched.causes, ...life.causes, ...updates.causes, ...(packages.length === 0 ? [noPackages] : [])],
      warnings: [...warnings, ...silenced.warnings],
      data: [...matched.data, ...updates.data],
      actions: planActions(findings, packages, target.layers, distro, life.lifecycle),
      lifecycle: life.lifecycle,
      nothingEvaluated: packages.length > 0 && matched.evaluated === 0 && updates.data.length === 0,
    };
  } finally {
    advisories.close();
  }
}

/** A wrong folder and an image of one static binary look alike: nothing was judged, which is no pass. */
const noPackages: UnknownCause = {
  code: 'packages-none',
  area: 'packages',
  of: 'targets',
  reason: 'no package was found that this version can read',
  hint: 'Check that this is the right target; --allow-unknown=packages accepts it.',
  blocking: true,
};

/** Fetches what is missing or old; what cannot be had is a warning here and shows as coverage in the result. */
async function refresh(catalogue: Catalogue, now: Date, deps: Deps, signal: AbortSignal): Promise<Warning[]> {
  if (deps.http === undefined) return [];
  const index = deps.openAdvisories();
  const stale = staleEcosystems(ecosystemsOf(catalogue.packages, catalogue.distro), (ecosystem) => index.rows(ecosystem, []).coverage, now);
  index.close();
  if (stale.length === 0) return [];
  const failed = await fetchEcosystems(stale, deps, signal);
  const [first, ...others] = failed;
  if (first === undefined) return [];
  const message = others.length === 0 ? first : `${failed.length} feeds could not be fetched, first ${first}`;
  return [
    {
      code: 'feed-unreachable',
      message,
      hint: 'Earlier data, where there is any, was used. --no-update or --offline does not try; `plimsoll db update` names each.',
    },
  ];
}

function scanResult(request: ScanRequest, target: ObservedTarget, catalogue: Catalogue, judged: Judged, durationMs: number): ScanResult {
  const unknowns = mergeUnknowns([...target.causes, ...catalogue.causes, ...judged.causes]);
  const shown = judged.findings.filter((finding) => isShown(finding, request.filter));
  const shownKeys = new Set(shown.map((finding) => `${finding.id} ${finding.subject.purl ?? finding.subject.name}`));
  const mode: ReadingMode = request.verifyLayers ? 'verify-layers' : 'as-needed';
  return {
    schemaVersion: '1',
    run: {
      tool: 'plimsoll',
      version: toolVersion,
      at: request.now.toISOString(),
      durationMs,
      mode,
      scanners: request.scanners.filter((one) => built.includes(one)),
      notCovered: request.scanners.filter((one) => !built.includes(one)).map((one) => names[one]),
    },
    target: {
      ...target.target,
      ...(catalogue.distro === undefined ? {} : { distro: catalogue.distro }),
      ...(judged.lifecycle === undefined ? {} : { lifecycle: judged.lifecycle }),
      ...(target.config === undefined ? {} : { config: target.config }),
    },
    layers: target.layers,
    packages: catalogue.packages,
    findings: shown,
    actions: judged.actions.filter((action) => action.findings.some((key) => shownKeys.has(key))),
    unknowns,
    warnings: [...target.warnings, ...judged.warnings],
    counted: catalogue.counted,
    data: judged.data,
    summary: summarise(judged.findings, shown, catalogue.packages.length, unknowns),
  };
}

function summarise(findings: readonly Finding[], shown: readonly Finding[], packages: number, unknowns: readonly Unknown[]): ScanSummary {
  const active = findings.filter((finding) => finding.suppressedBy === undefined);
  const count = (severity: Severity): number => active.filter((finding) => finding.severity === severity).length;
  const [critical, high, medium, low, negligible, unknown] = severities.map(count);
  return {
    packages,
    bySeverity: {
      critical: critical ?? 0,
      high: high ?? 0,
      medium: medium ?? 0,
      low: low ?? 0,
      negligible: negligible ?? 0,
      unknown: unknown ?? 0,
    },
    active: active.length,
    suppressed: findings.length - active.length,
    fixable: active.filter((finding) => finding.fixed !== undefined).length,
    exploited: active.filter((finding) => finding.exploited).length,
    hidden: active.length - shown.filter((finding) => finding.suppressedBy === undefined).length,
    unknowns: unknowns.length,
    blockingUnknowns: unknowns.filter((one) => one.blocking).length,
  };
}
