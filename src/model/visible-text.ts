/** Controls, format characters (bidirectional overrides, zero width), line separators and lone surrogates: what a reader cannot see. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** More marks on one letter than any orthography uses: text that climbs over its neighbours. */
const piledMarks = /(\p{M}{4})\p{M}+/gu;

/**
 * Text of a target or of an advisory, made safe to show to a person: one line, nothing hidden, nothing that moves a cursor or turns the
 * writing direction. A character that cannot be seen is shown by its number (`\x1b`, `\u202e`), so that two names that differ look different.
 * Source: Unicode general categories Cc, Cf, Zl, Zp, Cs; ECMA-48 for the controls that terminals obey, C1 (0x80–0x9f) included.
 */
export function visibleText(text: string): string {
  return text.replace(invisible, numbered).replace(piledMarks, '$1');
}

/**
 * JSON text in which a terminal finds nothing to obey: `JSON.stringify` escapes C0 but leaves DEL, C1 and bidirectional controls as they are.
 * The value that a parser reads is the same.
 */
export function safeJsonText(json: string): string {
  return json.replace(/[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, (char) => `\\u${hex(char, 4)}`);
}

function numbered(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hex(char, 2)}`;
  return code < 0x10000 ? `\\u${hex(char, 4)}` : `\\u{${hex(char, 0)}}`;
}

function hex(char: string, digits: number): string {
  return (char.codePointAt(0) ?? 0).toString(16).padStart(digits, '0');
}
