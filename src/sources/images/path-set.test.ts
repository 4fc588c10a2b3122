import { describe, expect, test } from 'vitest';
import { decodePathSet, encodePaths, normalPath, PathHash, seedOf } from './path-set.ts';

describe('path set', () => {
  test('holds what was put in and nothing else', () => {
    const paths = Array.from({ length: 50_000 }, (_, i) => `usr/lib/${i % 100}/file${i}`);
    const set = decodePathSet(encodePaths(paths));
    expect(set.size).toBe(50_000);
    expect(paths.every((path) => set.has(path))).toBe(true);
    expect(paths.filter((path) => set.has(`${path}x`) || set.has(path.slice(1)))).toEqual([]);
    expect(set.hasPrefix('usr/lib/0/file0/below', 15)).toBe(true);
  });

  test.each([
    ['', 0],
    ['AAAA', 0],
    [encodePaths([]), 0],
    [encodePaths(['a']), 1],
  ])('%j has %d', (text, size) => {
    const set = decodePathSet(text);
    expect(set.size).toBe(size);
    expect(set.has('a')).toBe(size === 1);
  });

  test('all pairs of a dense family differ', () => {
    const hash = new PathHash(seedOf());
    const seen = new Set<string>();
    for (let i = 0; i < 65_536; i += 1) {
      const path = String.fromCharCode(97 + (i & 15), 97 + ((i >> 4) & 15), 97 + ((i >> 8) & 15), 97 + ((i >> 12) & 15));
      hash.prefix(path, 4);
      seen.add(`${hash.lo} ${hash.hi}`);
    }
    expect(seen.size).toBe(65_536);
  });

  test('the seed is part of every hash and is kept', () => {
    const [one, two] = [encodePaths(['a'], seedOf('sha256:1')), encodePaths(['a'], seedOf('sha256:2'))];
    expect(one.slice(12)).not.toBe(two.slice(12));
    expect(decodePathSet(one).has('a') && decodePathSet(two).has('a')).toBe(true);
  });

  test('a scan gives the hash of the path and of its folder', () => {
    const hash = new PathHash(seedOf());
    hash.prefix('a/b', 3);
    const folder = [hash.lo, hash.hi];
    expect(hash.scan('a/b/c')).toBe(true);
    expect([hash.parentLo, hash.parentHi, hash.slash]).toEqual([...folder, 3]);
    const whole = [hash.lo, hash.hi];
    hash.begin();
    hash.extend('a/b/c', 0, 1);
    hash.extend('a/b/c', 1, 5);
    expect([hash.lo, hash.hi]).toEqual(whole);
  });

  test.each(['', '/a', 'a/', 'a//b', './a', 'a/.', 'a/./b', '../a', 'a/..', '.', '..'])('%j is not normal', (path) => {
    expect(new PathHash(seedOf()).scan(path)).toBe(false);
  });

  test.each(['a', 'a/b', '...', '..a', '.a/b', 'a/.b/..c'])('%j is normal', (path) => {
    expect(new PathHash(seedOf()).scan(path)).toBe(true);
    expect(normalPath(path)).toBe(path);
  });
});
