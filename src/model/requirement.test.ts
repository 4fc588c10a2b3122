import { satisfies } from 'semver';
import { expect, test } from 'vitest';
import type { VersionRange } from './advisory.ts';
import { complementRanges, intersectRanges, npmCompare, readNpmRequirement, unionRanges } from './requirement.ts';

/** Spans as interval notation, so that a table stays readable. */
function print(ranges: readonly VersionRange[] | undefined): string {
  if (ranges === undefined) return 'none';
  return ranges
    .map((range) => {
      const from = range.introduced !== undefined ? `[${range.introduced}` : range.after !== undefined ? `(${range.after}` : '(';
      const to = range.fixed !== undefined ? `${range.fixed})` : range.lastAffected !== undefined ? `${range.lastAffected}]` : ')';
      return `${from},${to}`;
    })
    .join(' ');
}

test.each([
  ['<99.999.99999 || >=1.0.0', '(,)'],
  ['>=2.2.6 <2.47.0 || >2.51.0 <=2.67.0', '[2.2.6,2.47.0) (2.51.0,2.67.0]'],
  ['>2.51.0 <=2.51.0', ''],
  ['<0.0.0', '(,0.0.0)'],
  ['1.x || 2.x', '[1.0.0-0,3.0.0-0)'],
  ['^4.8.2 || ^6.10.2  || 8.x', '[4.8.2,5.0.0-0) [6.10.2,7.0.0-0) [8.0.0-0,9.0.0-0)'],
  ['^0.2.3', '[0.2.3,0.3.0-0)'],
  ['~1.2.3-beta.2', '[1.2.3-beta.2,1.3.0-0)'],
  ['1.2.3 - 2.3', '[1.2.3-0,2.4.0-0)'],
  ['4.4.2', '[4.4.2,4.4.2]'],
  ['>=1.0.0 <1.0.0-rc.1', ''],
  ['*', '(,)'],
  ['', '(,)'],
  ['>=', 'none'],
  ['v1.2.3', '[1.2.3,1.2.3]'],
  ['not a range', 'none'],
  ['<1.2.3.4.5', 'none'],
  [`${'<1.0.0 || '.repeat(2000)}<1.0.0`, 'none'],
])('%.70s = %s', (requirement, want) => {
  expect(print(readNpmRequirement(requirement))).toBe(want);
});

test.each([
  [
    'touching ends join',
    [{ fixed: '1.0.0' }, { introduced: '1.0.0', lastAffected: '2.0.0' }, { after: '2.0.0', fixed: '3.0.0' }],
    '(,3.0.0)',
  ],
  ['a missing point keeps them apart', [{ fixed: '1.0.0' }, { after: '1.0.0' }], '(,1.0.0) (1.0.0,)'],
  [
    'one inside the other',
    [
      { introduced: '1.0.0', fixed: '9.0.0' },
      { introduced: '2.0.0', fixed: '3.0.0' },
    ],
    '[1.0.0,9.0.0)',
  ],
  ['nothing', [{ introduced: '2.0.0', fixed: '2.0.0' }], ''],
])('union: %s', (_, ranges, want) => {
  expect(print(unionRanges(ranges, npmCompare))).toBe(want);
});

test.each([
  [[], '(,)'],
  [[{}], ''],
  [[{ introduced: '1.0.0', lastAffected: '2.0.0' }], '(,1.0.0) (2.0.0,)'],
  [[{ fixed: '1.0.0' }, { after: '1.0.0', fixed: '2.0.0' }], '[1.0.0,1.0.0] [2.0.0,)'],
  [[{ introduced: '1.0.0' }], '(,1.0.0)'],
])('complement of %j is %s', (ranges, want) => {
  expect(print(complementRanges(ranges, npmCompare))).toBe(want);
});

test('vulnerable and not patched', () => {
  const vulnerable = readNpmRequirement('8.x || 7.x || 4.x || 6.x || 5.x') ?? [];
  const patched = readNpmRequirement('^8.1.4 || ^7.10.1 || ^4.8.4 || ^6.11.1') ?? [];
  const left = intersectRanges(vulnerable, complementRanges(patched, npmCompare), npmCompare);
  expect(print(left)).toBe('[4.0.0-0,4.8.4) [5.0.0-0,6.11.1) [7.0.0-0,7.10.1) [8.0.0-0,8.1.4)');
});

test('spans hold exactly what the library says', () => {
  const requirements = ['^1.2.3', '~0.1', '1.x || >=3.0.0-rc.1 <3.0.0', '<=2 || 5', '>1.2 <=2.0.0-beta', '1 - 2.1', '!=', '=1.0.0'];
  const versions = [
    '0.0.0',
    '0.1.0-a',
    '0.1.9',
    '1.0.0',
    '1.2.3-0',
    '1.2.3',
    '1.9.9',
    '2.0.0-alpha',
    '2.0.0',
    '2.1.9',
    '3.0.0-rc.2',
    '3.0.0',
    '5.4.3',
  ];
  for (const requirement of requirements) {
    const ranges = readNpmRequirement(requirement);
    for (const version of versions) {
      const inside = (ranges ?? []).some(
        (range) =>
          (range.introduced === undefined || npmCompare(version, range.introduced) >= 0) &&
          (range.after === undefined || npmCompare(version, range.after) > 0) &&
          (range.fixed === undefined || npmCompare(version, range.fixed) < 0) &&
          (range.lastAffected === undefined || npmCompare(version, range.lastAffected) <= 0),
      );
      expect([requirement, version, inside]).toEqual([
        requirement,
        version,
        satisfies(version, requirement, { loose: true, includePrerelease: true }),
      ]);
    }
  }
});
