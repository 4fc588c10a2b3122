import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { versionOrder } from '../src/model/version/index.ts';
import { caseRows, requireCases } from './cases.ts';

/** dpkg is the judge of its own order: it exists on Debian and its relatives only. */
const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;
const fixes = requireCases('advisories/debian12-fixed.jsonl');
const real = [...new Set(caseRows<{ version: string }>(fixes).map((row) => row.version))].sort();
const pairs = Number(process.env.PLIMSOLL_DPKG_PAIRS ?? 400);

const tokens = ['0', '1', '9', '10', '007', '.', '.', '-', '~', '+', 'a', 'Z', 'rc', 'dfsg', '~~', '+b1', '-1', '1:', '0:', 'é'];

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Versions close to each other in name order differ late in the string, where mistakes hide. */
function realPairs(): [string, string][] {
  const next = generator(42);
  return Array.from({ length: real.length === 0 ? 0 : pairs }, (_, i) => {
    const at = next(real.length);
    return [real[at] ?? '', real[i % 2 === 0 ? next(real.length) : Math.min(at + next(5), real.length - 1)] ?? ''];
  });
}

function madeUpPairs(): [string, string][] {
  const next = generator(7);
  const tail = (): string => Array.from({ length: 1 + next(5) }, () => tokens[next(tokens.length)] ?? '').join('');
  return Array.from({ length: pairs }, () => {
    const shared = `1${tail()}`;
    return [`${shared}${next(2) === 0 ? '' : tail()}`, `${shared}${tail()}`];
  });
}

/** One shell for all pairs; prints the pairs that dpkg orders otherwise. dpkg refuses (status 2) what breaks its syntax. */
function disagreements(list: readonly [string, string][]): string[] {
  const order = versionOrder('debian');
  const script = list.map(([a, b]) => {
    const sign = order?.compare(a, b) ?? 0;
    const relation = sign < 0 ? 'lt' : sign > 0 ? 'gt' : 'eq';
    return `dpkg --compare-versions '${a}' ${relation} '${b}' 2>/dev/null; [ $? -ne 1 ] || echo '${a} ${relation} ${b}'`;
  });
  const { stdout } = spawnSync('sh', { input: script.join('\n'), encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe(`dpkg --compare-versions${hasDpkg ? '' : ' (skipped: no dpkg here)'}`, () => {
  it.skipIf(!hasDpkg)('agrees on made-up versions', () => {
    expect(disagreements(madeUpPairs())).toEqual([]);
  });

  it.skipIf(!hasDpkg || fixes.missing !== undefined)(
    `agrees on real versions${fixes.missing ? ` (skipped: ${fixes.missing})` : ''}`,
    () => {
      expect(disagreements(realPairs())).toEqual([]);
    },
  );

  it.skipIf(!hasDpkg)('agrees on what a version is', () => {
    const versions = [
      '1',
      '1:2.0~rc1-3+b1',
      'a1',
      '1-',
      ':1',
      'x:1',
      '1 2',
      '1-2_3',
      '1:2:3',
      '4294967296:1',
      '2147483647:1',
      '-1',
      '1:',
      '',
    ];
    const wrong = versions.filter(
      (text) => (spawnSync('dpkg', ['--validate-version', text]).status === 0) !== versionOrder('deb')?.valid(text),
    );
    expect(wrong).toEqual([]);
  });
});
