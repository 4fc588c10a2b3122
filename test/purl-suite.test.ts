import { describe, expect, it } from 'vitest';
import { canonicalPurl, formatPurl, type Purl, PurlError, type PurlParts, parsePurl, validatePurl } from '../src/model/purl/index.ts';
import { caseRows, requireCases } from './cases.ts';

/** One row of the official suite. `validate` reads a text and gives its canonical form. */
type SuiteRow = { file: string; description: string; expected_failure?: boolean } & (
  | { test_type: 'parse'; input: string; expected_output?: PurlParts | null }
  | { test_type: 'build'; input: PurlParts; expected_output?: string | null }
  | { test_type: 'validate'; input: string; expected_output?: string | null }
);

const suite = requireCases('cases/scan/purl-tests.jsonl');
const rows = caseRows<SuiteRow>(suite);

/** The suite's own shape: absent parts are null, no qualifiers are null or an empty object. */
function asRow(purl: Purl | PurlParts): PurlParts {
  const { type = null, namespace = null, name = null, version = null, qualifiers, subpath = null } = purl;
  return { type, namespace, name, version, qualifiers: qualifiers ?? {}, subpath };
}

function run(row: SuiteRow): unknown {
  if (row.test_type === 'parse') return asRow(parsePurl(row.input));
  return row.test_type === 'build' ? formatPurl(row.input) : canonicalPurl(row.input);
}

function agrees(row: SuiteRow): boolean {
  try {
    const got = run(row);
    const want = row.test_type === 'parse' ? asRow(row.expected_output ?? {}) : row.expected_output;
    expect(got).toEqual(want);
    return row.expected_failure !== true;
  } catch (error) {
    return error instanceof PurlError && row.expected_failure === true;
  }
}

describe(`package-url suite${suite.missing === undefined ? '' : ` (skipped: ${suite.missing})`}`, () => {
  it.skipIf(suite.missing !== undefined).each([
    ['parse', 206],
    ['build', 176],
    ['validate', 204],
  ] as const)('%s: all %i rows', (kind, count) => {
    const ofKind = rows.filter((row) => row.test_type === kind);
    expect(ofKind.filter((row) => !agrees(row))).toEqual([]);
    expect(ofKind.length).toBeGreaterThanOrEqual(count);
  });

  it.skipIf(suite.missing !== undefined)('what the suite calls canonical is valid as it stands', () => {
    const canonical = rows.flatMap((row) => (row.test_type === 'parse' || row.expected_failure ? [] : [row.expected_output ?? '']));
    expect(canonical.filter((text) => validatePurl(text).length > 0)).toEqual([]);
  });
});
