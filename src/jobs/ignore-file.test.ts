import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIgnores } from './ignore-file.ts';

describe('readIgnores', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-ignore-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (text: string): string => {
    const path = join(folder, 'ignore.yaml');
    writeFileSync(path, text);
    return path;
  };

  it.each([
    ['a list of ids, as other scanners have them', 'CVE-2024-1\n', /does not begin with "ignore:"/],
    ['an empty file', '', /does not begin with "ignore:"/],
    ['an entry without a reason', 'ignore:\n  - { id: A, reason: r, owner: o }\n  - { id: B, owner: o }', /entry 2, reason: missing/],
    ['no list', 'ignore: 7', /: ignore: /],
    ['another key', 'ignores: []', /ignore: missing/],
    ['no YAML', 'ignore: [', /cannot be read as YAML/],
  ])('refuses %s', (_, text, message) => {
    expect(() => readIgnores(file(text), true)).toThrow(message);
  });

  it('wants a file that was asked for by name, and no other', () => {
    expect(() => readIgnores(join(folder, 'none.yaml'), true)).toThrow(/there is no ignore file/);
    expect(readIgnores(join(folder, 'none.yaml'), false)).toEqual([]);
  });

  it('reads dates with and without quotes', () => {
    const text =
      'ignore:\n  - { id: A, reason: r, owner: o, expires: 2026-12-31 }\n  - { id: B, reason: r, owner: o, expires: "2027-01-01" }';
    expect(readIgnores(file(text), true).map((one) => one.expires)).toEqual(['2026-12-31', '2027-01-01']);
  });
});
