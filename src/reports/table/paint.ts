import { visibleText } from '../../model/visible-text.ts';
import { truncate } from './display-width.ts';

/** What a piece of text means; the colour follows from it, and nothing is said by colour alone. */
export type Style = 'heading' | 'critical' | 'high' | 'medium' | 'warn' | 'quiet' | 'strong';

/** A piece of a line. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

/** One line of the report, not yet cut to the terminal's width. */
export type Line = readonly Span[];

/** Select Graphic Rendition codes. Source: ECMA-48, 8.3.117. */
const codes: Readonly<Record<Style, string>> = {
  heading: '1',
  critical: '1;31',
  high: '31',
  medium: '33',
  warn: '33',
  quiet: '2',
  strong: '1',
};

/** A piece of text from anywhere, made safe to show. Everything that is measured must have passed here first. */
export function say(text: string, style?: Style): Span {
  return { text: visibleText(text), ...(style === undefined ? {} : { style }) };
}

/** The lines as text: none wider than `width`, none ending in spaces, without escapes where there is no colour. */
export function paint(lines: readonly Line[], width: number, color: boolean): string {
  return `${lines.map((line) => paintLine(line, width, color)).join('\n')}\n`;
}

function paintLine(line: Line, width: number, color: boolean): string {
  const plain = line
    .map((span) => visibleText(span.text))
    .join('')
    .trimEnd();
  const cut = truncate(plain, width);
  if (!color) return cut;
  let rest = cut;
  let painted = '';
  for (const { text, style } of line) {
    const piece = rest.slice(0, visibleText(text).length);
    rest = rest.slice(piece.length);
    painted += style === undefined || piece === '' ? piece : `\u001b[${codes[style]}m${piece}\u001b[0m`;
  }
  return painted + rest;
}
