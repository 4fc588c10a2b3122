import { readCvss } from '../../model/cvss.ts';
import { type RatedSeverity, severityOfScore, severityOfWord } from '../../model/severity.ts';
import { type Fields, fieldsIn, fieldsOf, textOf } from './fields.ts';

/** Newest first: a record that is scored in several versions is judged by the newest that can be read. */
const vectorTypes = ['CVSS_V4', 'CVSS_V3', 'CVSS_V2'];

/** Whose word a record's severity is, by the prefix of its id; records of other publishers rate in the name of the feed. */
const raters: readonly (readonly [prefix: string, source: string])[] = [
  ['GHSA-', 'github'],
  ['DEBIAN-', 'debian'],
  ['DSA-', 'debian'],
  ['DLA-', 'debian'],
  ['UBUNTU-', 'ubuntu'],
  ['USN-', 'ubuntu'],
  ['BIT-', 'bitnami'],
  ['RLSA-', 'rocky'],
  ['ALSA-', 'almalinux'],
  ['SUSE-', 'suse'],
];

/**
 * Severity of a record or of one of its `affected` entries: the publisher's own word where there is one (`database_specific.severity`,
 * Debian's `urgency`, Ubuntu's priority), with the CVSS vector beside it; else the vector's own band.
 * Debian's `not yet assigned` and `end-of-life` rate nothing.
 */
export function readSeverity(part: Fields, recordId: string, feed: string): RatedSeverity | undefined {
  const cvss = readVector(part);
  const word = readWord(part) ?? readHeadline(part, recordId);
  if (word === undefined) return cvss;
  const source = raters.find(([prefix]) => recordId.startsWith(prefix))?.[1] ?? feed;
  return cvss === undefined ? { value: word, source } : { ...cvss, value: word, source };
}

function readVector(part: Fields): RatedSeverity | undefined {
  const given = fieldsIn(part.severity);
  for (const type of vectorTypes) {
    for (const entry of given) {
      const vector = entry.type === type ? textOf(entry.score) : undefined;
      const read = vector === undefined ? undefined : readCvss(vector);
      if (vector !== undefined && read !== undefined)
        return { value: severityOfScore(read.score), source: 'cvss', vector, score: read.score };
    }
  }
  return undefined;
}

/** AlmaLinux and Rocky put Red Hat's rating before the title: `Important: firefox security update`. */
function readHeadline(part: Fields, recordId: string): RatedSeverity['value'] | undefined {
  const word = /^(Critical|Important|Moderate|Low): /.exec(textOf(part.summary) ?? '')?.[1];
  return word !== undefined && /^(?:ALSA|RLSA)-/.test(recordId) ? severityOfWord(word) : undefined;
}

function readWord(part: Fields): RatedSeverity['value'] | undefined {
  const ubuntu = fieldsIn(part.severity).find((entry) => entry.type === 'Ubuntu');
  const words = [ubuntu?.score, fieldsOf(part.database_specific).severity, fieldsOf(part.ecosystem_specific).urgency];
  for (const word of words) {
    const severity = severityOfWord(textOf(word) ?? '');
    if (severity !== 'unknown') return severity;
  }
  return undefined;
}
