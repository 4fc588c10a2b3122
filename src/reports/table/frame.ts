import type { ScanResult } from '../../model/scan-result.ts';
import { counted, dataAges, dataAgeWords, lifecycleWords, shortDigest, shortDistro } from '../../model/scan-words.ts';
import { displayWidth, truncate, wrap } from './display-width.ts';
import { type Line, say } from './paint.ts';

const oldDays = 7;

/** The first lines: what was looked at. The distribution's end of life stands in a line of its own when it is past or near. */
export function headLines(result: ScanResult, width: number): Line[] {
  const { target, layers, run, packages } = result;
  const name = say(truncate(say(target.name).text, width), 'strong');
  const packagesIn = `${counted(packages.length, 'package')}${layers.length === 0 ? '' : ` in ${counted(layers.length, 'layer')}`}`;
  const parts = [
    ...(target.digest === undefined ? [] : [shortDigest(target.digest)]),
    ...(target.distro === undefined ? [] : [shortDistro(target.distro)]),
    packagesIn,
    ...(run.durationMs > 0 ? [`${(run.durationMs / 1000).toFixed(1)} s`] : []),
  ].map((part) => truncate(say(part).text, 40));
  const rest = parts.join('   ');
  const fits = displayWidth(name.text) + 3 + displayWidth(rest) <= width;
  const head: Line[] = fits ? [[name, say(`   ${rest}`)]] : [[name], ...wrapParts(parts, width)];
  const life = target.distro && lifecycleWords(shortDistro(target.distro), target.lifecycle, run.at);
  return life === undefined ? head : [...head, ...wrap(say(life).text, width, 3).map((text) => [say(text, 'warn')])];
}

function wrapParts(parts: readonly string[], width: number): Line[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = `${last}   ${part}`;
    if (last !== undefined && displayWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.map((text) => [say(text)]);
}

/** What the user should know that changes no verdict. */
export function warningLines({ warnings }: ScanResult, width: number): Line[] {
  return warnings.slice(0, 10).flatMap(({ message, hint }) => {
    const text = say(hint === undefined ? message : `${message}   → ${hint}`).text;
    return wrap(text, width - 11, 3).map((line, i) => [say(i === 0 ? 'Warning:   ' : ' '.repeat(11), 'warn'), say(line)]);
  });
}

/** On which data the result rests, how old it is, and what this version does not look at. */
export function dataLines({ data, run }: ScanResult, width: number): Line[] {
  const ages = dataAges(data, run.at).map((one) => {
    const isWeak = one.partial || one.days === undefined || one.days > oldDays;
    return say(`${one.label} ${dataAgeWords(one)}`, isWeak ? 'warn' : 'quiet');
  });
  const lines: Line[] = [];
  let line: Line = [say('Data: ', 'quiet')];
  let used = 6;
  for (const [i, age] of ages.entries()) {
    const text = truncate(age.text, width - 8) + (i === ages.length - 1 ? '' : ', ');
    if (used + displayWidth(text.trimEnd()) > width && used > 6) {
      lines.push(line);
      line = [say('      ')];
      used = 6;
    }
    line = [...line, say(text, age.style)];
    used += displayWidth(text);
  }
  lines.push(ages.length === 0 ? [say('Data: none was used', 'quiet')] : line);
  if (run.notCovered.length > 0) {
    const text = say(`This version does not look at: ${run.notCovered.join(', ')}`).text;
    lines.push(...wrap(text, width, 3).map((one) => [say(one, 'quiet')]));
  }
  return lines;
}
