import { settingTable } from '../../../jobs/settings/table.ts';
import { PlimsollError } from '../../../model/error.ts';
import { exitCodes } from '../../../model/verdict.ts';
import { addCommonFlags, settingsOf } from '../common.ts';
import type { Verb } from '../verb.ts';

/** `config show`: every setting with its value and where it came from. */
export const verb: Verb = {
  configure(command) {
    addCommonFlags(command).argument('<show>', 'show').option('--format <format>', 'table or json', 'table');
  },
  async run([what], options, terminal) {
    if (what !== 'show') throw new PlimsollError('usage', `unknown: config ${what}`, { hint: 'plimsoll config show' });
    const { settings, origins } = settingsOf(options, terminal);
    const rows = Object.entries(settingTable).map(([key, { env, scope }]) => {
      const origin = [...origins].find(([name]) => name === key)?.[1];
      const value = Object.entries(settings).find(([name]) => name === key)?.[1];
      return { setting: key, value: value ?? null, origin: origin?.origin ?? null, from: origin?.name ?? null, environment: env, scope };
    });
    if (options.format === 'json') terminal.out(`${JSON.stringify({ schemaVersion: '1', settings: rows }, null, 2)}\n`);
    else if (options.format === 'table') {
      for (const row of rows)
        terminal.out(
          `${row.setting.padEnd(16)} ${(row.value === null ? '–' : JSON.stringify(row.value)).padEnd(32)} ${row.origin === null ? 'not set' : row.from === row.origin ? row.origin : `${row.origin} ${row.from}`}\n`,
        );
    } else throw new PlimsollError('usage', `unknown format: ${String(options.format)}`, { hint: 'table or json' });
    return exitCodes.done;
  },
};
