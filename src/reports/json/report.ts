import type { Report } from '../../model/report.ts';
import { safeJsonText } from '../../model/visible-text.ts';
import { contractKeys } from './contract-keys.ts';

const rank: ReadonlyMap<string, number> = new Map(contractKeys.map((key, i) => [key, i]));

/**
 * The scan result itself. Contract: schemas/scan.schema.json. Keys stand in the order of the contract whatever order they were built in,
 * so equal results give equal bytes and two runs can be compared line by line.
 */
export const report: Report = {
  format: 'json',
  title: 'The whole result, for machines',
  render(result) {
    return `${safeJsonText(written(result, '\n'))}\n`;
  },
};

/** Like `JSON.stringify(value, null, 2)`, with sorted keys. Writes text instead of copying objects: a label named `__proto__` stays a label. */
function written(value: unknown, line: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = `${line}  `;
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[${value.map((one) => inner + written(one, inner)).join(',')}${line}]`;
  }
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([key, one]) => `${inner}${JSON.stringify(key)}: ${written(one, inner)}`);
  return entries.length === 0 ? '{}' : `{${entries.join(',')}${line}}`;
}

function compareKeys(a: string, b: string): number {
  const byContract = (rank.get(a) ?? contractKeys.length) - (rank.get(b) ?? contractKeys.length);
  return byContract || (a < b ? -1 : a > b ? 1 : 0);
}
