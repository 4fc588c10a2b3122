import { describe, expect, it } from 'vitest';
import { type VersionOrder, versionOrders } from './index.ts';

const words = ['0', '1', '2', '9', '10', '01', '00', '.', '.', '.', '-', '-', '_', '+', '~', '^', ':', '!', 'v', ' ', 'é', '#'];
const more = [
  'a',
  'b',
  'm',
  'p',
  'rc',
  'RC',
  'alpha',
  'beta',
  'dev',
  'post',
  'pre',
  'sp',
  'ga',
  'final',
  '_rc',
  '-r1',
  'x',
  '1.0',
  'Z',
  '-1',
];

/** A linear congruential generator: the same versions in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function versions(count: number, seed: number, tokens: readonly string[]): string[] {
  const next = generator(seed);
  return Array.from({ length: count }, () => Array.from({ length: 1 + next(6) }, () => tokens[next(tokens.length)] ?? '').join(''));
}

/**
 * What the tools themselves order without a circle. PHP takes `#` for any number, so it equals two versions that differ; Maven's lists
 * that trimming left empty go in circles, so its versions here are numbers with one qualifier.
 */
function sampleOf(order: VersionOrder): string[] {
  if (order.scheme === 'composer')
    return versions(
      3000,
      7,
      [...words, ...more].filter((token) => token !== '#'),
    );
  if (order.scheme !== 'maven') return versions(3000, 7, [...words, ...more]);
  const next = generator(7);
  const pick = (list: readonly string[]): string => list[next(list.length)] ?? '';
  return Array.from(
    { length: 3000 },
    () => `${1 + next(3)}${pick(['', '.0', '.1', '.10', '.0.1'])}${pick(['', '-', '.'])}${pick([...more, '1', ''])}`,
  );
}

describe.each(Object.values(versionOrders))('$scheme is a total order over any text', (order) => {
  const sample = sampleOf(order);
  const close = sample.map((version, i) => (i % 2 === 0 && order.scheme !== 'maven' ? `${version}${sample[i + 1] ?? ''}` : version));

  it('a version equals itself, and exchanging the sides turns the answer', () => {
    const wrong = close.filter((a, i) => {
      const b = sample[i] ?? '';
      return order.compare(a, a) !== 0 || order.compare(a, b) + order.compare(b, a) !== 0;
    });
    expect(wrong).toEqual([]);
  });

  it('is transitive', () => {
    const wrong: string[][] = [];
    for (let i = 0; i + 2 < close.length; i++) {
      const [a, b, c] = [close[i] ?? '', close[i + 1] ?? '', sample[i + 2] ?? ''].sort(order.compare);
      if (a !== undefined && b !== undefined && c !== undefined && broken(order, a, b, c)) wrong.push([a, b, c]);
    }
    expect(wrong).toEqual([]);
  });

  it('reads 100 kB of anything in linear time', () => {
    const slow = hostile.filter((text) => Math.max(...works(order, text).map(best)) > limit);
    expect(slow.map((text) => text.slice(0, 12))).toEqual([]);
  });
});

/** Milliseconds. The slowest scheme takes 30 on an idle machine; a busy one needs several times that, a quadratic rule ten seconds. */
const limit = 1000;

function works(order: VersionOrder, text: string): (() => unknown)[] {
  return [() => order.compare(text, `${text}1`), () => order.compare(`1${text}`, text), () => order.valid(text)];
}

/** After sorting, a ≤ b ≤ c has to give a ≤ c, and equality has to carry over. */
function broken(order: VersionOrder, a: string, b: string, c: string): boolean {
  const ab = order.compare(a, b);
  const bc = order.compare(b, c);
  const ac = order.compare(a, c);
  if (ab > 0 || bc > 0) return true;
  return ac !== (ab === 0 ? bc : bc === 0 ? ab : -1);
}

const hostile = [
  '1',
  '0',
  'a',
  '1.',
  '1-',
  '1a',
  '-1',
  '.',
  '-',
  '_',
  '~',
  '^',
  '+',
  ':',
  ' ',
  'é',
  '_alpha',
  '_p1',
  '1.0.',
  '-a.1',
  'rc.',
  '.dev',
  'final-',
  '1-ga-',
  '\ud800',
].flatMap((unit) => {
  const text = unit.repeat(Math.ceil(100_000 / Buffer.byteLength(unit)));
  return [`${text} x`, `1${text}!`, `1.0.0-${text}$`];
});

function best(work: () => unknown): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5 && shortest > limit; i++) {
    const start = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}
