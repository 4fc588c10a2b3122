import type { Finding } from '../../model/finding.ts';
import { severityRank } from '../../model/severity.ts';
import { compareText } from '../../model/unknown.ts';

/** From this EPSS probability on, it is a reason to look earlier. */
const TELLING_EPSS = 0.1;

/**
 * Puts findings in the one order in which to look at them and says why: active before suppressed, exploited, severity, EPSS, a fix at hand, id, package.
 * Total: the same findings give the same order, whatever order they came in. Sets `priority` from 1 and puts the reasons in front of those that are there.
 */
export function prioritise(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(compareFindings).map((finding, at) => ({
    ...finding,
    priority: at + 1,
    reasons: [...new Set([...whyHere(finding), ...finding.reasons])],
  }));
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    Number(a.suppressedBy !== undefined) - Number(b.suppressedBy !== undefined) ||
    Number(b.exploited) - Number(a.exploited) ||
    severityRank(a.severity) - severityRank(b.severity) ||
    (b.epss ?? 0) - (a.epss ?? 0) ||
    Number(b.fixed !== undefined) - Number(a.fixed !== undefined) ||
    compareText(a.id, b.id) ||
    compareText(a.subject.purl ?? a.subject.path ?? a.subject.name, b.subject.purl ?? b.subject.path ?? b.subject.name)
  );
}

function whyHere(finding: Finding): string[] {
  const says = (kind: 'kev' | 'epss') => finding.evidence.find((one) => one.kind === kind)?.says;
  const reasons: (string | undefined)[] = [];
  if (finding.exploited) reasons.push(says('kev') ?? 'known to be exploited');
  if (finding.epss !== undefined && finding.epss >= TELLING_EPSS) reasons.push(says('epss'));
  if (finding.kind === 'vulnerability') {
    reasons.push(finding.rating === undefined ? 'nobody rates it' : `${finding.severity} by ${raterOf(finding.rating.source)}`);
    reasons.push(finding.fixed === undefined ? unfixed(finding.status) : 'a fix is available');
  }
  return reasons.filter((reason) => reason !== undefined);
}

/** Names of raters as people know them; others stand as they are. */
function raterOf(source: string): string {
  if (source === 'cvss') return 'its CVSS score';
  if (source.startsWith('debian')) return 'Debian';
  if (source.startsWith('alpine')) return 'Alpine';
  return (
    { osv: 'OSV', pypa: 'PyPA', ghsa: 'GitHub', github: 'GitHub', 'nodejs-security-wg': 'the Node.js security group' }[source] ?? source
  );
}

function unfixed(status: Finding['status']): string {
  switch (status) {
    case 'will_not_fix':
      return 'the vendor will not fix it';
    case 'fix_deferred':
      return 'the vendor put the fix off';
    case 'end_of_life':
      return 'support has ended: no fix will come';
    case 'under_investigation':
      return 'the vendor is still looking into it';
    default:
      return 'no fix is known';
  }
}
