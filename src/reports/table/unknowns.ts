import type { ScanResult } from '../../model/scan-result.ts';
import type { Unknown } from '../../model/unknown.ts';
import { displayWidth, padEnd, truncate, wrap } from './display-width.ts';
import { type Line, say } from './paint.ts';

/** What is not known, with the next command for each. Rows that forbid a verdict come first; the others are marked as notes. */
export function unknownLines({ unknowns }: ScanResult, width: number): Line[] {
  if (unknowns.length === 0) return [];
  const blocking = unknowns.filter((unknown) => unknown.blocking);
  const notes = unknowns.filter((unknown) => !unknown.blocking);
  const areaWidth = Math.min(14, Math.max(...unknowns.map((unknown) => displayWidth(say(unknown.area).text))));
  const says = blocking.length > 0 ? '(this is not a pass)' : '(no verdict depends on it)';
  return [
    [say('UNKNOWN    ', 'heading'), say(`${unknowns.length}   ${says}`, blocking.length > 0 ? 'warn' : 'quiet')],
    ...blocking.flatMap((unknown) => unknownRow(unknown, areaWidth, width)),
    ...notes.flatMap((unknown) => unknownRow(unknown, areaWidth, width)),
  ];
}

function unknownRow(unknown: Unknown, areaWidth: number, width: number): Line[] {
  const left = 4 + areaWidth + 3;
  const area = padEnd(truncate(say(unknown.area).text, areaWidth), areaWidth);
  const note = unknown.blocking ? '' : 'note: ';
  const reason = say(`${note}${unknown.reason}: ${unknown.subject}`).text;
  const hint = say(`→ ${unknown.hint}`).text;
  const style = unknown.blocking ? undefined : 'quiet';
  const lines =
    displayWidth(reason) + 3 + displayWidth(hint) <= width - left
      ? [`${reason}   ${hint}`]
      : [...wrap(reason, width - left, 3), ...wrap(hint, width - left, 3)];
  return lines.map((text, i) => [
    say(i === 0 ? `    ${area}   ` : ' '.repeat(left), unknown.blocking ? 'strong' : 'quiet'),
    say(text, style),
  ]);
}
