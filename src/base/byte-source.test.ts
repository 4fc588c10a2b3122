import { describe, expect, it } from 'vitest';
import { bufferSource, windowOf } from './byte-source.ts';

const source = bufferSource(Buffer.from('0123456789'));

describe('windowOf', () => {
  it.each([
    ['in the middle', 2, 4, 0, 4, '2345'],
    ['past its own end', 2, 4, 2, 100, '45'],
    ['beyond the end', 2, 4, 4, 1, ''],
    ['before its start is clamped', 2, 4, -2, 2, '23'],
    ['larger than what it looks at', 8, 100, 0, 100, '89'],
    ['behind everything', 20, 5, 0, 5, ''],
    ['a negative length', 2, 4, 0, -1, ''],
  ])('%s', (_name, offset, size, at, length, expected) => {
    expect(Buffer.from(windowOf(source, offset, size).read(at, length)).toString()).toBe(expected);
  });

  it('never says that it is larger than its source', () => {
    expect(windowOf(source, 8, 100).size).toBe(2);
    expect(windowOf(source, 20, 5).size).toBe(0);
  });
});
