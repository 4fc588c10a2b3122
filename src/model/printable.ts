/**
 * Text from outside, safe to print: control characters (C0, DEL, C1, with them every terminal escape) and the characters that reorder
 * what a reader sees (bidirectional controls) become U+FFFD. `keep` names control characters that may stay (`\n`).
 */
export function printable(text: string, keep = ''): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]/g, (char) =>
    keep.includes(char) ? char : '\uFFFD',
  );
}
