import type { Report } from '../../model/report.ts';
import { actionLines } from './actions.ts';
import { findingLines, suppressedLines } from './findings.ts';
import { dataLines, headLines, warningLines } from './frame.ts';
import { paint } from './paint.ts';
import { unknownLines } from './unknowns.ts';

const narrowest = 40;
const widest = 120;

/**
 * What a person sees in a terminal: what to do first, what was found, what is not known, on which data it rests.
 * Understandable without colour; no line is wider than the terminal; nothing that a target says reaches the terminal as a command.
 */
export const report: Report = {
  format: 'table',
  title: 'What to do first, for a terminal',
  render(result, options) {
    const width = Math.min(widest, Math.max(narrowest, options.width));
    const blocks = [
      headLines(result, width),
      actionLines(result, width),
      findingLines(result, width),
      unknownLines(result, width),
      suppressedLines(result, width, options.showSuppressed),
      warningLines(result, width),
      dataLines(result, width),
    ];
    const lines = blocks.filter((block) => block.length > 0).flatMap((block, i) => (i === 0 ? block : [[], ...block]));
    return paint(lines, width, options.color);
  },
};
