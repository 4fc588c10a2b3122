import { hasAll, type MetricTable, readMetrics } from './cvss-metrics.ts';

type Weights = Readonly<Record<string, number>>;

const attackVector: Weights = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 };
const complexity: Weights = { L: 0.77, H: 0.44 };
const privilegesUnchanged: Weights = { N: 0.85, L: 0.62, H: 0.27 };
const privilegesChanged: Weights = { N: 0.85, L: 0.68, H: 0.5 };
const interaction: Weights = { N: 0.85, R: 0.62 };
const loss: Weights = { H: 0.56, L: 0.22, N: 0 };
const exploit: Weights = { X: 1, H: 1, F: 0.97, P: 0.94, U: 0.91 };
const remediation: Weights = { X: 1, U: 1, W: 0.97, T: 0.96, O: 0.95 };
const confidence: Weights = { X: 1, C: 1, R: 0.96, U: 0.92 };
const requirement: Weights = { X: 1, H: 1.5, M: 1, L: 0.5 };

const baseMetrics = {
  AV: 'NALP',
  AC: 'LH',
  PR: 'NLH',
  UI: 'NR',
  S: 'UC',
  C: 'HLN',
  I: 'HLN',
  A: 'HLN',
};
const otherMetrics = { E: 'XHFPU', RL: 'XUWTO', RC: 'XCRU', CR: 'XHML', IR: 'XHML', AR: 'XHML' };
const table: MetricTable = [
  ...Object.entries({ ...baseMetrics, ...otherMetrics }).map(([name, values]) => [name, [...values]] as const),
  ...Object.entries(baseMetrics).map(([name, values]) => [`M${name}`, ['X', ...values]] as const),
];

/**
 * Score of a CVSS v3.0 or v3.1 vector without its prefix; metrics may come in any order.
 * Source: CVSS v3.1 specification, sections 7.1–7.4 and appendix A (rounding); v3.0 differs only in the modified impact of a changed scope.
 */
export function scoreV3(vector: string, version: '3.0' | '3.1'): number | undefined {
  const metrics = readMetrics(vector, table, false);
  if (metrics === undefined || !hasAll(metrics, Object.keys(baseMetrics))) return undefined;
  const given = (name: string): string => metrics.get(name) ?? 'X';
  const environmental = [...metrics].some(([name, value]) => value !== 'X' && (/^[CIA]R$/.test(name) || name.startsWith('M')));
  const effective = (name: string): string => (environmental && given(`M${name}`) !== 'X' ? given(`M${name}`) : given(name));
  const need = (name: string): number => (environmental ? weight(requirement, given(name)) : 1);

  const kept = (name: string): number => 1 - need(`${name}R`) * weight(loss, effective(name));
  const share = 1 - kept('C') * kept('I') * kept('A');
  const lost = environmental ? Math.min(0.915, share) : share;
  const changed = effective('S') === 'C';
  const tail = environmental && version === '3.1' ? 3.25 * (lost * 0.9731 - 0.02) ** 13 : 3.25 * (lost - 0.02) ** 15;
  const impact = changed ? 7.52 * (lost - 0.029) - tail : 6.42 * lost;
  const exploitability =
    8.22 *
    weight(attackVector, effective('AV')) *
    weight(complexity, effective('AC')) *
    weight(changed ? privilegesChanged : privilegesUnchanged, effective('PR')) *
    weight(interaction, effective('UI'));
  if (impact <= 0) return 0;
  const score = roundUp(Math.min(10, (changed ? 1.08 : 1) * (impact + exploitability)));
  return roundUp(score * weight(exploit, given('E')) * weight(remediation, given('RL')) * weight(confidence, given('RC')));
}

function weight(weights: Weights, value: string): number {
  return weights[value] ?? 1;
}

/** The smallest number with one decimal that is not below the value, without the surprises of floating point. */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
