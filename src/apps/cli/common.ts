import { type Command, InvalidArgumentError, Option } from 'commander';
import { readSettings } from '../../jobs/settings/read.ts';
import type { ResolvedSettings } from '../../jobs/settings/resolve.ts';
import { type SettingKey, settingTable } from '../../jobs/settings/table.ts';
import { PlimsollError } from '../../model/error.ts';
import type { Warning } from '../../model/unknown.ts';
import { visibleText } from '../../model/visible-text.ts';
import type { Terminal } from './verb.ts';

/** Flags that every verb takes. */
export function addCommonFlags(command: Command): Command {
  return command
    .option('-q, --quiet', 'print results only: no warnings, no progress')
    .option('--no-progress', 'no progress line')
    .option('--offline', 'open no connection; unix sockets stay allowed')
    .addOption(new Option('--now <time>', 'take this as the time of the run (ISO 8601): same input, same bytes out').argParser(parseTime))
    .option('--cache-dir <folder>', settingTable.cacheDir.says);
}

/** The time of the run: given, or read once. */
export function timeOf(options: Readonly<Record<string, unknown>>): { readonly now: Date; readonly isFixed: boolean } {
  return options.now instanceof Date ? { now: options.now, isFixed: true } : { now: new Date(), isFixed: false };
}

/** Collects a repeatable flag; a value may hold several, separated by commas. */
export function collect(value: string, former: readonly string[] | undefined): string[] {
  return [
    ...(former ?? []),
    ...value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ];
}

/** Collects a repeatable flag as it is. */
export function collectWhole(value: string, former: readonly string[] | undefined): string[] {
  return [...(former ?? []), value];
}

/** The settings of this run; flags that are settings carry the setting's name. Prints its warnings. */
export function settingsOf(options: Readonly<Record<string, unknown>>, terminal: Terminal): ResolvedSettings {
  const flags = Object.fromEntries(
    (Object.keys(settingTable) satisfies string[]).flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
  );
  const resolved = readSettings(flags satisfies Partial<Record<SettingKey, unknown>>, terminal.env, terminal.cwd);
  if (options.quiet !== true) printWarnings(resolved.warnings, terminal);
  return resolved;
}

/** Warnings on stderr, a line each, with what to do. */
export function printWarnings(warnings: readonly Warning[], terminal: Terminal): void {
  for (const { code, message, hint } of warnings)
    terminal.err(`plimsoll: ${visibleText(message)} [${code}]\n${hint === undefined ? '' : `  ${visibleText(hint)}\n`}`);
}

/** The one positional argument of a verb. */
export function onePositional(positional: readonly string[], what: string): string {
  const [first, second] = positional;
  if (first === undefined) throw new PlimsollError('usage', `${what} is missing`, { hint: '--help shows the usage.' });
  if (second !== undefined) throw new PlimsollError('usage', `one ${what} at a time: "${second}" is too many`);
  return first;
}

function parseTime(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('not a time in ISO 8601, e.g. 2026-11-25T12:00:00Z');
  return date;
}
