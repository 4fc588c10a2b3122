import type { Coverage } from './advisory.ts';
import type { Distro, Lifecycle } from './distro.ts';
import type { Action, Finding } from './finding.ts';
import type { ScanResult } from './scan-result.ts';
import { compareText } from './unknown.ts';

const dayMs = 86_400_000;
/** An end of life is worth a line this many days before it comes. */
const nearDays = 180;

/** `1 layer`, `7 layers`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A digest as a person compares it: algorithm and eight digits. Anything else stays as it is. */
export function shortDigest(digest: string): string {
  const match = /^([a-z0-9]+:[0-9a-f]{8})[0-9a-f]+$/.exec(digest);
  return match?.[1] === undefined ? digest : `${match[1]}…`;
}

/** `Debian GNU/Linux 12 (bookworm)` → `Debian 12`. */
export function shortDistro(distro: Distro): string {
  return distro.name.replace(' GNU/Linux', '').replace(/ \([^()]*\)$/, '');
}

/** Whole days from `date` to `at` (both ISO 8601), negative for a day to come; undefined when either is no date. */
export function daysBetween(date: string, at: string): number | undefined {
  const days = (Date.parse(at.slice(0, 10)) - Date.parse(date.slice(0, 10))) / dayMs;
  return Number.isNaN(days) ? undefined : Math.round(days);
}

/** An age in the unit a person would use: `today`, `3 days`, `5 months`, `6 years`. */
export function ageWords(days: number): string {
  if (days <= 0) return 'today';
  if (days < 60) return counted(days, 'day');
  return days < 730 ? counted(Math.floor(days / 30.44), 'month') : counted(Math.floor(days / 365.25), 'year');
}

/** What to say of a release's end of life: nothing while it is far. */
export function lifecycleWords(name: string, lifecycle: Lifecycle | undefined, at: string): string | undefined {
  if (lifecycle === undefined || lifecycle.eol === false) return undefined;
  const { eol, extendedEol } = lifecycle;
  const extended =
    typeof extendedEol === 'string' && (daysBetween(extendedEol, at) ?? 1) < 0 ? `; extended support until ${extendedEol}` : '';
  if (eol === true) return `${name} has reached its end of life${extended}`;
  const days = daysBetween(eol, at);
  if (days === undefined) return `${name}: end of life ${eol}`;
  if (days > 0) return `${name} reached its end of life on ${eol}, ${ageWords(days)} ago${extended}`;
  if (days === 0) return `${name} reaches its end of life today${extended}`;
  return -days <= nearDays ? `${name} reaches its end of life on ${eol}, in ${ageWords(-days)}${extended}` : undefined;
}

/** One source of data with its age. */
export interface DataAge {
  readonly source: string;
  readonly label: string;
  /** `YYYY-MM-DD`; absent when nobody says. */
  readonly date?: string;
  readonly days?: number;
  readonly partial: boolean;
  readonly reason?: string;
}

/** The data a result rests on, one row per source and ecosystem, with its age at the time of the run. */
export function dataAges(data: readonly Coverage[], at: string): DataAge[] {
  const rows = new Map<string, DataAge>();
  for (const one of data) {
    const name = dataLabel(one);
    const several = data.some((other) => dataLabel(other) === name && other.source !== one.source);
    const label = several ? `${name} (${one.source})` : name;
    const date = one.asOf?.slice(0, 10);
    const days = date === undefined ? undefined : daysBetween(date, at);
    const row: DataAge = {
      source: one.source,
      label,
      ...(date === undefined ? {} : { date }),
      ...(days === undefined ? {} : { days }),
      partial: one.state === 'partial',
      ...(one.reason === undefined ? {} : { reason: one.reason }),
    };
    rows.set(JSON.stringify([label, date, one.state]), row);
  }
  return [...rows.values()];
}

function dataLabel({ ecosystem, source }: Coverage): string {
  const label = ecosystem === '' ? source : ecosystem;
  if (label === 'kev' || label === 'epss') return label.toUpperCase();
  return label.replace(/:(?=\S)/, ' ');
}

/** `2026-11-24 (1 day)`, `2020-06-30 (6 years, partial)`, `date unknown`. */
export function dataAgeWords({ date, days, partial }: DataAge): string {
  const notes = [...(days === undefined ? [] : [ageWords(days)]), ...(partial ? ['partial'] : [])].join(', ');
  return `${date ?? 'date unknown'}${notes === '' ? '' : ` (${notes})`}`;
}

/** Why findings are not counted, most frequent first: `12 covered by the distribution's own package`, `2 waived until 2026-12-01`. */
export function suppressedWords(findings: readonly Finding[]): string[] {
  const groups = new Map<string, number>();
  for (const { suppressedBy } of findings) {
    if (suppressedBy === undefined) continue;
    const words = {
      ignore: suppressedBy.expires === undefined ? 'waived without an end' : `waived until ${suppressedBy.expires}`,
      'not-affected': "not affected by the vendor's word",
      owner: "answered for by the distribution's package",
      vex: 'not affected by a VEX statement',
    }[suppressedBy.by];
    groups.set(words, (groups.get(words) ?? 0) + 1);
  }
  return [...groups].sort(([a, m], [b, n]) => n - m || compareText(a, b)).map(([words, count]) => `${count} ${words}`);
}

/** How many findings some actions remove together: one that two actions remove counts once. */
export function removedBy(actions: readonly Action[]): number {
  return new Set(actions.flatMap((action) => action.findings)).size;
}

/** Packages by type, most first: `300 deb, 112 npm`. */
export function packageWords({ packages }: ScanResult): string {
  const counts = new Map<string, number>();
  for (const { type } of packages) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || compareText(a, b))
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}

/**
 * What a result without findings was able to establish. Never "clean": it names what was checked, and that something is unknown where it is.
 */
export function noneKnownWords(result: ScanResult): string {
  if (!result.run.scanners.includes('vuln')) return 'Vulnerabilities were not looked for in this run.';
  const blocked = result.summary.blockingUnknowns > 0;
  if (result.packages.length === 0 && blocked) return 'No packages could be read, so nothing was checked.';
  if (result.packages.length === 0) return 'No packages were found, so there was nothing to check.';
  const what = `${counted(result.packages.length, 'package')} (${packageWords(result)})`;
  if (blocked) return `No finding in what could be checked of ${what}. What is unknown below may hide some.`;
  return `No known vulnerability in ${what}, by the data named below.`;
}

/** Where to read about an advisory; only for ids of a known shape, so that the address is ours whatever the data says. */
export function advisoryUrl(id: string): string | undefined {
  if (/^CVE-\d{4}-\d{4,19}$/.test(id)) return `https://www.cve.org/CVERecord?id=${id}`;
  if (/^GHSA(-[23456789cfghjmpqrvwx]{4}){3}$/.test(id)) return `https://github.com/advisories/${id}`;
  if (/^(DSA|DLA)-\d{1,6}-\d{1,4}$/.test(id)) return `https://security-tracker.debian.org/tracker/${id}`;
  if (/^(PYSEC|GO|RUSTSEC|MAL)-\d{4}-\d{1,9}$/.test(id)) return `https://osv.dev/vulnerability/${id}`;
  return undefined;
}
