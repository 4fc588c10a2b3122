import type { Report } from '../../model/report.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { dataAges, dataAgeWords } from '../../model/scan-words.ts';
import { sha256 } from '../../model/sha256.ts';
import { safeJsonText } from '../../model/visible-text.ts';
import { components, dependencies, makeRefs, targetComponent } from './components.ts';
import type { Property, Refs } from './types.ts';
import { vulnerabilities } from './vulnerabilities.ts';

const schema = 'http://cyclonedx.org/schema/bom-1.6.schema.json';

/**
 * A bill of materials with what is known against it, CycloneDX 1.6 JSON. What is unknown stands in annotations of the target and in
 * `compositions`, so that an empty list of vulnerabilities never reads as a pass. Source: ECMA-424, bom-1.6.schema.json.
 */
export const report: Report = {
  format: 'cyclonedx',
  title: 'Bill of materials with vulnerabilities, CycloneDX 1.6 JSON',
  render(result) {
    const body = JSON.stringify(document(result), null, 2);
    const serialNumber = `urn:uuid:${contentUuid(body)}`;
    const head = JSON.stringify({ $schema: schema, bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, version: 1 }, null, 2);
    return `${safeJsonText(`${head.slice(0, -2)},${body.slice(1)}`)}\n`;
  },
};

function document(result: ScanResult): Record<string, unknown> {
  const refs = makeRefs(result);
  const found = vulnerabilities(result.findings, refs);
  const notes = annotations(result, refs);
  return {
    metadata: {
      timestamp: result.run.at,
      lifecycles: [{ phase: result.target.kind === 'image' ? 'post-build' : 'discovery' }],
      tools: { components: [tool(result)] },
      component: targetComponent(result, refs),
      properties: metadataProperties(result),
    },
    components: components(result, refs),
    dependencies: dependencies(result, refs),
    // Never "complete": ecosystems that this version does not look at may be there as well.
    compositions: [{ aggregate: result.summary.blockingUnknowns > 0 ? 'incomplete' : 'unknown', assemblies: [refs.target] }],
    vulnerabilities: found,
    ...(notes.length === 0 ? {} : { annotations: notes }),
  };
}

function tool({ run }: ScanResult): { type: string; name: string; version: string } {
  return { type: 'application', name: run.tool, version: run.version };
}

function metadataProperties({ run, summary, data, counted }: ScanResult): Property[] {
  return [
    { name: 'plimsoll:mode', value: run.mode },
    { name: 'plimsoll:scanners', value: run.scanners.join(' ') },
    { name: 'plimsoll:unknowns', value: String(summary.unknowns) },
    { name: 'plimsoll:blockingUnknowns', value: String(summary.blockingUnknowns) },
    { name: 'plimsoll:hiddenByFilter', value: String(summary.hidden) },
    ...dataAges(data, run.at).map((one) => ({ name: `plimsoll:data:${one.label}`, value: dataAgeWords(one) })),
    ...run.notCovered.map((value) => ({ name: 'plimsoll:notCovered', value })),
    ...Object.keys(counted)
      .sort()
      .map((key) => ({ name: `plimsoll:counted:${key}`, value: String(counted[key]) })),
  ];
}

/** Unknowns, and findings that are no vulnerabilities: an end of life, updates that wait. */
function annotations(result: ScanResult, refs: Refs): object[] {
  const annotator = { component: tool(result) };
  const timestamp = result.run.at;
  const unknowns = result.unknowns.map(({ id, code, area, subject, reason, hint, blocking }, i) => ({
    'bom-ref': `unknown:${i + 1}:${id}`,
    subjects: [refs.target],
    annotator,
    timestamp,
    text: `UNKNOWN${blocking ? ' (not a pass)' : ''}: ${area}: ${reason}: ${subject}. Next: ${hint} [${code}]`,
  }));
  const others = result.findings
    .filter(({ kind }) => kind !== 'vulnerability')
    .map(({ id, kind, title, subject, installed, suppressedBy }, i) => ({
      'bom-ref': `note:${i + 1}:${id}`,
      subjects: [refs.byPurl.get(subject.purl ?? '') ?? (kind === 'end-of-life' ? (refs.os ?? refs.target) : refs.target)],
      annotator,
      timestamp,
      text: `${kind}: ${subject.name} ${installed}: ${title}${suppressedBy === undefined ? '' : ` (not counted: ${suppressedBy.reason})`}`,
    }));
  return [...unknowns, ...others];
}

/** A UUID that names the content: the first 128 bits of its SHA-256, marked as version 8. Source: RFC 9562, 5.8 and B.2. */
function contentUuid(text: string): string {
  const bytes = sha256(text).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
