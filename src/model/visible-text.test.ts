import { describe, expect, it } from 'vitest';
import { safeJsonText, visibleText } from './visible-text.ts';

describe('text that is shown', () => {
  it.each([
    ['\u001b[2Jpkg', '\\x1b[2Jpkg', 'an ANSI sequence'],
    ['a\u009b31mb', 'a\\x9b31mb', 'the one-byte CSI of C1'],
    ['a\r\nb\tc', 'a\\x0d\\x0ab\\x09c', 'line ends and tabs'],
    ['a\u202egnp.exe', 'a\\u202egnp.exe', 'a right-to-left override'],
    ['lo\u200bdash', 'lo\\u200bdash', 'a zero-width space'],
    ['a\u2028b', 'a\\u2028b', 'a line separator'],
    ['a\ud800b', 'a\\ud800b', 'half of a surrogate pair'],
    ['x\u{e0041}', 'x\\u{e0041}', 'a tag character'],
    [`e${'\u0301'.repeat(50)}`, `e${'\u0301'.repeat(4)}`, 'a pile of marks'],
    ['openssl 漢字 é 🐳', 'openssl 漢字 é 🐳', 'honest text'],
  ])('%j reads %j (%s)', (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('escapes JSON without changing the value', () => {
    const value = { name: 'a\u009b\u007f\u202e\u2028\ufeffz漢' };
    const text = safeJsonText(JSON.stringify(value));
    expect(text).toBe('{"name":"a\\u009b\\u007f\\u202e\\u2028\\ufeffz漢"}');
    expect(JSON.parse(text)).toEqual(value);
  });
});
