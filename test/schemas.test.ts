import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { contractKeys } from '../src/reports/json/contract-keys.ts';
import { report } from '../src/reports/json/report.ts';
import { clean, hostile, large, scanResult, shop } from './fixtures/scan-result.ts';

const schema = JSON.parse(readFileSync(new URL('../schemas/scan.schema.json', import.meta.url), 'utf8')) as object;
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);
const options = { width: 80, color: false, showSuppressed: false };

function errorsOf(value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Names of all properties that a JSON Schema describes. */
function propertyNames(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.keys(value as object) : []),
    ...propertyNames(value),
  ]);
}

describe('schemas/scan.schema.json', () => {
  it.each([
    ['shop', shop()],
    ['clean', clean()],
    ['empty', scanResult()],
    ['large', large(300, 40)],
  ])('accepts the JSON report of %s', (_, result) => {
    expect(errorsOf(JSON.parse(report.render(result, options)))).toEqual([]);
  });

  it('takes any text from a target, but no date that is none', () => {
    const paths = errorsOf(JSON.parse(report.render(hostile(), options))).map((error) => error.split(' ')[0]);
    expect([...new Set(paths)]).toEqual(['/findings/1/suppressedBy/expires']);
  });

  it.each([
    ['a severity', 'severity', 'catastrophic'],
    ['a kind', 'kind', 'rumour'],
    ['a status', 'status', 'perhaps'],
  ])('refuses %s outside the vocabulary', (_, key, word) => {
    const result = shop();
    const broken = { ...result, findings: [{ ...result.findings[0], [key]: word }] };
    expect(errorsOf(broken)).toEqual([`/findings/0/${key} must be equal to one of the allowed values`]);
  });

  it('refuses a code of the wrong kind, a missing key and an unlisted key', () => {
    const result = shop();
    expect(errorsOf({ ...result, unknowns: [{ ...result.unknowns[0], code: 'usage' }] })).toEqual([
      '/unknowns/0/code must be equal to one of the allowed values',
    ]);
    const { summary: _, ...rest } = result;
    expect(errorsOf(rest)).toEqual([" must have required property 'summary'"]);
    expect(errorsOf({ ...result, extra: 1 })).toEqual([' must NOT have additional properties']);
  });

  it('names no key that the JSON report does not order', () => {
    const names = [...new Set(propertyNames(schema))];
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => !contractKeys.includes(name))).toEqual([]);
    expect(
      contractKeys.filter(
        (name) => !names.includes(name) && !['critical', 'high', 'medium', 'low', 'negligible', 'unknown'].includes(name),
      ),
    ).toEqual([]);
  });
});
