import { describe, expect, it } from 'vitest';
import { growth } from '../../../test/fixtures/effort.ts';
import { hostile, large, shop } from '../../../test/fixtures/scan-result.ts';
import { report } from './report.ts';

const options = { width: 80, color: false, showSuppressed: false };

/** The same value with every object's keys in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, reversed(one)]),
  );
}

describe('json', () => {
  it.each([
    ['shop', shop()],
    ['hostile', hostile()],
  ])('%s reads back as what it was', (_, result) => {
    expect(JSON.parse(report.render(result, options))).toEqual(JSON.parse(JSON.stringify(result)));
  });

  it('gives the same bytes whatever the order in which a result was built', () => {
    const turned = reversed(shop()) as ReturnType<typeof shop>;
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(shop()));
    expect(report.render(turned, options)).toBe(report.render(shop(), options));
  });

  it('is laid out as JSON.stringify would, with a newline at the end', () => {
    const text = report.render(shop(), options);
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    expect(text.startsWith('{\n  "schemaVersion": "1",\n  "run": {\n    "tool": "plimsoll",')).toBe(true);
  });

  it('leaves out what is absent', () => {
    const result = { ...shop(), target: { kind: 'image' as const, name: 'x', digest: undefined } };
    expect(report.render(result as never, options)).not.toContain('"digest": null');
  });

  it('holds nothing that a terminal obeys', () => {
    expect(report.render(hostile(), options)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  it('takes time in proportion to the findings', { timeout: 120_000 }, () => {
    const render = (count: number): (() => string) => {
      const result = large(count, count / 4);
      return () => report.render(result, options);
    };
    expect(growth(render)).toBeLessThan(60);
  });
});
