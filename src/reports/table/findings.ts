import type { Finding } from '../../model/finding.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { noneKnownWords, suppressedWords } from '../../model/scan-words.ts';
import { type Severity, severities } from '../../model/severity.ts';
import { displayWidth, padEnd, truncate, wrap } from './display-width.ts';
import { type Line, type Style, say } from './paint.ts';

const withActions = 5;
const withoutActions = 15;
const suppressedShown = 200;

/** How the severity of findings is named to a person: nobody's rating is not an unknown of the scan. */
function severityWord(severity: Severity): string {
  return severity === 'unknown' ? 'unrated' : severity;
}

function styleOf(severity: Severity): Style | undefined {
  return severity === 'critical' || severity === 'high' || severity === 'medium' ? severity : undefined;
}

/** The sum by severity and the findings to look at first; where there is none, what was checked. */
export function findingLines(result: ScanResult, width: number): Line[] {
  const { summary, actions } = result;
  const heading = say('FINDINGS   ', 'heading');
  if (summary.active === 0) {
    return wrap(noneKnownWords(result), width - 11, 4).map((text, i) => [i === 0 ? heading : say(' '.repeat(11)), say(text)]);
  }
  const bySeverity = severities.flatMap((one) => (summary.bySeverity[one] > 0 ? [`${summary.bySeverity[one]} ${severityWord(one)}`] : []));
  const head = wrap(`${summary.active}: ${bySeverity.join(', ')}`, width - 11, 3);
  const marks = [
    ...(summary.exploited > 0 ? [`exploited in the wild: ${summary.exploited}`] : []),
    `a fix is known: ${summary.fixable}`,
    ...(summary.hidden > 0 ? [`hidden by a display filter: ${summary.hidden}`] : []),
  ].join('   ');
  const active = result.findings.filter((finding) => finding.suppressedBy === undefined).sort((a, b) => a.priority - b.priority);
  const shown = active.slice(0, actions.length > 0 ? withActions : withoutActions);
  const more = active.length - shown.length;
  return [
    ...head.map((text, i) => [i === 0 ? heading : say(' '.repeat(11)), say(text)]),
    ...wrap(marks, width - 11, 3).map((text) => [say(' '.repeat(11) + text, summary.exploited > 0 ? 'critical' : 'quiet')]),
    ...rows(shown, width),
    ...(more > 0 ? [[say(`    and ${more} more   --format html=report.html or --format json lists all`, 'quiet')]] : []),
  ];
}

/** Severity, id, package with what is installed and what removes it; below, why it stands where it stands. */
function rows(findings: readonly Finding[], width: number): Line[] {
  const ids = findings.map((finding) => truncate(say(finding.id).text, 22));
  const idWidth = Math.max(0, ...ids.map(displayWidth));
  const left = 4 + 10 + 2 + idWidth + 2;
  return findings.flatMap((finding, i): Line[] => {
    const isRoomy = width - left >= 28;
    const indent = isRoomy ? left : 4;
    const [first = '', ...more] = wrap(subjectWords(finding), width - left > 0 && isRoomy ? width - left : width - 4, 3);
    const severity = severityWord(finding.severity);
    const head: Line = [say(`    ${padEnd(severity, 10)}  `, styleOf(finding.severity)), say(padEnd(ids[i] ?? '', idWidth))];
    const subject: Line[] = isRoomy ? [[...head, say(`  ${first}`)]] : [head, [say(`    ${first}`)]];
    const under = isRoomy ? 16 : 4;
    const why = wrap(say(finding.reasons.join('; ')).text, width - under, 2);
    return [
      ...subject,
      ...more.map((text) => [say(' '.repeat(indent) + text)]),
      ...why.filter((text) => text !== '').map((text) => [say(' '.repeat(under) + text, 'quiet')]),
    ];
  });
}

function subjectWords({ kind, subject, installed, fixed, status }: Finding): string {
  // The name of a release holds its version, and what helps is a move, not a fix.
  if (kind === 'end-of-life') return `${short(subject.name)} (support ended)`;
  const to = fixed === undefined ? (status === 'will_not_fix' ? '(will not be fixed)' : '(no fix known)') : `→ ${short(fixed)}`;
  return `${short(subject.name)} ${short(installed)} ${to}`;
}

/** Names and versions come from the target: one of a thousand letters must not fill the screen. */
function short(text: string): string {
  return truncate(say(text).text, 56);
}

/** How many findings are not counted and why; the findings themselves where they are asked for. */
export function suppressedLines({ findings }: ScanResult, width: number, isListed: boolean): Line[] {
  const suppressed = findings.filter((finding) => finding.suppressedBy !== undefined);
  if (suppressed.length === 0) return [];
  const words = `${suppressed.length} ${isListed ? 'not counted' : 'not shown'}: ${suppressedWords(suppressed).join(', ')}`;
  const flag = isListed ? '' : '   --show-suppressed';
  const lines = wrap(say(words).text, width, 6);
  const last = lines.at(-1) ?? '';
  const fits = displayWidth(last) + flag.length <= width;
  const head = fits ? [...lines.slice(0, -1), last + flag] : [...lines, flag];
  if (!isListed) return head.map((text) => [say(text)]);
  const listed = suppressed.slice(0, suppressedShown).flatMap((finding): Line[] => {
    const { reason = '', owner, expires } = finding.suppressedBy ?? {};
    const by = [...(owner === undefined ? [] : [owner]), ...(expires === undefined ? [] : [`until ${expires}`])].join(', ');
    const why = wrap(say(by === '' ? reason : `${reason} (${by})`).text, width - 8, 3);
    return [
      [say(`    ${short(finding.id)}   ${short(finding.subject.name)} ${short(finding.installed)}   ${severityWord(finding.severity)}`)],
      ...why.map((text) => [say(`        ${text}`, 'quiet')]),
    ];
  });
  const rest = suppressed.length - suppressedShown;
  return [...head.map((text) => [say(text)]), ...listed, ...(rest > 0 ? [[say(`    and ${rest} more in --format json`, 'quiet')]] : [])];
}
