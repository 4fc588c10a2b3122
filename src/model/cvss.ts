import { scoreV2 } from './cvss-v2.ts';
import { scoreV3 } from './cvss-v3.ts';
import { scoreV4 } from './cvss-v4.ts';

/** What a CVSS vector says. */
export interface Cvss {
  readonly version: '2.0' | '3.0' | '3.1' | '4.0';
  /**
   * 0–10, with one decimal. It is the score of the whole vector: where temporal, threat or environmental metrics are given they count,
   * as the publisher's own page would show it.
   */
  readonly score: number;
}

/**
 * Reads a CVSS vector of any version; `undefined` when it is outside its version's grammar (a missing, unknown or repeated metric,
 * a half-given group in v2, an order that v2 and v4 forbid). Nothing is guessed.
 * Source: CVSS v2 guide; CVSS v3.0, v3.1 and v4.0 specification documents by FIRST.
 */
export function readCvss(vector: string): Cvss | undefined {
  if (vector.length > 300) return undefined;
  const version = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(vector)?.[1];
  if (version === undefined) return withScore('2.0', scoreV2(vector));
  const metrics = vector.slice('CVSS:x.y/'.length);
  if (version === '4.0') return withScore('4.0', scoreV4(metrics));
  return version === '3.1' ? withScore('3.1', scoreV3(metrics, '3.1')) : withScore('3.0', scoreV3(metrics, '3.0'));
}

function withScore(version: Cvss['version'], score: number | undefined): Cvss | undefined {
  return score === undefined ? undefined : { version, score };
}
