import { hasAll, type MetricTable, readMetrics } from './cvss-metrics.ts';

const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
  E: { U: 0.85, POC: 0.9, F: 0.95, H: 1, ND: 1 },
  RL: { OF: 0.87, TF: 0.9, W: 0.95, U: 1, ND: 1 },
  RC: { UC: 0.9, UR: 0.95, C: 1, ND: 1 },
  CDP: { N: 0, L: 0.1, LM: 0.3, MH: 0.4, H: 0.5, ND: 0 },
  TD: { N: 0, L: 0.25, M: 0.75, H: 1, ND: 1 },
  CR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  IR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  AR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
};
const table: MetricTable = Object.entries(weights).map(([name, values]) => [name, Object.keys(values)] as const);
const base = ['AV', 'AC', 'Au', 'C', 'I', 'A'];
const temporal = ['E', 'RL', 'RC'];
const environmental = ['CDP', 'TD', 'CR', 'IR', 'AR'];

/** Score of a CVSS v2 vector without prefix; a group is given whole or not at all. Source: "A Complete Guide to CVSS v2.0", section 3.2. */
export function scoreV2(vector: string): number | undefined {
  const metrics = readMetrics(vector, table, true);
  if (metrics === undefined || !hasAll(metrics, base)) return undefined;
  for (const group of [temporal, environmental]) if (group.some((name) => metrics.has(name)) && !hasAll(metrics, group)) return undefined;
  const of = (name: string): number => weights[name]?.[metrics.get(name) ?? 'ND'] ?? 1;

  const adjust = metrics.has('TD');
  const requirement = (name: string): number => (adjust ? of(name) : 1);
  const impact = 10.41 * (1 - (1 - of('C') * requirement('CR')) * (1 - of('I') * requirement('IR')) * (1 - of('A') * requirement('AR')));
  const exploitability = 20 * of('AC') * of('Au') * of('AV');
  const factor = impact === 0 ? 0 : 1.176;
  const score = round((0.6 * (adjust ? Math.min(10, impact) : impact) + 0.4 * exploitability - 1.5) * factor);
  const timed = metrics.has('E') ? round(score * of('E') * of('RL') * of('RC')) : score;
  return adjust ? round((timed + (10 - timed) * of('CDP')) * of('TD')) : timed;
}

function round(value: number): number {
  return Math.round(value * 10 + 1e-9) / 10;
}
