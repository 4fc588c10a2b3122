import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of shared test cases: `PLIMSOLL_CASES`, else `../shared` beside the project. Undefined when it is not there. */
export function casesFolder(): string | undefined {
  const folder = process.env.PLIMSOLL_CASES ?? fileURLToPath(new URL('../../shared', import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** A file of cases that is there, or the reason why its tests are skipped. */
export type Cases = { path: string; missing?: undefined } | { path?: undefined; missing: string };

/**
 * Finds a file or folder of cases by its name below the folder of shared cases, `cases/scan/version-orders.jsonl` for example.
 * Absent, it gives the reason to show in the title of the skipped tests; under `PLIMSOLL_REQUIRE_CASES=1` it throws instead.
 */
export function requireCases(name: string): Cases {
  const folder = casesFolder();
  const path = folder === undefined ? undefined : join(folder, name);
  if (path !== undefined && existsSync(path)) return { path };
  const missing = folder === undefined ? 'no folder of cases: set PLIMSOLL_CASES' : `no ${name} below the folder of cases`;
  if (process.env.PLIMSOLL_REQUIRE_CASES === '1') throw new Error(`${missing}, and PLIMSOLL_REQUIRE_CASES=1`);
  return { missing };
}

/** The rows of a JSON-lines file of cases; none when it is absent. */
export function caseRows<Row>(cases: Cases): Row[] {
  if (cases.path === undefined) return [];
  const lines = readFileSync(cases.path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): Row => JSON.parse(line));
}
