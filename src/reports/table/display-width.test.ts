import { describe, expect, it } from 'vitest';
import { displayWidth, padEnd, takeWidth, truncate, wrap } from './display-width.ts';

describe('display width', () => {
  it.each([
    ['', 0],
    ['openssl', 7],
    ['e\u0301', 1],
    ['漢字', 4],
    ['ｆｕｌｌ', 8],
    ['ﾊﾝ', 2],
    ['한글', 4],
    ['\u1112\u1161\u11ab', 2],
    ['🐳', 2],
    ['❤\ufe0f', 2],
    ['→ …', 3],
    ['𠀀', 2],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it.each([
    ['漢字', 3, '漢'],
    ['e\u0301e', 1, 'e\u0301'],
    ['a🐳', 2, 'a'],
  ])('%j cut to %i columns is %j', (text, width, taken) => {
    expect(takeWidth(text, width)).toBe(taken);
  });

  it('shows a cut, and fills by columns', () => {
    expect(truncate('漢字漢字', 6)).toBe('漢字…');
    expect(truncate('abc', 3)).toBe('abc');
    expect(padEnd('漢', 4)).toBe('漢  ');
  });

  it('breaks at spaces, and inside a word that alone is too long', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a 漢字漢字漢字 b', 5)).toEqual(['a', '漢字', '漢字', '漢字', 'b']);
    expect(wrap('x'.repeat(1_000_000), 10, 3)).toEqual(['xxxxxxxxxx', 'xxxxxxxxxx', 'xxxxxxxxx…']);
  });
});
