import type { Action } from '../../model/finding.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { counted, removedBy } from '../../model/scan-words.ts';
import { displayWidth, padEnd, truncate, wrap } from './display-width.ts';
import { type Line, say } from './paint.ts';

const shownActions = 5;
const indent = '    ';

/** What to do, worst first, each with the number of findings it removes. */
export function actionLines({ actions, summary }: ScanResult, width: number): Line[] {
  const shown = actions.slice(0, shownActions);
  if (shown.length === 0) return [];
  const counts = shown.map((action) => String(action.findings.length));
  const countWidth = Math.max(...counts.map((count) => count.length));
  const isNarrow = width < 70;
  const marks = shown.map((action) => markWords(action, isNarrow));
  const marksWidth = Math.max(...marks.map((mark) => mark.length));
  const titleWidth = Math.max(16, width - indent.length - 2 - countWidth - (marksWidth > 0 ? marksWidth + 3 : 0));
  const rows = shown.flatMap((action, i): Line[] => {
    const [first = '', ...more] = wrap(say(action.title).text, titleWidth, 3);
    const mark = marks[i] ?? '';
    const head: Line = [
      say(`${String(i + 1).padStart(2)}  `, 'strong'),
      say(padEnd(first, titleWidth), 'strong'),
      say(`  ${(counts[i] ?? '').padStart(countWidth)}`, 'strong'),
      say(mark === '' ? '' : `   ${mark}`, 'critical'),
    ];
    return [head, ...more.map((text) => [say(indent + text, 'strong')]), whereLine(action, width)];
  });
  return [...headline(actions, summary.active, width), ...rows];
}

function headline(actions: readonly Action[], active: number, width: number): Line[] {
  const shown = actions.slice(0, shownActions);
  const verb = shown.length === 1 ? 'removes' : 'remove';
  const which = actions.length > shown.length ? `${shown.length} of ${actions.length} actions` : counted(shown.length, 'action');
  const [first = '', ...more] = wrap(`${which} ${verb} ${removedBy(shown)} of ${counted(active, 'finding')}`, width - 11, 2);
  return [[say('DO FIRST   ', 'heading'), say(first)], ...more.map((text) => [say(' '.repeat(11) + text)])];
}

function markWords({ exploited, critical }: Action, isNarrow: boolean): string {
  const marks = [...(exploited > 0 ? [`exploited: ${exploited}`] : []), ...(critical > 0 ? [`critical: ${critical}`] : [])];
  return (isNarrow ? marks.slice(0, 1) : marks).join(', ');
}

/** `layer 2, RUN apt-get install -y curl   CVE-2024-0001 and 11 more`: the layer's command gives way, the identifiers stay. */
function whereLine({ location, findings }: Action, width: number): Line {
  const room = width - indent.length;
  const first = findings[0]?.split(' ')[0] ?? '';
  const ids = truncate(say(findings.length > 1 ? `${first} and ${findings.length - 1} more` : first).text, 40);
  if (location === undefined) return [say(indent + truncate(ids, room), 'quiet')];
  const layer = location.layer === undefined ? location.path : `layer ${location.layer}`;
  const where = say(location.command === undefined ? layer : `${layer}, ${location.command}`).text;
  return [say(`${indent}${truncate(where, Math.max(12, room - displayWidth(ids) - 3))}   ${ids}`, 'quiet')];
}
