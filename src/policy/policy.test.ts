import { describe, expect, it } from 'vitest';
import type { Finding } from '../model/finding.ts';
import type { Unknown } from '../model/unknown.ts';
import { isShown } from './filter.ts';
import { exitCodeOf, judgeScan, type ScanBar } from './judge-scan.ts';
import { type Ignore, suppress } from './suppress.ts';

const finding = (over: Partial<Finding> = {}): Finding => ({
  id: 'CVE-2024-1',
  kind: 'vulnerability',
  severity: 'high',
  title: 't',
  subject: { purl: 'pkg:npm/lodash@4.17.4', name: 'lodash' },
  installed: '4.17.4',
  status: 'fixed',
  aliases: ['GHSA-aaaa'],
  evidence: [],
  priority: 1,
  reasons: [],
  exploited: false,
  ...over,
});
const unknown = (over: Partial<Unknown> = {}): Unknown => ({
  id: 'npm-coverage-partial',
  code: 'coverage-partial',
  area: 'npm',
  subject: '3 packages',
  reason: 'ends 2020',
  hint: 'h',
  count: 3,
  examples: [],
  blocking: true,
  ...over,
});
const bar = (over: Partial<ScanBar> = {}): ScanBar => ({ strict: false, allowUnknown: [], ...over });
const now = new Date('2026-11-25T12:00:00Z');

describe('judgeScan', () => {
  it.each<[string, Finding[], Unknown[], ScanBar, number]>([
    ['a report passes whatever it found', [finding()], [unknown()], bar(), 0],
    ['a hit fails', [finding()], [], bar({ failOn: 'high' }), 1],
    ['a hit fails even when something is unknown', [finding()], [unknown()], bar({ failOn: 'high' }), 1],
    ['a lesser finding does not', [finding({ severity: 'medium' })], [], bar({ failOn: 'high' }), 0],
    ['an unrated finding is only hit by the word unknown', [finding({ severity: 'unknown' })], [], bar({ failOn: 'negligible' }), 0],
    ['a suppressed finding does not count', [finding({ suppressedBy: { by: 'ignore', reason: 'r' } })], [], bar({ failOn: 'low' }), 0],
    ['a blocking unknown is not a pass', [], [unknown()], bar({ failOn: 'critical' }), 3],
    ['a blocking unknown is not a pass under strict', [], [unknown()], bar({ strict: true }), 3],
    ['a quiet unknown blocks nothing', [], [unknown({ blocking: false })], bar({ strict: true }), 0],
    ['its area may be allowed', [], [unknown()], bar({ strict: true, allowUnknown: ['npm'] }), 0],
    ['another area does not help', [], [unknown()], bar({ strict: true, allowUnknown: ['os'] }), 3],
    ['all means all', [], [unknown()], bar({ strict: true, allowUnknown: ['all'] }), 0],
  ])('%s', (_, findings, unknowns, theBar, code) => {
    expect(exitCodeOf(judgeScan({ findings, unknowns, nothingEvaluated: false, notBuilt: [] }, theBar))).toBe(code);
  });

  it.each<[string, string[], ScanBar, number]>([
    ['a scanner that is not built cannot pass', ['secret'], bar({ failOn: 'high' }), 3],
    ['under strict neither', ['secret', 'config'], bar({ strict: true, allowUnknown: ['secret'] }), 3],
    ['it may be allowed', ['secret'], bar({ failOn: 'high', allowUnknown: ['secret'] }), 0],
    ['a report names it and is done', ['secret'], bar(), 0],
  ])('%s', (_, notBuilt, theBar, code) => {
    expect(exitCodeOf(judgeScan({ findings: [], unknowns: [], nothingEvaluated: false, notBuilt }, theBar))).toBe(code);
  });

  it('never passes when nothing could be evaluated, bar or not', () => {
    expect(exitCodeOf(judgeScan({ findings: [], unknowns: [], nothingEvaluated: true, notBuilt: [] }, bar()))).toBe(3);
  });
});

describe('suppress', () => {
  const ignore = (over: Partial<Ignore> = {}): Ignore => ({ id: 'cve-2024-1', reason: 'not reachable', owner: 'ann', ...over });
  it.each<[string, Ignore, boolean]>([
    ['by id, whatever the case', ignore(), true],
    ['by alias', ignore({ id: 'GHSA-AAAA' }), true],
    ['by package name', ignore({ package: 'lodash' }), true],
    ['not for another package', ignore({ package: 'lodas' }), false],
    ['by purl without version', ignore({ package: 'pkg:npm/lodash' }), true],
    ['not by the beginning of a name', ignore({ package: 'pkg:npm/lod' }), false],
    ['on its last day', ignore({ expires: '2026-11-25' }), true],
    ['not after it', ignore({ expires: '2026-11-24' }), false],
    ['below a path', ignore({ path: '/app' }), true],
    ['not beside it', ignore({ path: 'ap' }), false],
  ])('%s', (_, one, silenced) => {
    const { findings, warnings } = suppress([finding({ location: { path: 'app/node_modules/lodash/package.json' } })], [one], now);
    expect(findings[0]?.suppressedBy !== undefined).toBe(silenced);
    expect(findings).toHaveLength(1);
    expect(warnings.length > 0).toBe(!silenced);
  });
});

describe('isShown', () => {
  it.each<[Finding['severity'][], boolean]>([
    [[], true],
    [['high'], true],
    [['critical'], false],
    [['critical', 'low'], false],
    [['high', 'low'], true],
    [['low'], true],
  ])('severity %j shows a high finding: %s', (severity, shown) => {
    expect(isShown(finding(), { severity, onlyFixed: false })).toBe(shown);
  });
  it('shows only what has a fix when asked', () => {
    expect(isShown(finding(), { severity: [], onlyFixed: true })).toBe(false);
    expect(isShown(finding({ fixed: '5' }), { severity: [], onlyFixed: true })).toBe(true);
  });
});
