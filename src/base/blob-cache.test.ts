import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBlobCache } from './blob-cache.ts';

const key = (n: number): string => n.toString(16).padStart(64, '0');
const shardOf = (folder: string, k: string): string => join(folder, 'entries', k.slice(0, 2));

let folder: string;
const faults: string[] = [];
const open = (maxBytes?: number) =>
  openBlobCache({ folder, onFault: (fault) => faults.push(fault), ...(maxBytes === undefined ? {} : { maxBytes }) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-cache-'));
  faults.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('openBlobCache', () => {
  it('gives back what was put, over processes, and misses what was not', async () => {
    await open().put(key(1), '{"ü":1}');
    expect(await open().get(key(1))).toBe('{"ü":1}');
    expect(await open().get(key(2))).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it('does not wait for a FIFO in the place of an entry', async () => {
    await open().put(key(1), 'x');
    const path = join(shardOf(folder, key(1)), key(1));
    rmSync(path);
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(await open().get(key(1))).toBeUndefined();
    expect(faults).toEqual(['a cache entry cannot be read']);
  });

  it('keeps others out', async () => {
    mkdirSync(join(folder, 'entries'));
    chmodSync(join(folder, 'entries'), 0o777);
    await open().put(key(1), 'x');
    expect(statSync(join(folder, 'entries')).mode & 0o777).toBe(0o700);
    expect(statSync(join(shardOf(folder, key(1)), key(1))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a link', () => symlinkSync(tmpdir(), join(folder, 'entries'))],
    ['a file', () => writeFileSync(join(folder, 'entries'), '')],
  ])('uses no folder that is %s, and says so', async (_name, make) => {
    make();
    const cache = open();
    await cache.put(key(1), 'x');
    expect(await cache.get(key(1))).toBeUndefined();
    expect(faults).toEqual(['the cache folder cannot be used']);
  });

  it.each([['../../../etc/passwd'], ['ABCDEF0123456789'], [''], ['0'.repeat(200)]])('takes no key %j', async (bad) => {
    const cache = open();
    await cache.put(bad, 'x');
    expect(await cache.get(bad)).toBeUndefined();
    expect((await cache.usage()).entries).toBe(0);
  });

  it('misses a damaged or cut entry and says so', async () => {
    const cache = open();
    const path = join(shardOf(folder, key(1)), key(1));
    await cache.put(key(1), 'x'.repeat(1000));
    truncateSync(path, statSync(path).size - 3);
    expect(await cache.get(key(1))).toBeUndefined();
    writeFileSync(path, 'not deflated');
    expect(await cache.get(key(1))).toBeUndefined();
    expect(faults).toEqual(['a cache entry cannot be read', 'a cache entry cannot be read']);
  });

  it('removes what was not used for longest, and temporary files that a killed process left', async () => {
    const noise = (n: number) => Array.from({ length: 400 }, (_, i) => ((i * 7919 + n * 104729) % 65521).toString(36)).join('');
    const cache = open(1e9);
    for (const n of [1, 2, 3, 4]) await cache.put(key(n), noise(n));
    for (const n of [1, 2, 3, 4]) utimesSync(join(shardOf(folder, key(n)), key(n)), 1000 * n, 1000 * n);
    expect(await cache.get(key(1))).toBe(noise(1)); // used again: now the youngest
    const stale = join(shardOf(folder, key(1)), '.123.abc');
    writeFileSync(stale, 'half');
    utimesSync(stale, 1000, 1000);
    const fresh = join(shardOf(folder, key(1)), '.124.abc');
    writeFileSync(fresh, 'half');
    const { bytes } = await cache.usage();
    await open(Math.ceil(bytes * 0.6)).evict();
    const left = await Promise.all([1, 2, 3, 4].map(async (n) => (await cache.get(key(n))) !== undefined));
    expect(left).toEqual([true, false, false, true]);
    expect(readdirSync(shardOf(folder, key(1))).filter((name) => name.startsWith('.'))).toEqual(['.124.abc']);
  });

  it('evicts while it writes, without being asked', async () => {
    const cache = open(20_000);
    for (let n = 0; n < 60; n += 1) await cache.put(key(n), Array.from({ length: 500 }, (_, i) => (i * n * 31 + i) % 9973).join());
    expect((await cache.usage()).bytes).toBeLessThan(22_000);
    expect((await cache.usage()).entries).toBeGreaterThan(3);
  });

  it('clears', async () => {
    const cache = open();
    await cache.put(key(1), 'x');
    await cache.clear();
    expect(await cache.usage()).toEqual({ entries: 0, bytes: 0 });
    await cache.put(key(1), 'y');
    expect(await cache.get(key(1))).toBe('y');
  });

  it('serves twenty processes on one empty folder, and a killed writer leaves no half entry', async () => {
    const value = 'z'.repeat(200_000);
    const program = `
      import { openBlobCache } from ${JSON.stringify(new URL('./blob-cache.ts', import.meta.url).href)};
      const faults = [];
      const cache = openBlobCache({ folder: process.argv[1], onFault: (f, e) => faults.push(f + e) });
      const value = 'z'.repeat(200000);
      const forever = process.argv[2] === 'forever';
      for (let n = 0; forever || n < 20; n += 1) {
        const k = (n % 20).toString(16).padStart(64, '0');
        const got = await cache.get(k);
        if (got !== undefined && got !== value) throw new Error('half an entry');
        await cache.put(k, value);
        if (forever && n === 5) process.stdout.write('writing');
      }
      if (faults.length > 0) throw new Error(faults.join());`;
    const hook = new URL('../../tools/ts-hook.mjs', import.meta.url).href;
    const run = (mode: string) => spawn(process.execPath, ['--import', hook, '--input-type=module', '-e', program, folder, mode]);
    const killed = run('forever');
    const died = new Promise((resolve) => killed.on('close', resolve));
    killed.stdout.once('data', () => killed.kill('SIGKILL'));
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => {
        const child = run('once');
        let errors = '';
        child.stderr.on('data', (chunk) => {
          errors += chunk;
        });
        return new Promise((resolve) => child.on('close', (code) => resolve(code === 0 ? 0 : errors)));
      }),
    );
    await died;
    expect(codes).toEqual(Array.from({ length: 20 }, () => 0));
    const cache = open();
    for (let n = 0; n < 20; n += 1) expect((await cache.get(key(n))) === value).toBe(true);
    expect(faults).toEqual([]);
  }, 120_000);
});
