import { describe, expect, it } from 'vitest';
import { growth } from '../../../test/fixtures/effort.ts';
import { clean, hostile, large, pkg, scanResult, shop, vulnerability } from '../../../test/fixtures/scan-result.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { displayWidth } from './display-width.ts';
import { report } from './report.ts';

function table(result: ScanResult, width = 80, more: { color?: boolean; showSuppressed?: boolean } = {}): string {
  return report.render(result, { width, color: false, showSuppressed: false, ...more });
}

function unstyled(text: string): string {
  return text.replace(/\u001b\[[\d;]*m/g, '');
}

const wideLayer = {
  index: 0,
  digest: 'sha256:1',
  command: 'RUN echo 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字',
};
const east = (): ScanResult => {
  const of = pkg('npm', '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字', '1', 0);
  const base = shop();
  return {
    ...base,
    layers: [wideLayer],
    findings: [vulnerability('CVE-2026-0001', of, 'low', { reasons: ['e\u0301'.repeat(300)] })],
    target: { ...base.target, name: '漢'.repeat(90) },
  };
};

describe('table', () => {
  it('says what to do first, what was found and what is not known', () => {
    expect(table(shop())).toMatchInlineSnapshot(`
      "shop:1.4   sha256:9f3c21ab…   Debian 12   9 packages in 6 layers
      Debian 12 reached its end of life on 2026-06-10, 5 months ago; extended support
      until 2028-06-30

      DO FIRST   3 actions remove 6 of 9 findings
       1  upgrade openssl 3.0.11-1~deb12u2 →             3   exploited: 2, critical: 1
          3.0.17-1~deb12u3
          layer 2, RUN apt-get update && apt-get install -…   CVE-2024-0001 and 2 more
       2  npm: lodash 4.17.4 → 4.17.21                   2   critical: 1
          layer 4, RUN npm ci --omit=dev   CVE-2019-10744 and 1 more
       3  rebuild on debian:12.11 (base is 214 days      1
          old)
          layer 0, ADD rootfs.tar.xz /   CVE-2025-4802

      FINDINGS   9: 2 critical, 3 high, 1 medium, 1 low, 1 negligible, 1 unrated
                 exploited in the wild: 2   a fix is known: 6
          critical    CVE-2024-0001   openssl 3.0.11-1~deb12u2 → 3.0.17-1~deb12u3
                      exploited in the wild (KEV, since 2024-03-01); EPSS 0.94; a fix
                      is there
          high        CVE-2024-0002   openssl 3.0.11-1~deb12u2 → 3.0.17-1~deb12u3
                      exploited in the wild (KEV, since 2025-01-11); a fix is there
          medium      CVE-2024-0003   openssl 3.0.11-1~deb12u2 → 3.0.17-1~deb12u3
                      a fix is there
          critical    CVE-2019-10744  lodash 4.17.4 → 4.17.21
                      critical; a fix is there
          high        CVE-2021-23337  lodash 4.17.4 → 4.17.21
                      high; a fix is there
          and 4 more   --format html=report.html or --format json lists all

      UNKNOWN    2   (this is not a pass)
          npm       advisory data for npm ends 2020-06: 4 packages
                    → plimsoll db update npm
          updates   note: no package index of the security archive is at hand: 1 index
                    → run apt-get update in the image, or scan with a connection

      3 not shown: 1 answered for by the distribution's package, 1 not affected by the
      vendor's word, 1 waived until 2026-12-01   --show-suppressed

      Warning:   the exception for CVE-2020-0001 of payments team expired on
                 2026-11-01: it is active again   → Fix it, or renew the entry with a
                 new reason.

      Data: Debian 12 2026-11-24 (1 day), npm 2020-06-30 (6 years, partial),
            KEV 2026-11-25 (today)
      This version does not look at: Java, Go
      "
    `);
  });

  const results: [string, ScanResult][] = [
    ['shop', shop()],
    ['clean', clean()],
    ['empty', scanResult()],
    ['hostile', hostile()],
    ['large', large(1000, 400)],
    ['east', east()],
  ];
  it.each(results.flatMap(([name, result]) => [40, 57, 80, 100, 200].map((width) => [name, width, result] as const)))(
    '%s is never wider than %i columns',
    (_, width, result) => {
      for (const showSuppressed of [false, true]) {
        const lines = table(result, width, { showSuppressed }).split('\n');
        expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
        expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
      }
    },
  );

  it.each(results)('%s reads the same with and without colour', (_, result) => {
    const painted = table(result, 80, { color: true });
    expect(painted).toContain('\u001b[');
    expect(unstyled(painted).replace(/ +$/gm, '')).toBe(table(result));
  });

  it('lets nothing of a target move the cursor, turn the direction or begin a line', () => {
    for (const color of [false, true]) {
      const text = unstyled(table(hostile(), 80, { color, showSuppressed: true }));
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
      expect(text).not.toMatch(/^漢字/m);
      expect(text).toContain('\\x1b[2J\\x9b31m');
    }
  });

  it('says of a result without findings what was checked', () => {
    const text = table(clean());
    expect(text).toContain('No known vulnerability in 2 packages (1 deb, 1 npm), by the data');
    expect(text).toContain('Debian 12 2026-11-24 (1 day), npm 2026-11-25 (today)');
    expect(text).not.toContain('UNKNOWN');
  });

  it.each([
    ['an unread layer and no package', scanResult({ unknowns: shop().unknowns }), 'No packages could be read, so nothing was checked.'],
    [
      'packages without data',
      { ...clean(), ...pick(scanResult({ unknowns: shop().unknowns })) },
      'No finding in what could be checked of 2 packages',
    ],
    ['no package', scanResult(), 'No packages were found, so there was nothing to check.'],
    [
      'no vulnerability scan',
      scanResult({ run: { ...scanResult().run, scanners: ['secret'] } }),
      'Vulnerabilities were not looked for in this run.',
    ],
  ])('never calls %s clean', (_, result, says) => {
    const text = table(result);
    expect(text.replace(/\s+/g, ' ')).toContain(says);
    expect(text).not.toMatch(/\b(clean|passed|safe|0 vulnerabilities|no vulnerabilities)\b/i);
  });

  it('puts unknowns that forbid a verdict first and calls the others notes', () => {
    const unknowns = [...shop().unknowns].reverse();
    const text = table(scanResult({ unknowns }));
    expect(text).toContain('UNKNOWN    2   (this is not a pass)');
    expect(text.indexOf('plimsoll db update npm')).toBeLessThan(text.indexOf('note: no package index'));
    expect(table(scanResult({ unknowns: unknowns.slice(0, 1) }))).toContain('UNKNOWN    1   (no verdict depends on it)');
  });

  it('lists suppressed findings with their reasons when asked', () => {
    expect(table(shop())).toContain('--show-suppressed');
    const text = table(shop(), 80, { showSuppressed: true });
    expect(text).not.toContain('--show-suppressed');
    expect(text).toContain('Perl is not used at run time (payments team, until 2026-12-01)');
  });

  it('names what a display filter hides, and how many actions there are', () => {
    expect(table(scanResult({ hidden: 7 }))).toContain('hidden by a display filter: 7');
    expect(table(large(1000, 400))).toContain('5 of 200 actions remove 15 of 1000 findings');
  });

  it('counts a finding that two actions remove once', () => {
    const result = shop();
    const [action] = result.actions;
    expect(table({ ...result, actions: action === undefined ? [] : [action, action] })).toContain('2 actions remove 3 of 9 findings');
  });

  it('takes time in proportion to the findings', { timeout: 120_000 }, () => {
    const render = (count: number): (() => string) => {
      const result = large(count, count / 4);
      return () => table(result, 80, { showSuppressed: true });
    };
    expect(growth(render)).toBeLessThan(60);
  });
});

function pick({ unknowns, summary }: ScanResult): Pick<ScanResult, 'unknowns' | 'summary'> {
  return { unknowns, summary };
}
