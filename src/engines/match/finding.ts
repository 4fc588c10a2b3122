import type { Coverage, EpssScore, KevEntry } from '../../model/advisory.ts';
import type { Evidence, Finding, Fix } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import { compareText } from '../../model/unknown.ts';
import { upgradeCommand } from './command.ts';
import type { Family } from './families/family.ts';
import { compareIds, isCve, namesOf, type Records } from './group.ts';
import type { Ruling } from './judge.ts';
import type { Installed } from './range.ts';
import { rate } from './severity.ts';
import { advisoryEvidence, comparisonOf, refutation } from './words.ts';

/** All that a finding is made of. */
export interface Draft {
  readonly item: Package;
  readonly family: Family;
  readonly coverage: readonly Coverage[];
  readonly installed: Installed;
  readonly ruling: Ruling;
  readonly records: Records;
  readonly kev: ReadonlyMap<string, KevEntry>;
  readonly epss: ReadonlyMap<string, EpssScore>;
  /** Whose exploitation data it is, and of when. */
  readonly dates: { readonly kev: Coverage | undefined; readonly epss: Coverage | undefined };
}

/** A ruling as the finding of one package: named by its CVE, with every other name, rating, proof and reason. */
export function describe(draft: Draft): Finding {
  const { item, family, installed, ruling, records } = draft;
  const own = ruling.matched.flatMap(({ row }) => namesOf(row, records));
  const id = nameOf(ruling, own);
  const joined = family.kind === 'os' ? (records.get(id)?.aliases ?? []) : [];
  const notices = ruling.matched.flatMap(({ row }) => row.advisoryIds ?? []);
  const names = [...new Set([...ruling.group.ids, ...own, ...joined])].sort(compareIds);
  const rating = rate(ruling.matched, [id, ...names.filter((name) => name !== id)], records, family);
  const summary = [id, ...names].map((name) => records.get(name)?.summary).find((text) => text !== undefined && text !== '');
  const exploitation = exploited(draft, [...new Set([id, ...names])].filter(isCve));
  return {
    id,
    kind: 'vulnerability',
    severity: rating?.value ?? 'unknown',
    ...(rating === undefined ? {} : { rating }),
    title: summary ?? `${id} in ${item.name}`,
    subject: { purl: item.purl, name: item.name },
    installed: item.version,
    ...(ruling.fix.version === undefined ? {} : { fixed: ruling.fix.version }),
    status: ruling.status,
    aliases: [...new Set([...names, ...notices])].filter((name) => name !== id).sort(compareText),
    evidence: [...advisoryEvidence(ruling, draft.coverage), ...exploitation.evidence],
    comparison: comparisonOf(installed, ruling.matched),
    ...fixOf(draft),
    priority: 0,
    reasons: reasonsOf(draft),
    exploited: exploitation.exploited,
    ...(exploitation.epss === undefined ? {} : { epss: exploitation.epss }),
    ...(ruling.outcome === 'refuted' ? { suppressedBy: { by: 'not-affected', reason: refutation(ruling, installed) } } : {}),
  };
}

/** The CVE; where a group holds several, the one that the matched record names first; without a CVE the best of the other ids. */
function nameOf(ruling: Ruling, own: readonly string[]): string {
  const cves = ruling.group.ids.filter(isCve);
  const [only] = cves;
  if (only !== undefined && cves.length === 1) return only;
  const named = own.find((name) => cves.includes(name));
  return named ?? only ?? own.find(isCve) ?? [...ruling.group.ids].sort(compareIds)[0] ?? '';
}

function fixOf({ item, family, ruling }: Draft): { fix?: Fix } {
  const { version } = ruling.fix;
  if (version === undefined) return {};
  const command = upgradeCommand([item], version);
  const text = `Upgrade ${family.kind === 'os' ? 'to the packages of ' : ''}${family.nameOf(item)} ${version} or newer.`;
  return { fix: { version, text, ...(command === undefined ? {} : { command }) } };
}

function reasonsOf({ item, family, installed, ruling }: Draft): string[] {
  const reasons: string[] = [];
  if (family.kind === 'os' && item.source !== undefined && (item.source.name !== item.name || item.source.version !== item.version))
    reasons.push(`${item.name} is built from ${item.source.name} ${installed.version}, which is what was compared`);
  const { named, version } = ruling.fix;
  if (named.length > 1 && version !== undefined) reasons.push(`records name different fixes (${named.join(', ')}): ${version} removes all`);
  if (named.length > 0 && version === undefined)
    reasons.push(`a fix is named (${named.join(', ')}), but other data holds it as affected too`);
  return reasons;
}

function exploited({ kev, epss, dates }: Draft, cves: readonly string[]): { exploited: boolean; epss?: number; evidence: Evidence[] } {
  const entry = cves.map((cve) => kev.get(cve)).find((one) => one !== undefined);
  const scores = cves.flatMap((cve) => epss.get(cve) ?? []);
  const score = scores.reduce<EpssScore | undefined>((best, one) => (best === undefined || one.score > best.score ? one : best), undefined);
  const evidence: Evidence[] = [];
  if (entry !== undefined)
    evidence.push({
      kind: 'kev',
      subject: entry.cve,
      source: dates.kev?.source ?? 'kev',
      says: `known to be exploited since ${entry.added} (KEV)${entry.ransomware ? ', also by ransomware' : ''}`,
      ...(dates.kev?.asOf === undefined ? {} : { asOf: dates.kev.asOf }),
    });
  if (score !== undefined)
    evidence.push({
      kind: 'epss',
      subject: score.cve,
      source: dates.epss?.source ?? 'epss',
      says: `EPSS ${inDigits(score.score)}: ${likelihood(score.score)} exploited within 30 days`,
      ...(dates.epss?.asOf === undefined ? {} : { asOf: dates.epss.asOf }),
    });
  return { exploited: entry !== undefined, ...(score === undefined ? {} : { epss: score.score }), evidence };
}

function inDigits(score: number): string {
  return score < 0.01 ? 'below 0.01' : score.toFixed(2);
}

function likelihood(score: number): string {
  return score >= 0.5 ? 'likely' : score >= 0.1 ? 'possibly' : 'unlikely to be';
}
