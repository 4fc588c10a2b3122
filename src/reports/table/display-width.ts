const zeroWidth = /^[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]$/u;
/** East Asian Wide and Fullwidth blocks, and emoji that are drawn as pictures. Source: Unicode UAX #11, EastAsianWidth.txt; UTS #51. */
const wide =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]$/u;
const plain = /^[\x20-\x7e]*$/;

/** Columns that a terminal gives to one character. The selector U+FE0F turns the character before it into a wide picture: one more. */
function charWidth(char: string): number {
  if (char === '\ufe0f') return 1;
  if (zeroWidth.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}

/** Columns that a terminal gives to a text without control characters. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The longest beginning of a text that fits into `width` columns, with its marks; never half a character. */
export function takeWidth(text: string, width: number): string {
  if (plain.test(text)) return text.slice(0, width);
  let taken = '';
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width) break;
    taken += char;
  }
  return taken;
}

/** A text cut to `width` columns, the cut shown as `…`. */
export function truncate(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${takeWidth(text, Math.max(0, width - 1))}…`;
}

/** A text filled with spaces to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Lines of at most `width` columns, broken at spaces, inside a word only where it alone is too long. At most `most` lines, the cut shown as `…`. */
export function wrap(text: string, width: number, most = 20): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (displayWidth(line) > width && lines.length <= most) {
      const head = takeWidth(line, width);
      if (head === '') break;
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line !== '') lines.push(line);
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), truncate(`${lines[most - 1] ?? ''} …`, width)];
}
