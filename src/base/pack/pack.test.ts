import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../model/error.ts';
import { openPack } from './reader.ts';
import { type PackEntry, writePack } from './writer.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function entry(key: string | Uint8Array, value: string): PackEntry {
  return { key: typeof key === 'string' ? Buffer.from(key) : key, value: Buffer.from(value) };
}

function many(count: number): PackEntry[] {
  const entries = Array.from({ length: count }, (_, i) => entry(`npm\0package-${(i * 7919) % count}`, `value ${i} ${'x'.repeat(i % 90)}`));
  return entries.sort((a, b) => Buffer.compare(a.key, b.key));
}

/** Every key read back: either its value, or an error with our code. Anything else is a wrong answer. */
function survey(path: string, entries: readonly PackEntry[], root?: string): 'same' | 'damaged' | 'wrong' {
  let damaged = false;
  try {
    const pack = openPack(path, root);
    for (const { key, value } of entries) {
      try {
        const got = pack.get(key);
        if (got === undefined || !got.equals(value)) return 'wrong';
      } catch (error) {
        if (!isPlimsollError(error, 'pack-damaged')) throw error;
        damaged = true;
      }
    }
    pack.close();
  } catch (error) {
    if (!isPlimsollError(error, 'pack-damaged')) throw error;
    damaged = true;
  }
  return damaged ? 'damaged' : 'same';
}

describe('a pack', () => {
  const hard: [string, PackEntry[]][] = [
    ['nothing', []],
    ['one empty key with an empty value', [entry('', '')]],
    ['keys that are prefixes of each other', [entry('a', '1'), entry('a\0', '2'), entry('a\0b', '3'), entry('ab', '4')]],
    // U+FFFF sorts before U+1F600 as bytes and after it as UTF-16: strings would be ordered the other way round.
    ['keys whose order differs between bytes and UTF-16', [entry('\uffff', 'low'), entry('\u{1f600}', 'high')]],
    ['bytes that are no UTF-8', [entry(Uint8Array.of(0x80), 'a'), entry(Uint8Array.of(0xff, 0xfe), 'b')]],
    ['a value larger than a block', [entry('a', 'small'), entry('b', 'x'.repeat(1_000_000)), entry('c', 'small')]],
    ['many blocks', many(5000)],
  ];
  test.each(hard)('gives back %s', (name, entries) => {
    const path = join(folder, `${name}.pack`);
    const summary = writePack(path, entries);
    const pack = openPack(path, summary.root);
    expect(summary.keys).toBe(entries.length);
    expect([...pack.entries()].map(({ key, value }) => [Buffer.from(key).toString('hex'), String(value)])).toEqual(
      entries.map(({ key, value }) => [Buffer.from(key).toString('hex'), String(value)]),
    );
    for (const { key, value } of [...entries].reverse()) expect(pack.get(key)?.toString()).toBe(String(value));
    for (const missing of ['A', 'a\0c', 'npm\0package-', 'zzz']) expect(pack.get(Buffer.from(missing))).toBeUndefined();
    pack.close();
  });

  test('has equal bytes for equal entries', () => {
    const one = writePack(join(folder, 'one'), many(3000));
    const two = writePack(join(folder, 'two'), many(3000));
    expect(two).toEqual(one);
    expect(readFileSync(join(folder, 'two')).equals(readFileSync(join(folder, 'one')))).toBe(true);
  });

  test('refuses keys out of order', () => {
    expect(() => writePack(join(folder, 'unsorted'), [entry('b', ''), entry('a', '')])).toThrow(TypeError);
    expect(() => writePack(join(folder, 'twice'), [entry('a', ''), entry('a', '')])).toThrow(TypeError);
  });

  test('tells every change and every cut, at each fiftieth of the file', { timeout: 120_000 }, () => {
    const entries = many(1500);
    const whole = join(folder, 'whole');
    const { root, bytes } = writePack(whole, entries);
    expect(survey(whole, entries, root)).toBe('same');
    const broken = join(folder, 'broken');
    const good = readFileSync(whole);
    for (let part = 0; part < 50; part++) {
      const at = Math.min(bytes - 1, Math.floor((bytes * part) / 50));
      const altered = Buffer.from(good);
      altered[at] = (altered[at] ?? 0) ^ 0x20;
      writeFileSync(broken, altered);
      expect([part, 'altered', survey(broken, entries)]).toEqual([part, 'altered', 'damaged']);
      writeFileSync(broken, good.subarray(0, at));
      expect([part, 'cut', survey(broken, entries)]).toEqual([part, 'cut', 'damaged']);
      writeFileSync(broken, Buffer.concat([good.subarray(0, at), Buffer.alloc(bytes - at)]));
      expect([part, 'zeroed', survey(broken, entries)]).toEqual([part, 'zeroed', 'damaged']);
    }
    for (let at = bytes - 56; at < bytes; at++) {
      const altered = Buffer.from(good);
      altered[at] = (altered[at] ?? 0) ^ 1;
      writeFileSync(broken, altered);
      expect([at, survey(broken, entries)]).toEqual([at, 'damaged']);
    }
  });

  test('refuses another sound pack than the one that is named', () => {
    const mine = writePack(join(folder, 'mine'), many(100));
    writePack(join(folder, 'other'), many(101));
    expect(() => openPack(join(folder, 'other'), mine.root)).toThrow(/not the one/);
    expect(() => openPack(join(folder, 'nowhere'))).toThrow(/missing/);
  });

  test('notices a file that is cut or overwritten while it is read', () => {
    const entries = many(4000);
    const path = join(folder, 'swapped');
    writePack(path, entries);
    const last = entries.at(-1);
    const first = entries[0];
    if (last === undefined || first === undefined) throw new Error('no entries');
    const pack = openPack(path);
    expect(pack.get(first.key)?.equals(first.value)).toBe(true);
    writePack(join(folder, 'swap-with'), many(3999));
    copyFileSync(join(folder, 'swap-with'), path);
    expect(() => pack.get(last.key)).toThrow(/cut|not what the index says/);
    truncateSync(path, 20_000);
    expect(() => pack.get(last.key)).toThrow(/cut/);
    pack.close();
  });
});

test('a FIFO in the place of a pack is damage, and nothing is waited for', () => {
  const place = mkdtempSync(join(tmpdir(), 'plimsoll-fifo-'));
  try {
    const path = join(place, 'pack');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(() => openPack(path)).toThrow('is cut or not a pack');
  } finally {
    rmSync(place, { recursive: true });
  }
});
