import { describe, expect, it } from 'vitest';
import { type Order, versionOrder } from '../src/model/version/index.ts';
import { caseRows, requireCases } from './cases.ts';

interface OrderRow {
  ecosystem: string;
  a: string;
  op: '<' | '=' | '>';
  b: string;
}

interface ListRow {
  path: string;
  text: string;
}

const orders = requireCases('cases/scan/version-orders.jsonl');
const lists = requireCases('cases/scan/claircore-lists.jsonl');
const expected: Readonly<Record<string, Order>> = { '<': -1, '=': 0, '==': 0, '>': 1 };
const rows = caseRows<OrderRow>(orders);
const ecosystems = [...new Set(rows.map((row) => row.ecosystem))];

function reversed(order: Order): Order {
  return order === 0 ? 0 : order === 1 ? -1 : 1;
}

describe(`shared version orders${orders.missing === undefined ? '' : ` (skipped: ${orders.missing})`}`, () => {
  it.skipIf(orders.missing !== undefined)('there are rows for twelve ecosystems', () => {
    expect(ecosystems.length).toBeGreaterThanOrEqual(12);
  });

  it.skipIf(orders.missing !== undefined).each(ecosystems)('%s: every row, in both directions', (ecosystem) => {
    const order = versionOrder(ecosystem);
    const wrong = rows.filter((row) => {
      if (row.ecosystem !== ecosystem) return false;
      const want = expected[row.op] ?? 0;
      return order?.compare(row.a, row.b) !== want || order.compare(row.b, row.a) !== reversed(want);
    });
    expect(wrong).toEqual([]);
  });
});

describe(`shared rpm lists${lists.missing === undefined ? '' : ` (skipped: ${lists.missing})`}`, () => {
  const files = caseRows<ListRow>(lists).filter((row) => row.path.includes('/rpmver/'));
  const lines = (name: string): string[][] =>
    (files.find((row) => row.path.endsWith(`/${name}`))?.text ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line) => line.trim().split(/\s+/));

  it.skipIf(lists.missing !== undefined)('rpmvercmp: every line', () => {
    const wrong = lines('rpmvercmp').filter(([a = '', op = '', b = '']) => versionOrder('rpm')?.compare(a, b) !== expected[op]);
    expect(lines('rpmvercmp').length).toBeGreaterThan(90);
    expect(wrong).toEqual([]);
  });

  // The other lines name a package or an architecture: no versions.
  it.skipIf(lists.missing !== undefined)('compare: every line of two epoch:version-release labels', () => {
    const label = /^(?:[0-9]+:)?[0-9]+-[0-9]+$/;
    const labels = lines('compare').filter(([a = '', , b = '']) => label.test(a) && label.test(b));
    const wrong = labels.filter(([a = '', op = '', b = '']) => versionOrder('rpm')?.compare(a, b) !== expected[op]);
    expect(labels.length).toBe(3);
    expect(wrong).toEqual([]);
  });
});
