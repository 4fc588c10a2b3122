import { describe, expect, test } from 'vitest';
import type { AdvisoryRow, VersionRange } from '../../model/advisory.ts';
import { severities } from '../../model/severity.ts';
import { decodeEpss, decodeRows, encodeEpss, encodeRowRest, encodeRows, epssKey, escapeText, rowKey, unescapeText } from './store-rows.ts';

function roundTrip(rows: readonly AdvisoryRow[]): AdvisoryRow[] {
  const { value } = encodeRows(rows.map((row) => [row.id, encodeRowRest(row)] as const));
  // Through UTF-8, as on disk.
  return decodeRows(Buffer.from(value).toString(), 'npm', 'x', 'test');
}

function row(body: Partial<AdvisoryRow>): AdvisoryRow {
  return { ecosystem: 'npm', name: 'x', id: 'CVE-2024-1', status: 'fixed', ranges: [], source: 'test', ...body };
}

const hardTexts = [
  '',
  ' ',
  '\t',
  '\n',
  '\\',
  '\\t',
  '\\u0009',
  '\x1e',
  '\x1f',
  '\0',
  'a\tb\nc',
  '\ud800',
  'x\udc00y',
  '\u{1f600}',
  '=',
  '-',
  '*',
  'é',
  '\r\n',
  'i',
  '1:2-3~4+5',
];

describe('a row comes back exactly', () => {
  test.each(hardTexts.map((text) => [JSON.stringify(text), text]))('with %s everywhere', (_name, text) => {
    const hard = row({
      id: text,
      ranges: [{ introduced: text, fixed: text }, { after: text }, { lastAffected: text }, {}],
      versions: [text, text, ''],
      severity: { value: 'high', source: text, vector: text, score: 9.8 },
      advisoryIds: [text],
      qualifiers: { arch: text, module: text, cpe: text, repository: text },
    });
    expect(roundTrip([hard])).toEqual([hard]);
    expect(unescapeText(escapeText(text))).toBe(text);
  });

  const bodies: [string, Partial<AdvisoryRow>][] = [
    ['no range', {}],
    ['a range without ends', { ranges: [{}] }],
    ['several such', { ranges: [{}, {}] }],
    ['empty versions', { versions: [] }],
    ['one empty version', { versions: [''] }],
    ['empty notices', { advisoryIds: [] }],
    ['empty qualifiers', { qualifiers: {} }],
    ['a rating without vector', { severity: { value: 'unknown', source: 's', score: 0 } }],
    ['open end', { status: 'affected', ranges: [{ introduced: '0' }] }],
    ['never affected', { status: 'not_affected' }],
  ];
  test.each(bodies)('%s', (_name, body) => expect(roundTrip([row(body)])).toEqual([row(body)]));

  test('whatever the fields hold (2,000 random rows)', () => {
    const random = generator(20_261_125);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] ?? (items[0] as T);
    const text = () => Array.from({ length: Math.floor(random() * 4) }, () => pick(hardTexts)).join('');
    const maybe = <T>(value: T): T | undefined => (random() < 0.5 ? value : undefined);
    const range = (): VersionRange =>
      clean({ introduced: maybe(text()), after: maybe(text()), fixed: maybe(text()), lastAffected: maybe(text()) });
    for (let batch = 0; batch < 100; batch++) {
      const rows = Array.from({ length: 20 }, () =>
        row(
          clean({
            id: text(),
            status: pick([
              'fixed',
              'affected',
              'will_not_fix',
              'fix_deferred',
              'end_of_life',
              'not_affected',
              'under_investigation',
            ] as const),
            ranges: Array.from({ length: Math.floor(random() * 3) }, range),
            versions: maybe(Array.from({ length: Math.floor(random() * 3) }, text)),
            severity: maybe(clean({ value: pick(severities), source: text(), vector: maybe(text()), score: maybe(random() * 10) })),
            advisoryIds: maybe([text()]),
            qualifiers: maybe(clean({ arch: maybe(text()), module: maybe(text()), cpe: maybe(text()), repository: maybe(text()) })),
          }),
        ),
      );
      const wanted = [...new Set(rows.map((item) => JSON.stringify(sorted(item))))].sort();
      const got = roundTrip(rows).map((item) => JSON.stringify(sorted(item)));
      expect(got.sort()).toEqual(wanted);
    }
  });
});

test('the value of a key does not depend on the order of its rows, and drops doubles', () => {
  const pairs = [
    ['CVE-2', 'r1'],
    ['CVE-1', 'r1'],
    ['CVE-1', 'r2'],
    ['CVE-1', 'r1'],
  ] as const;
  expect(encodeRows(pairs)).toEqual({ value: 'CVE-1\tr2\nCVE-1\x1fCVE-2\tr1', rows: 3 });
  expect(encodeRows([...pairs].reverse())).toEqual(encodeRows(pairs));
});

test('keys of different packages never meet', () => {
  const keys = [
    rowKey('a', 'b\0c'),
    rowKey('a\0b', 'c'),
    rowKey('a', 'b\\u0000c'),
    rowKey('a\0', 'b'),
    rowKey('a', '\ud800'),
    rowKey('a', '\ud801'),
  ];
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(keys.length);
});

test.each([
  ['CVE-2024-0001', 0.00043, 0.10234],
  ['CVE-2024-1234567', 1, 1],
  ['CVE-1999-1593', 0, 0.5],
  ['not a CVE', 1e-7, 0.3],
])('EPSS of %s', (cve, score, percentile) => {
  const { key, rest } = epssKey(cve);
  const others = key === 'eCVE-2024-00' ? `00 .1 .1\n` : '';
  expect(decodeEpss(cve, `${others}${encodeEpss(rest, { cve, score, percentile })}`)).toEqual({ cve, score, percentile });
  expect(decodeEpss('CVE-2024-0077', '01 .1 .2\n02 .1 .2')).toBeUndefined();
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function clean<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}

function sorted(item: AdvisoryRow): unknown {
  return Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
}
