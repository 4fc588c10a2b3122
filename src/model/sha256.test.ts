import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, sha256 } from './sha256.ts';

describe('sha256', () => {
  it.each([0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003])('agrees with the platform on %i characters', (length) => {
    const text = 'aé漢z'.repeat(length).slice(0, length);
    const digest = sha256(text);
    expect(Buffer.from(digest).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'));
    expect(base64(digest)).toBe(createHash('sha256').update(text).digest('base64'));
  });

  it('gives the vector of the standard', () => {
    expect(Buffer.from(sha256('abc')).toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it.each([[''], ['f'], ['fo'], ['foo'], ['foob'], ['fooba'], ['foobar']])('writes %j in base64 (RFC 4648, section 10)', (text) => {
    expect(base64(new TextEncoder().encode(text))).toBe(Buffer.from(text).toString('base64'));
  });
});
