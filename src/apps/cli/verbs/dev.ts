import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { versionLineComparer } from '../../../jobs/compare-versions.ts';
import { openDeps } from '../../../jobs/deps.ts';
import { matchLine } from '../../../jobs/match-lines.ts';
import { PlimsollError } from '../../../model/error.ts';
import { silentProgress } from '../../../model/ports.ts';
import type { ScanResult } from '../../../model/scan-result.ts';
import { exitCodes } from '../../../model/verdict.ts';
import { addCommonFlags, settingsOf, timeOf } from '../common.ts';
import { linesOf } from '../lines.ts';
import { writeWhole } from '../outputs.ts';
import type { Terminal, Verb } from '../verb.ts';

const MAX_RESULT = 256 << 20;

/** Plumbing: one process for any number of lines. A line that fails answers with its error and the process goes on. */
export const verb: Verb = {
  configure(command) {
    addCommonFlags(command)
      .argument(
        '<what>',
        'compare-versions: lines `a<TAB>b` on stdin → -1, 0, 1 or error; match: JSON lines {id, distro?, purl}; page: JSON results → one HTML page',
      )
      .argument('[files...]', 'page: results of `scan --format json`')
      .option('--scheme <scheme>', 'compare-versions: debian, alpine, npm, pypi, maven, redhat, …')
      .option('--output <file>', 'page: where to write');
  },
  async run([what, ...files], options, terminal) {
    switch (what) {
      case 'compare-versions':
        return compareVersions(options, terminal);
      case 'match':
        return matchLines(options, terminal);
      case 'page':
        return writePage(files, options, terminal);
      case 'lint-text':
      case 'scan-text':
      case 'classify':
      case 'parse-condition':
        throw new PlimsollError('not-built-yet', `\`plimsoll dev ${what}\` is not built yet`);
      default:
        throw new PlimsollError('usage', `unknown: dev ${what}`, { hint: 'plimsoll dev --help' });
    }
  },
};

async function compareVersions(options: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<number> {
  if (typeof options.scheme !== 'string')
    throw new PlimsollError('usage', '--scheme is missing', { hint: 'plimsoll dev compare-versions --scheme debian' });
  const compare = versionLineComparer(options.scheme);
  await answerLines(terminal, compare, 'error');
  return exitCodes.done;
}

async function matchLines(options: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<number> {
  const { settings } = settingsOf(options, terminal);
  const { now } = timeOf(options);
  const deps = openDeps(settings, { progress: silentProgress, clock: { now: () => now } });
  const index = deps.openAdvisories();
  try {
    await answerLines(terminal, (line) => matchLine(line, index, now), undefined);
    return exitCodes.done;
  } finally {
    index.close();
    await deps.close();
  }
}

/** Answers line by line, in batches so that a million lines are not a million writes. `blank` answers an empty line where answers are told by their place. */
async function answerLines(terminal: Terminal, answer: (line: string) => string, blank: string | undefined): Promise<void> {
  let batch = '';
  for await (const line of linesOf(terminal.stdin)) {
    terminal.signal.throwIfAborted();
    const text = line === '' ? blank : answer(line);
    if (text === undefined) continue;
    batch += `${text}\n`;
    if (batch.length > 64 << 10) {
      terminal.out(batch);
      batch = '';
    }
  }
  if (batch !== '') terminal.out(batch);
}

async function writePage(files: readonly string[], options: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<number> {
  if (files.length === 0)
    throw new PlimsollError('usage', 'no result is named', {
      hint: 'plimsoll scan IMAGE --format json=result.json; plimsoll dev page result.json',
    });
  const { renderPage } = await import('../../../reports/html/page.ts');
  const page = renderPage(files.map((file) => ({ result: readResult(resolve(terminal.cwd, file)) })));
  if (typeof options.output === 'string') writeWhole(resolve(terminal.cwd, options.output), page);
  else terminal.out(page);
  return exitCodes.done;
}

function readResult(file: string): ScanResult {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > MAX_RESULT)
    throw new PlimsollError('target-not-found', `${file} is no result of a scan`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new PlimsollError('target-not-image', `${file} is not JSON`, { cause });
  }
  if (!isResult(value)) throw new PlimsollError('target-not-image', `${file} is no result of \`plimsoll scan --format json\``);
  return value;
}

function isResult(value: unknown): value is ScanResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schemaVersion' in value &&
    value.schemaVersion === '1' &&
    'findings' in value &&
    'run' in value &&
    'target' in value &&
    'summary' in value
  );
}
