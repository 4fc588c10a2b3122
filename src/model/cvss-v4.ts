import { hasAll, type Metrics, type MetricTable, readMetrics } from './cvss-metrics.ts';
import { depths, highest, highestOfThreeSix, macroVectorScores } from './cvss-v4-table.ts';

/** Base metrics with their values from most to least severe: the position is the distance. */
const baseLevels: Readonly<Record<string, readonly string[]>> = {
  AV: ['N', 'A', 'L', 'P'],
  AC: ['L', 'H'],
  AT: ['N', 'P'],
  PR: ['N', 'L', 'H'],
  UI: ['N', 'P', 'A'],
  VC: ['H', 'L', 'N'],
  VI: ['H', 'L', 'N'],
  VA: ['H', 'L', 'N'],
  SC: ['H', 'L', 'N'],
  SI: ['H', 'L', 'N'],
  SA: ['H', 'L', 'N'],
};
const requirements = ['H', 'M', 'L'];
const safety = ['S', 'H', 'L', 'N'];

const table: MetricTable = [
  ...Object.entries(baseLevels),
  ['E', ['X', 'A', 'P', 'U']],
  ...['CR', 'IR', 'AR'].map((name) => [name, ['X', ...requirements]] as const),
  ...Object.entries(baseLevels).map(
    ([name, values]) => [`M${name}`, ['X', ...(name === 'SI' || name === 'SA' ? safety : values)]] as const,
  ),
  ['S', ['X', 'N', 'P']],
  ['AU', ['X', 'N', 'Y']],
  ['R', ['X', 'A', 'U', 'I']],
  ['V', ['X', 'D', 'C']],
  ['RE', ['X', 'L', 'M', 'H']],
  ['U', ['X', 'Clear', 'Green', 'Amber', 'Red']],
];

type Value = (metric: string) => string;

/**
 * Score of a CVSS v4.0 vector without its prefix; metrics must stand in the specification's order.
 * The vector's macro vector gives the score of its most severe member; from that the mean of the proportional distances to the next lower
 * macro vectors is taken off. Source: CVSS v4.0 specification, sections 7 and 8.
 */
export function scoreV4(vector: string): number | undefined {
  const metrics = readMetrics(vector, table, true);
  if (metrics === undefined || !hasAll(metrics, Object.keys(baseLevels))) return undefined;
  const value = effective(metrics);
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => value(name) === 'N')) return 0;

  const [eq1, eq2, eq3, eq4, eq5, eq6] = macroVector(value);
  const score = lookUp(eq1, eq2, eq3, eq4, eq5, eq6);
  if (score === undefined) return undefined;
  const threeSix = nextOfThreeSix(eq3, eq6)
    .map(([three, six]) => lookUp(eq1, eq2, three, eq4, eq5, six))
    .reduce(higher, undefined);
  const both = `${eq3}${eq6}` as keyof typeof depths.eq3eq6;

  const steps: readonly (readonly [lower: number | undefined, distance: number, depth: number])[] = [
    [lookUp(eq1 + 1, eq2, eq3, eq4, eq5, eq6), distance(value, highest.eq1[eq1] ?? []), depths.eq1[eq1] ?? 1],
    [lookUp(eq1, eq2 + 1, eq3, eq4, eq5, eq6), distance(value, highest.eq2[eq2] ?? []), depths.eq2[eq2] ?? 1],
    [threeSix, distance(value, highestOfThreeSix[both] ?? []), depths.eq3eq6[both]],
    [lookUp(eq1, eq2, eq3, eq4 + 1, eq5, eq6), distance(value, highest.eq4[eq4] ?? []), depths.eq4[eq4] ?? 1],
    [lookUp(eq1, eq2, eq3, eq4, eq5 + 1, eq6), 0, 1],
  ];
  let sum = 0;
  let count = 0;
  for (const [lower, far, depth] of steps) {
    if (lower === undefined) continue;
    count++;
    sum += (score - lower) * (far / depth);
  }
  const exact = Math.min(10, Math.max(0, count === 0 ? score : score - sum / count));
  return Math.round((exact + 1e-6) * 10) / 10;
}

/** A metric as it counts: the modified one where given; requirements and exploit maturity at their worst where not. */
function effective(metrics: Metrics): Value {
  return (name) => {
    const modified = metrics.get(`M${name}`);
    if (modified !== undefined && modified !== 'X') return modified;
    const given = metrics.get(name) ?? 'X';
    if (given !== 'X') return given;
    return name === 'E' ? 'A' : 'H';
  };
}

function macroVector(value: Value): readonly [number, number, number, number, number, number] {
  const is = (name: string, wanted: string): boolean => value(name) === wanted;
  const open = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')];
  const eq1 = open.every(Boolean) ? 0 : open.some(Boolean) && !is('AV', 'P') ? 1 : 2;
  const eq2 = is('AC', 'L') && is('AT', 'N') ? 0 : 1;
  const eq3 = is('VC', 'H') && is('VI', 'H') ? 0 : is('VC', 'H') || is('VI', 'H') || is('VA', 'H') ? 1 : 2;
  const eq4 = is('SI', 'S') || is('SA', 'S') ? 0 : is('SC', 'H') || is('SI', 'H') || is('SA', 'H') ? 1 : 2;
  const eq5 = is('E', 'A') ? 0 : is('E', 'P') ? 1 : 2;
  const eq6 = (is('CR', 'H') && is('VC', 'H')) || (is('IR', 'H') && is('VI', 'H')) || (is('AR', 'H') && is('VA', 'H')) ? 0 : 1;
  return [eq1, eq2, eq3, eq4, eq5, eq6];
}

function lookUp(eq1: number, eq2: number, eq3: number, eq4: number, eq5: number, eq6: number): number | undefined {
  if (eq4 > 2 || eq5 > 2 || eq6 > 1) return undefined;
  const scores = macroVectorScores[`${eq1}${eq2}${eq3}`];
  if (eq3 < 2) return scores?.[eq4 * 6 + eq5 * 2 + eq6];
  return eq6 === 1 ? scores?.[eq4 * 3 + eq5] : undefined;
}

function nextOfThreeSix(eq3: number, eq6: number): readonly (readonly [number, number])[] {
  if (eq3 === 0 && eq6 === 0)
    return [
      [0, 1],
      [1, 0],
    ];
  if (eq3 === 1 && eq6 === 0) return [[1, 1]];
  return [[eq3 + 1, 1]];
}

function higher(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

/** Steps from the first of the most severe vectors that is at least as severe in every metric. */
function distance(value: Value, candidates: readonly string[]): number {
  for (const candidate of candidates) {
    let sum = 0;
    const fits = candidate.split('/').every((part) => {
      const [name = '', top = ''] = part.split(':');
      const levels = /^[CIA]R$/.test(name) ? requirements : name === 'SI' || name === 'SA' ? safety : (baseLevels[name] ?? []);
      const steps = levels.indexOf(value(name)) - levels.indexOf(top);
      sum += steps;
      return steps >= 0;
    });
    if (fits) return sum;
  }
  return 0;
}
