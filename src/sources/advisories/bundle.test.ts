import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { caseRows, requireCases } from '../../../test/cases.ts';
import { bundleFile, formatBundleLine, layoutOf } from './bundle.ts';

test.each([
  ['{"path":"a","text":"b"}', true, 'bundle'],
  [' {"text":"b","path":"a","more":1} ', false, 'bundle'],
  ['{"path":"a"}', false, 'lines'],
  ['{"path":"a"}', true, 'document'],
  ['{"path":1,"text":"b"}', false, 'lines'],
  ['{', false, 'document'],
  ['{x}', false, 'document'],
  ['[{"path":"a","text":"b"}]', false, 'document'],
  ['', true, 'document'],
  ['cve,epss,percentile', false, 'document'],
])('%s (only: %s) is %s', (line, only, layout) => expect(layoutOf(line, only)).toBe(layout));

test.each([
  ['null', undefined],
  ['"text"', undefined],
  ['{"path":"a"}', undefined],
  ['{"path":"a","text":"b","x":1}', { path: 'a', text: 'b' }],
])('%s as a line', (line, file) => expect(bundleFile(line)).toEqual(file));

function schema(name: string) {
  return new Ajv2020({ strict: true }).compile(
    JSON.parse(readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), 'utf8')),
  );
}

test('lines that we write fit the schema, and the schema refuses others', () => {
  const valid = schema('bundle');
  const line = formatBundleLine({ path: 'a\n"', text: '\ud800\t' });
  expect(valid(JSON.parse(line))).toBe(true);
  expect(bundleFile(line)).toEqual({ path: 'a\n"', text: '\ud800\t' });
  expect([valid({ path: 'a' }), valid({ path: 1, text: '' }), valid([])]).toEqual([false, false, false]);
});

const fixes = requireCases('advisories/debian12-fixed.jsonl');
test.skipIf(fixes.path === undefined)(`the fixes list of Debian 12 fits its schema (${fixes.missing ?? 'present'})`, () => {
  const valid = schema('fixes-list');
  const rows = caseRows<unknown>(fixes);
  expect(rows.filter((row) => !valid(row))).toEqual([]);
  expect(rows.length).toBe(1348);
});
