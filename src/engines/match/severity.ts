import { type RatedSeverity, severityRank } from '../../model/severity.ts';
import type { Family } from './families/family.ts';
import { isCve, type Records } from './group.ts';
import type { MatchedRow } from './judge.ts';

/**
 * Whose rating counts. Distributions: the vendor's word, then its CVSS, then records of the same vulnerability, in word before CVSS.
 * Languages: the matched advisories' word, then their CVSS, then other records. Among equals the worst, so that the order of the data decides nothing.
 */
export function rate(
  matched: readonly MatchedRow[],
  names: readonly string[],
  records: Records,
  family: Family,
): RatedSeverity | undefined {
  const rows = matched.flatMap(({ row }) => row.severity ?? []);
  const own = new Set(matched.map(({ row }) => row.id));
  const ofOwn = [...own].filter((id) => family.kind === 'language' || !isCve(id)).flatMap((id) => records.get(id)?.severity ?? []);
  const ofOthers = names.flatMap((id) => records.get(id)?.severity ?? []);
  const tiers = family.kind === 'os' ? [rows, [...ofOwn, ...ofOthers]] : [[...rows, ...ofOwn], ofOthers];
  for (const tier of tiers) {
    const known = tier.filter((rating) => rating.value !== 'unknown');
    const best = worst(known.filter(isWord)) ?? worst(known);
    if (best !== undefined) return best;
  }
  return undefined;
}

function isWord(rating: RatedSeverity): boolean {
  return rating.source !== 'cvss' && rating.vector === undefined && rating.score === undefined;
}

function worst(ratings: readonly RatedSeverity[]): RatedSeverity | undefined {
  return ratings.reduce<RatedSeverity | undefined>(
    (best, one) => (best === undefined || severityRank(one.value) < severityRank(best.value) ? one : best),
    undefined,
  );
}
