import type { Finding } from '../model/finding.ts';
import type { Warning } from '../model/unknown.ts';

/** One accepted finding. Reason and owner are asked for; without an expiry it holds until it is removed. */
export interface Ignore {
  /** The finding's id or any of its aliases, whatever the case. */
  readonly id: string;
  /** Narrows to a package: its name or its purl, with or without version. */
  readonly package?: string;
  /** Narrows to findings at this path or below it. */
  readonly path?: string;
  readonly reason: string;
  readonly owner: string;
  /** `YYYY-MM-DD`, the last day it holds (UTC). */
  readonly expires?: string;
}

/** Findings with what silences them, and what the owner of the ignore file should know. */
export interface Suppressed {
  readonly findings: readonly Finding[];
  readonly warnings: readonly Warning[];
}

/**
 * Marks findings that an ignore entry names. Nothing is dropped: a suppressed finding stays listed with its reason.
 * An expired entry silences nothing and is named; so is one that matches nothing.
 */
export function suppress(findings: readonly Finding[], ignores: readonly Ignore[], now: Date): Suppressed {
  const today = now.toISOString().slice(0, 10);
  const live = ignores.filter((ignore) => ignore.expires === undefined || ignore.expires >= today);
  const warnings: Warning[] = ignores
    .filter((ignore) => !live.includes(ignore))
    .map((ignore) => ({
      code: 'ignore-expired',
      message: `the exception for ${ignore.id} of ${ignore.owner} expired on ${ignore.expires}: it is active again`,
      hint: 'Fix it, or renew the entry with a new reason.',
    }));
  const used = new Set<Ignore>();
  const marked = findings.map((finding) => {
    const ignore = live.find((one) => covers(one, finding));
    if (ignore === undefined) return finding;
    used.add(ignore);
    if (finding.suppressedBy !== undefined) return finding;
    const { reason, owner, expires } = ignore;
    return { ...finding, suppressedBy: { by: 'ignore' as const, reason, owner, ...(expires === undefined ? {} : { expires }) } };
  });
  for (const ignore of live) {
    if (!used.has(ignore))
      warnings.push({
        code: 'ignore-unused',
        message: `the exception for ${ignore.id} matched nothing`,
        hint: 'Remove it, or correct its id, package or path.',
      });
  }
  return { findings: marked, warnings };
}

function covers(ignore: Ignore, finding: Finding): boolean {
  const id = ignore.id.toUpperCase();
  if (finding.id.toUpperCase() !== id && !finding.aliases.some((alias) => alias.toUpperCase() === id)) return false;
  if (ignore.package !== undefined && !namesPackage(ignore.package, finding)) return false;
  return ignore.path === undefined || isAtOrBelow(finding.location?.path ?? finding.subject.path ?? '', ignore.path);
}

function namesPackage(wanted: string, { subject }: Finding): boolean {
  if (!wanted.startsWith('pkg:')) return subject.name === wanted;
  const purl = subject.purl ?? '';
  return purl === wanted || (purl.startsWith(wanted) && '@?#'.includes(purl[wanted.length] ?? ''));
}

function isAtOrBelow(path: string, folder: string): boolean {
  const base = folder.replace(/^\/+|\/+$/g, '');
  return path === base || path.startsWith(`${base}/`);
}
