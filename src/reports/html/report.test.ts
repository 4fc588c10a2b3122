import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { growth } from '../../../test/fixtures/effort.ts';
import { clean, hostile, large, scanResult, shop } from '../../../test/fixtures/scan-result.ts';
import { html, idLink } from './markup.ts';
import { renderPage } from './page.ts';
import { report } from './report.ts';
import { script, style } from './style.ts';

const options = { width: 80, color: false, showSuppressed: false };

/** The words of a page, as a reader without style and script gets them. */
function words(page: string): string {
  return page
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

/** Relative luminance and contrast. Source: WCAG 2.2, 1.4.3. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
    const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(full.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe('html', () => {
  it('says what is wrong, what to do first and what is not known, before everything else', () => {
    const text = words(report.render(shop(), options));
    expect(text).toContain('9 findings , 2 of them critical. 2 are exploited in the wild.');
    expect(text).toContain('The first 3 actions together remove 6 of 9.');
    expect(text).toContain('This is not a pass. npm: advisory data for npm ends 2020-06 (4 packages).');
    const order = [
      'What is wrong',
      'What to do first',
      'What is not known',
      'Do first',
      'Unknown: this is not a pass',
      'the layers',
      'Findings',
      'Not counted, and why',
      'What this rests on',
    ];
    const places = order.map((one) => text.indexOf(one));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('draws every layer with its command, packages and findings', () => {
    const page = report.render(shop(), options);
    expect(page.match(/<svg viewBox="0 0 1000 26"/g)).toHaveLength(6);
    expect(page).toContain('aria-label="4 packages, 4 findings: 1 critical, 1 high, 1 medium, 1 negligible"');
    expect(page.match(/<li class="base">/g)).toHaveLength(2);
  });

  it('lists every finding with its evidence, and the suppressed with their reasons', () => {
    const text = words(report.render(shop(), options));
    for (const { id } of shop().findings) expect(text).toContain(id);
    expect(text).toContain('listed since 2024-03-01, used in ransomware campaigns (data of 2026-11-25)');
    expect(text).toContain('Perl is not used at run time (payments team, until 2026-12-01)');
    expect(text).toContain('deb 3.0.11-1~deb12u2 against: introduced 0, fixed 3.0.17-1~deb12u3');
  });

  it('never calls a result clean', () => {
    for (const result of [clean(), scanResult(), scanResult({ unknowns: shop().unknowns })]) {
      expect(words(report.render(result, options))).not.toMatch(/\b(clean|passed|safe|secure|0 vulnerabilities)\b/i);
    }
    expect(words(report.render(clean(), options))).toContain('No known vulnerability in 2 packages (1 deb, 1 npm)');
    const notes = shop().unknowns.filter(({ blocking }) => !blocking);
    expect(words(report.render(scanResult({ unknowns: notes }), options))).toContain('Unknown: what this result does not say');
  });

  it.each([
    ['one', report.render(hostile(), options)],
    ['several', renderPage([{ result: hostile(), note: '"><script>alert(3)</script>' }, { result: hostile() }])],
  ])('lets nothing of a target become markup (%s)', (_, page) => {
    expect(page.match(/<script\b/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|<[a-z]+[^>]* on[a-z]+=/i);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
    expect(links.filter((href) => !/^(#(main|t\d+)|https:\/\/[\w./?=-]+)$/.test(href))).toEqual([]);
    expect(page).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    const attributes = [...page.replace(/<script>.*<\/script>/s, '').matchAll(/<[a-z0-9]+((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/gi)];
    expect(attributes.flatMap(([, list = '']) => list.match(/onmouseover|onerror=(?!alert)/g) ?? [])).toEqual([]);
  });

  it('contacts nobody and lets only its own script and style run', () => {
    const page = report.render(shop(), options);
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'">`,
    );
    expect(page).toContain(`<script>${script}</script>`);
    expect(page).toContain(`<style>${style}</style>`);
    expect(page).not.toMatch(/\s(src|srcset|style|action|background)=|@import|url\(|fetch\(|XMLHttpRequest|<link/);
  });

  it('escapes what is put in, and links only ids of a known shape', () => {
    expect(html`<b title="${`"'<&\``}">${'<i>'}</b>`.markup).toBe('<b title="&quot;&#39;&lt;&amp;&#96;">&lt;i&gt;</b>');
    expect(idLink('javascript:alert(1)').markup).toBe('javascript:alert(1)');
    expect(idLink('CVE-2024-0001').markup).toBe(
      '<a href="https://www.cve.org/CVERecord?id=CVE-2024-0001" rel="noreferrer">CVE-2024-0001</a>',
    );
  });

  it('can be heard: language, one main heading, headings of tables, names of pictures', () => {
    const page = report.render(shop(), options);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).not.toMatch(/<th>|<th class/);
    expect(page).not.toMatch(/<svg(?![^>]*(aria-label|aria-hidden))/);
  });

  it('has a contrast of at least 4.5 for text in both schemes', () => {
    const blocks = style.match(/color-scheme:(light|dark);[^}]*/g) ?? [];
    expect(blocks.length).toBe(3);
    for (const block of blocks) {
      const colors = Object.fromEntries([...block.matchAll(/--([a-z]+):(#[0-9a-f]{3,6})/g)].map(([, name, hex]) => [name, hex]));
      const pairs = [
        ...['ink', 'soft', 'accent', 'critical', 'high', 'medium', 'low', 'negligible', 'unknown'].map((one) => [one, 'card']),
        ...['ink', 'soft', 'accent'].map((one) => [one, 'bg']),
        ...['ink', 'soft', 'warn'].map((one) => [one, 'warnbg']),
        ['ink', 'code'],
        ['card', 'accent'],
      ];
      const weak = pairs.filter(([a = '', b = '']) => contrast(colors[a] ?? '#000', colors[b] ?? '#000') < 4.5);
      expect(weak).toEqual([]);
    }
  });

  it('gives several targets an overview with links, and says where a small number means little', () => {
    const page = renderPage([{ result: shop(), note: 'The front end.' }, { result: clean() }]);
    expect(page).toContain('<a href="#t1">shop:1.4</a>');
    expect(page).toContain('<section class="target" id="t2">');
    expect(words(page)).toMatch(/not a pass: 1 blocking .*nothing came up .*The front end\./);
    expect(new Set(page.match(/ id="[^"]*"/g)).size).toBe(page.match(/ id="[^"]*"/g)?.length);
  });

  it('quotes the target for the shell', () => {
    const result = { ...shop(), target: { ...shop().target, name: "a b'; rm -rf ~" } };
    expect(report.render(result, options)).toContain(String.raw`plimsoll scan &#39;a b&#39;\&#39;&#39;; rm -rf ~&#39; --now`);
  });

  it('stays below 2 MB for 1,000 findings over 400 packages', () => {
    expect(Buffer.byteLength(report.render(large(1000, 400), options))).toBeLessThan(2_000_000);
  });

  it('takes time in proportion to the findings', { timeout: 120_000 }, () => {
    const render = (count: number): (() => string) => {
      const result = large(count, count / 4);
      return () => report.render(result, options);
    };
    expect(growth(render)).toBeLessThan(60);
  });
});
