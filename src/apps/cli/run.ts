import { Command, CommanderError } from 'commander';
import { isPlimsollError, PlimsollError } from '../../model/error.ts';
import { exitCodes } from '../../model/verdict.ts';
import { visibleText } from '../../model/visible-text.ts';
import { systemTerminal } from './terminal.ts';
import { usageHint } from './usage-hints.ts';
import type { Terminal } from './verb.ts';
import { laterVerbs, verbs } from './verbs.ts';

/** Runs one command line and answers with the exit code of the contract. Never throws. */
export async function run(args: readonly string[], terminal: Terminal = systemTerminal()): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    return report(error, terminal);
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const at = args.findIndex((arg) => !arg.startsWith('-'));
  const word = at === -1 || args[0] === '--help' || args[0] === '-h' ? undefined : args[at];
  const wantsHelp = args.includes('--help') || args.includes('-h');
  if (word === undefined || word === 'help') {
    terminal.out(`${rootHelp()}\n`);
    return args.length === 0 || wantsHelp || word === 'help' ? exitCodes.done : exitCodes.usage;
  }
  const found = Object.entries(verbs).find(([name, { also }]) => name === word || also.includes(word));
  if (found === undefined) {
    if (laterVerbs.includes(word))
      throw new PlimsollError('not-built-yet', `\`plimsoll ${word}\` is not built yet`, {
        hint: 'See CHANGELOG.md for what this version does.',
      });
    throw new PlimsollError('usage', `unknown verb: ${word}`, { hint: 'plimsoll --help' });
  }
  const [name, entry] = found;
  const verb = await entry.load();
  const command = new Command(`plimsoll ${name}`)
    .description(entry.summary)
    .exitOverride()
    .helpOption('-h, --help', 'this text')
    .showHelpAfterError('(--help for the options)');
  command.configureOutput({
    writeOut: (text) => terminal.out(text),
    writeErr: (text) => terminal.err(text.replace(/^error: /, 'plimsoll: ')),
  });
  let outcome: number = exitCodes.done;
  verb.configure(command);
  command.action(async () => {
    outcome = await verb.run(command.args, command.opts(), terminal);
  });
  const rest = args.filter((_, i) => i !== at);
  try {
    await command.parseAsync(rest, { from: 'user' });
  } catch (error) {
    const hint = error instanceof CommanderError ? usageHint(error.code, error.message, rest) : undefined;
    if (hint !== undefined) terminal.err(`  ${visibleText(hint)}\n`);
    throw error;
  }
  return outcome;
}

function rootHelp(): string {
  const rows = Object.entries(verbs).map(
    ([name, { summary, also }]) => `  ${name.padEnd(9)} ${summary}${also.length > 0 ? ` (also: ${also.join(', ')})` : ''}`,
  );
  return [
    'plimsoll <verb> [options]',
    '',
    'Says whether a container may sail: what is in it, what is known against it,',
    'and what could not be known.',
    '',
    ...rows,
    '',
    'Start with: plimsoll scan IMAGE    plimsoll scan .    plimsoll <verb> --help',
    'Exit codes: 0 done or passed, 1 judged and failed, 2 wrong usage,',
    '            3 could not evaluate, 130 interrupted',
  ].join('\n');
}

function report(error: unknown, terminal: Terminal): number {
  if (terminal.signal.aborted) {
    terminal.err('plimsoll: interrupted\n');
    return exitCodes.interrupted;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (!isPlimsollError(error)) {
    terminal.err(
      `plimsoll: internal fault: ${error instanceof Error ? (error.stack ?? error.message).split('\n').map(visibleText).join('\n') : visibleText(String(error))}\n`,
    );
    return exitCodes.unevaluated;
  }
  terminal.err(
    `plimsoll: ${visibleText(error.message)} [${error.code}]\n${error.hint === undefined ? '' : `  ${visibleText(error.hint)}\n`}`,
  );
  return error.code === 'usage' || error.code === 'setting-invalid' || error.code === 'not-built-yet' || error.code === 'ignore-invalid'
    ? exitCodes.usage
    : exitCodes.unevaluated;
}
