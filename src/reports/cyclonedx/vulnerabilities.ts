import type { VersionRange } from '../../model/advisory.ts';
import type { Finding, Suppression } from '../../model/finding.ts';
import { advisoryUrl } from '../../model/scan-words.ts';
import type { RatedSeverity, Severity } from '../../model/severity.ts';
import { type Property, type Refs, versionText } from './types.ts';

interface Source {
  readonly name: string;
  readonly url?: string;
}

/** The part of a CycloneDX 1.6 vulnerability that we write. */
export interface Vulnerability {
  readonly 'bom-ref': string;
  readonly id: string;
  readonly source: Source;
  readonly references?: readonly { readonly id: string; readonly source: Source }[];
  readonly ratings: readonly {
    readonly source?: Source;
    readonly score?: number;
    readonly severity: string;
    readonly method?: string;
    readonly vector?: string;
  }[];
  readonly description?: string;
  readonly recommendation?: string;
  readonly analysis?: { readonly state: string; readonly detail: string };
  readonly affects: readonly {
    readonly ref: string;
    readonly versions: readonly (
      | { readonly version: string; readonly status: string }
      | { readonly range: string; readonly status: string }
    )[];
  }[];
  readonly properties: readonly Property[];
}

/**
 * One entry per finding, since reach, fix and suppression belong to a finding and not to the advisory. Suppressed ones stay, with their analysis.
 * Source: CycloneDX 1.6 JSON, `definitions/vulnerability`.
 */
export function vulnerabilities(findings: readonly Finding[], refs: Refs): Vulnerability[] {
  return findings
    .filter(({ kind }) => kind === 'vulnerability')
    .map((finding, i) => {
      const analysis = analysisOf(finding);
      const ref = refs.byPurl.get(finding.subject.purl ?? '') ?? refs.target;
      return {
        'bom-ref': `vulnerability:${i + 1}:${finding.id}`,
        id: finding.id,
        source: sourceOf(finding),
        ...(finding.aliases.length === 0 ? {} : { references: finding.aliases.map((id) => ({ id, source: aliasSource(id) })) }),
        ratings: [rating(finding.severity, finding.rating)],
        ...(finding.title === '' ? {} : { description: finding.title }),
        ...(recommendation(finding) === undefined ? {} : { recommendation: recommendation(finding) ?? '' }),
        ...(analysis === undefined ? {} : { analysis }),
        affects: [{ ref, versions: versionsOf(finding) }],
        properties: propertiesOf(finding),
      };
    });
}

function sourceOf({ id, evidence }: Finding): Source {
  const url = advisoryUrl(id);
  const name = evidence.find((one) => one.kind === 'advisory')?.source ?? 'plimsoll';
  return { name, ...(url === undefined ? {} : { url }) };
}

function aliasSource(id: string): Source {
  const url = advisoryUrl(id);
  const prefix = /^[A-Z]{2,12}(?=-)/.exec(id)?.[0];
  return { name: prefix ?? 'alias', ...(url === undefined ? {} : { url }) };
}

function rating(severity: Severity, rated: RatedSeverity | undefined): Vulnerability['ratings'][number] {
  const word = severity === 'negligible' ? 'info' : severity;
  if (rated === undefined) return { severity: word };
  const { source, vector, score } = rated;
  return {
    source: { name: source },
    ...(score === undefined ? {} : { score }),
    severity: word,
    method: methodOf(vector),
    ...(vector === undefined ? {} : { vector }),
  };
}

/** Source: CycloneDX 1.6, `definitions/scoreMethod`; prefixes of the CVSS specifications. Version 2 vectors have none. */
function methodOf(vector: string | undefined): string {
  if (vector === undefined) return 'other';
  if (vector.startsWith('CVSS:4')) return 'CVSSv4';
  if (vector.startsWith('CVSS:3.1')) return 'CVSSv31';
  if (vector.startsWith('CVSS:3')) return 'CVSSv3';
  return /^\(?AV:[LAN]\/AC:[HML]\/Au:/.test(vector) ? 'CVSSv2' : 'other';
}

function recommendation({ fix, fixed, subject }: Finding): string | undefined {
  if (fix !== undefined) return fix.command === undefined ? fix.text : `${fix.text} ${fix.command}`;
  return fixed === undefined ? undefined : `Upgrade ${subject.name} to ${fixed} or later.`;
}

/** An accepted risk is no statement that the product is unaffected: it stays open (`in_triage`), with the reason in words. */
function analysisOf({ suppressedBy, status }: Finding): Vulnerability['analysis'] | undefined {
  if (suppressedBy !== undefined) {
    const states = { ignore: 'in_triage', 'not-affected': 'not_affected', owner: 'not_affected', vex: 'not_affected' } as const;
    return { state: states[suppressedBy.by], detail: suppressionDetail(suppressedBy) };
  }
  return status === 'under_investigation' ? { state: 'in_triage', detail: 'The vendor is still looking into it.' } : undefined;
}

function suppressionDetail({ by, reason, owner, expires }: Suppression): string {
  const notes = [...(owner === undefined ? [] : [owner]), ...(expires === undefined ? [] : [`until ${expires}`])].join(', ');
  return `${by === 'ignore' ? 'Waived: ' : ''}${reason}${notes === '' ? '' : ` (${notes})`}`;
}

function versionsOf({ installed, comparison, subject }: Finding): Vulnerability['affects'][number]['versions'] {
  const type = /^pkg:([a-z0-9.+-]+)\//.exec(subject.purl ?? '')?.[1];
  const range = type === undefined || comparison === undefined ? undefined : vers(type, comparison.range);
  return [
    { version: versionText(installed), status: 'affected' },
    ...(range === undefined || range.length > 4096 ? [] : [{ range, status: 'affected' }]),
  ];
}

/** A range in the `vers` notation; the scheme is the purl type. Source: package-url, VERSION-RANGE-SPEC. */
function vers(type: string, { introduced, after, fixed, lastAffected }: VersionRange): string | undefined {
  const bounds = [
    ...(introduced === undefined || introduced === '0' ? [] : [`>=${encodeVersion(introduced)}`]),
    ...(after === undefined ? [] : [`>${encodeVersion(after)}`]),
    ...(fixed === undefined ? [] : [`<${encodeVersion(fixed)}`]),
    ...(lastAffected === undefined ? [] : [`<=${encodeVersion(lastAffected)}`]),
  ];
  return `vers:${type}/${bounds.length === 0 ? '*' : bounds.join('|')}`;
}

function encodeVersion(version: string): string {
  return encodeURIComponent(version.replace(/\p{Cs}/gu, '\ufffd')).replaceAll('%3A', ':');
}

function propertiesOf(finding: Finding): Property[] {
  const { status, priority, exploited, epss, fixed, location, reasons, suppressedBy } = finding;
  return [
    { name: 'plimsoll:status', value: status },
    { name: 'plimsoll:priority', value: String(priority) },
    { name: 'plimsoll:kev', value: String(exploited) },
    ...(epss === undefined ? [] : [{ name: 'plimsoll:epss', value: String(epss) }]),
    ...(fixed === undefined ? [] : [{ name: 'plimsoll:fixed', value: fixed }]),
    ...(location?.layer === undefined ? [] : [{ name: 'plimsoll:layer', value: String(location.layer) }]),
    ...(location === undefined ? [] : [{ name: 'plimsoll:location', value: location.path }]),
    ...(suppressedBy === undefined ? [] : [{ name: 'plimsoll:suppressedBy', value: suppressedBy.by }]),
    ...reasons.map((value) => ({ name: 'plimsoll:reason', value })),
  ];
}
