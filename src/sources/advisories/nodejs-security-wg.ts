import type { VersionRange } from '../../model/advisory.ts';
import { readCvss } from '../../model/cvss.ts';
import { complementRanges, intersectRanges, npmCompare, readNpmRequirement } from '../../model/requirement.ts';
import { type RatedSeverity, severityOfScore, severityOfWord } from '../../model/severity.ts';
import { dateOf, type Fields, isFields, listOf, parseJson, summaryOf, textOf, textsOf } from './fields.ts';
import type { Emit, Importer } from './importer.ts';
import { hasJsonKeys } from './json-keys.ts';

/** One advisory of either part of the repository, in one shape. */
interface Advisory {
  readonly ecosystem: string;
  readonly name: string;
  /** The working group's own number, with its prefix. */
  readonly own: string;
  readonly cves: readonly string[];
  readonly vulnerable: string | undefined;
  readonly patched: string | undefined;
}

/**
 * Advisories of the Node.js security working group: `vuln/core/*.json` for Node.js itself, `vuln/npm/*.json` for packages (no longer
 * written since July 2020). A version is affected when it satisfies the vulnerable range and not the patched one, both npm ranges.
 * Source: nodejs/security-wg, `vuln/README.md`.
 */
export const importer: Importer = {
  id: 'nodejs-security-wg',
  kind: 'advisories',
  title: 'Node.js Security Working Group',
  licence: 'MIT',
  attribution: 'Node.js contributors, nodejs/security-wg',

  accepts(file) {
    if (!file.text.includes('"vulnerable')) return false;
    return (
      hasJsonKeys(file.text, { module_name: '"', vulnerable_versions: '', patched_versions: '' }) ||
      hasJsonKeys(file.text, { cve: '[', vulnerable: '', patched: '' })
    );
  },

  read(file, emit) {
    const document = parseJson(file.text);
    const advisory = isFields(document) ? readAdvisory(document, file.path) : undefined;
    if (!isFields(document) || advisory === undefined) {
      emit.skipped('advisory without a package or a number', file.path);
      return;
    }
    const date = dateOf(document.updated_at) ?? dateOf(document.publish_date);
    if (date !== undefined) emit.dated(date);
    const ranges = affectedRanges(advisory);
    if (ranges === undefined || ranges.length === 0) {
      emit.skipped(ranges === undefined ? 'range outside the grammar of npm' : 'no version is vulnerable and not patched', advisory.own);
      return;
    }
    emitAdvisory(document, advisory, ranges, emit);
  },
};

function readAdvisory(document: Fields, path: string): Advisory | undefined {
  const module = textOf(document.module_name);
  if (module !== undefined) {
    const id = typeof document.id === 'number' ? String(document.id) : textOf(document.id);
    if (id === undefined) return undefined;
    return {
      ecosystem: 'npm',
      name: module,
      own: `NSWG-ECO-${id}`,
      cves: readCves(document.cves),
      vulnerable: textOf(document.vulnerable_versions),
      patched: textOf(document.patched_versions),
    };
  }
  const number = /(\d+)\.json$/.exec(path)?.[1];
  const cves = readCves(document.cve);
  if (number === undefined && cves.length === 0) return undefined;
  const own = number === undefined ? (cves[0] ?? '') : `NSWG-CORE-${number}`;
  return { ecosystem: 'Node.js', name: 'node', own, cves, vulnerable: textOf(document.vulnerable), patched: textOf(document.patched) };
}

function readCves(value: unknown): string[] {
  return [...new Set(textsOf(listOf(value)).filter((id) => /^CVE-\d{4}-\d{4,}$/.test(id)))];
}

/** Vulnerable and not patched; nothing patched where no fix is named. `undefined` when a range cannot be read. */
function affectedRanges(advisory: Advisory): VersionRange[] | undefined {
  const vulnerable = advisory.vulnerable === undefined ? undefined : readNpmRequirement(advisory.vulnerable);
  const patched = advisory.patched === undefined ? [] : readNpmRequirement(advisory.patched);
  if (vulnerable === undefined || patched === undefined) return undefined;
  return intersectRanges(vulnerable, complementRanges(patched, npmCompare), npmCompare).map((range) => withFix(range, patched));
}

/** A span that ends with a last affected version is fixed by the first patched version above it, where one is named. */
function withFix(range: VersionRange, patched: readonly VersionRange[]): VersionRange {
  const { lastAffected, fixed } = range;
  if (lastAffected === undefined || fixed !== undefined) return range;
  const later = patched.flatMap(({ introduced }) =>
    introduced !== undefined && npmCompare(introduced, lastAffected) > 0 ? [introduced] : [],
  );
  const [first] = later.sort(npmCompare);
  return first === undefined ? range : { ...range, fixed: first };
}

/**
 * One row under each CVE, or under the group's own number where there is none. That number is an alias only of a single CVE.
 * Spans that end in a fix and spans that do not are rows of their own, since a row has one status.
 */
function emitAdvisory(document: Fields, advisory: Advisory, ranges: readonly VersionRange[], emit: Emit): void {
  const { ecosystem, name, own, cves } = advisory;
  emit.covers(
    ecosystem,
    'partial',
    ecosystem === 'npm' ? 'advisory data for npm ends 2020-07' : 'Node.js itself; later advisories are not in the copy',
  );
  const severity = readSeverity(document);
  const summary = summaryOf(document.title) ?? summaryOf(document.description) ?? summaryOf(document.overview);
  const published = dateOf(document.publish_date);
  const url = textOf(document.ref) ?? textsOf(document.references)[0];
  const groups = [
    { status: 'fixed' as const, ranges: ranges.filter((range) => range.fixed !== undefined) },
    { status: 'affected' as const, ranges: ranges.filter((range) => range.fixed === undefined) },
  ].filter((group) => group.ranges.length > 0);
  for (const id of cves.length > 0 ? cves : [own]) {
    const notices = id === own ? {} : { advisoryIds: [own] };
    for (const group of groups) emit.row({ ecosystem, name, id, ...group, ...notices, ...(severity === undefined ? {} : { severity }) });
    emit.record({
      id,
      aliases: cves.length === 1 && own !== id ? [own] : [],
      ...(summary === undefined ? {} : { summary }),
      ...(severity === undefined ? {} : { severity }),
      ...(published === undefined ? {} : { published }),
      ...(url !== undefined && /^https?:\/\/\S{1,480}$/.test(url) ? { url } : {}),
    });
  }
}

function readSeverity(document: Fields): RatedSeverity | undefined {
  const vector = textOf(document.cvss_vector) ?? textOf(document.cvss);
  const cvss = vector === undefined ? undefined : readCvss(vector);
  if (vector !== undefined && cvss !== undefined) return { value: severityOfScore(cvss.score), source: 'cvss', vector, score: cvss.score };
  const score = document.cvss_score;
  if (typeof score === 'number' && score >= 0 && score <= 10) return { value: severityOfScore(score), source: 'nodejs-security-wg', score };
  const value = severityOfWord(textOf(document.severity) ?? '');
  return value === 'unknown' ? undefined : { value, source: 'nodejs-security-wg' };
}
