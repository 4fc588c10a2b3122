import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { exportAdvisories } from '../../../jobs/db-export.ts';
import { type ImportDeps, type ImportedSource, importAdvisories } from '../../../jobs/db-import.ts';
import { type SourceStatus, storeStatus } from '../../../jobs/db-status.ts';
import { updateAdvisories } from '../../../jobs/db-update.ts';
import { type Deps, openDeps } from '../../../jobs/deps.ts';
import { allImporters, updateAddressesOf } from '../../../jobs/scan-data.ts';
import { settingTable } from '../../../jobs/settings/table.ts';
import { PlimsollError } from '../../../model/error.ts';
import { silentProgress } from '../../../model/ports.ts';
import { exitCodes } from '../../../model/verdict.ts';
import { visibleText } from '../../../model/visible-text.ts';
import { addCommonFlags, settingsOf, timeOf } from '../common.ts';
import { terminalProgress } from '../progress.ts';
import type { Terminal, Verb } from '../verb.ts';

const defaults = ['Debian', 'Alpine', 'npm', 'PyPI'];

/** `db update|import|export|status`: the advisory data. */
export const verb: Verb = {
  configure(command) {
    addCommonFlags(command)
      .argument('<what>', 'update, import, export or status')
      .argument(
        '[places...]',
        'update: ecosystems (default: those seen so far, else Debian, Alpine, npm, PyPI); import: folders, files, addresses; export: a file',
      )
      .option('--as-of <date>', 'import: the day the data was whole and current (ISO 8601)')
      .option('--complete', 'import: the places hold whole sources')
      .option('--max-download <bytes>', settingTable.maxDownload.says)
      .option('--osv-url <url>', settingTable.osvUrl.says)
      .option('--kev-url <url>', settingTable.kevUrl.says)
      .option('--epss-url <url>', settingTable.epssUrl.says)
      .option('--eol-url <url>', settingTable.eolUrl.says)
      .option('--format <format>', 'table or json', 'table');
  },
  async run([what, ...places], options, terminal) {
    if (options.format !== 'table' && options.format !== 'json')
      throw new PlimsollError('usage', `unknown format: ${String(options.format)}`, { hint: 'table or json' });
    const { settings } = settingsOf(options, terminal);
    const { now } = timeOf(options);
    const progress =
      options.quiet === true || options.progress === false || !terminal.errIsTerminal
        ? { ...silentProgress, close() {} }
        : terminalProgress(terminal);
    const deps = openDeps(settings, { progress, clock: { now: () => now } });
    try {
      switch (what) {
        case 'import':
          return await importPlaces(places, options, deps, terminal);
        case 'update':
          return await update(places, options, deps, terminal);
        case 'status':
          return status(options, deps, terminal);
        case 'export':
          return await exportTo(places, deps, terminal);
        case 'verify':
        case 'push':
        case 'pull':
        case 'search':
        case 'explain':
          throw new PlimsollError('not-built-yet', `\`plimsoll db ${what}\` is not built yet`);
        default:
          throw new PlimsollError('usage', `unknown: db ${what}`, { hint: 'plimsoll db update, import, export, status' });
      }
    } finally {
      progress.close();
      await deps.close();
    }
  },
};

async function importDeps(deps: Deps): Promise<ImportDeps> {
  const { store, progress, clock, http } = deps;
  return { store, importers: await allImporters(), progress, clock, ...(http === undefined ? {} : { http }) };
}

async function importPlaces(
  places: readonly string[],
  options: Readonly<Record<string, unknown>>,
  deps: Deps,
  terminal: Terminal,
): Promise<number> {
  if (places.length === 0) throw new PlimsollError('usage', 'nothing to import', { hint: 'plimsoll db import DIR|FILE|URL …' });
  const request = {
    places: places.map((place) => (/^https?:/i.test(place) ? place : resolve(terminal.cwd, place))),
    complete: options.complete === true,
    ...(typeof options.asOf === 'string' ? { asOf: options.asOf } : {}),
    ...(deps.settings.maxDownload === undefined ? {} : { maxBytes: deps.settings.maxDownload }),
  };
  const result = await importAdvisories(request, await importDeps(deps), terminal.signal);
  if (options.format === 'json') terminal.out(`${JSON.stringify({ schemaVersion: '1', ...result }, null, 2)}\n`);
  else {
    for (const source of result.sources) terminal.out(`${imported(source)}\n`);
    for (const one of result.failed) terminal.out(`FAILED  ${visibleText(one.source)}: ${visibleText(one.message)}\n`);
    for (const one of result.unused)
      terminal.out(`not used  ${visibleText(one.path)}: ${visibleText(one.reason)}${one.count > 1 ? ` (${one.count} files)` : ''}\n`);
  }
  return result.failed.length > 0 ? exitCodes.unevaluated : exitCodes.done;
}

function imported({ source, part, rows, records, skipped, asOf }: ImportedSource): string {
  const left = skipped.count === 0 ? '' : `, ${skipped.count} records left out`;
  return `${`${source}${part === '' ? '' : ` ${part}`}`.padEnd(26)} ${String(rows).padStart(8)} rows, ${records} records${left}${asOf === undefined ? ', date unknown' : `, as of ${asOf.slice(0, 10)}`}`;
}

async function update(
  places: readonly string[],
  options: Readonly<Record<string, unknown>>,
  deps: Deps,
  terminal: Terminal,
): Promise<number> {
  if (deps.http === undefined)
    throw new PlimsollError('offline-refused', 'an update needs a connection and the run is offline', {
      hint: 'plimsoll db import FILE brings data in without one.',
    });
  const seen = storeStatus(deps)
    .sources.filter((one) => one.kind === 'advisories' && one.part !== '')
    .map((one) => one.part);
  const ecosystems = places.length > 0 ? places : seen.length > 0 ? [...new Set(seen)] : defaults;
  if (options.quiet !== true)
    terminal.err(`fetching ${ecosystems.join(', ')} from ${deps.settings.osvUrl ?? "OSV's buckets"}, and KEV, EPSS, end-of-life dates\n`);
  const { settings } = deps;
  const result = await updateAdvisories(
    {
      ecosystems,
      addresses: updateAddressesOf(settings),
      ...(settings.maxDownload === undefined ? {} : { maxBytes: settings.maxDownload }),
    },
    await importDeps(deps),
    terminal.signal,
  );
  if (options.format === 'json') terminal.out(`${JSON.stringify({ schemaVersion: '1', ...result }, null, 2)}\n`);
  else {
    for (const source of result.sources) terminal.out(`${imported(source)}\n`);
    for (const one of result.failed)
      terminal.out(`FAILED  ${visibleText(one.feed)}: ${visibleText(one.message)} [${one.code}]; what was there before stays\n`);
  }
  return result.failed.length > 0 ? exitCodes.unevaluated : exitCodes.done;
}

function status(options: Readonly<Record<string, unknown>>, deps: Deps, terminal: Terminal): number {
  const report = storeStatus(deps);
  if (options.format === 'json') {
    terminal.out(`${JSON.stringify({ schemaVersion: '1', ...report }, null, 2)}\n`);
    return exitCodes.done;
  }
  if (report.sources.length === 0) {
    terminal.out('no advisory data\n  plimsoll db update            fetch it\n  plimsoll db import DIR|FILE   bring it in\n');
    return exitCodes.done;
  }
  for (const source of report.sources) terminal.out(`${statusLines(source).join('\n')}\n`);
  return exitCodes.done;
}

function statusLines(source: SourceStatus): string[] {
  const age =
    source.asOf === undefined
      ? 'date unknown'
      : `as of ${source.asOf.slice(0, 10)}${source.ageDays === undefined ? '' : `, ${source.ageDays} days old`}`;
  const { state, ecosystems, reasons } = source.coverage;
  return [
    `${`${source.source}${source.part === '' ? '' : ` ${source.part}`}`.padEnd(26)} ${String(source.rows).padStart(8)} rows  ${String(source.records).padStart(7)} records  ${(source.bytes / 1e6).toFixed(2)} MB  ${age}${source.file === 'missing' ? '  FILE MISSING' : ''}`,
    `  ${state}: ${ecosystems.slice(0, 6).join(', ')}${ecosystems.length > 6 ? ` and ${ecosystems.length - 6} more` : ''}${
      reasons.length === 0
        ? ''
        : ` (${reasons
            .slice(0, 2)
            .map((one) => visibleText(one))
            .join('; ')})`
    }`,
    ...(source.skipped.count === 0
      ? []
      : [
          `  left out: ${source.skipped.count} records, e.g. ${source.skipped.examples
            .slice(0, 2)
            .map((one) => visibleText(one))
            .join(', ')}`,
        ]),
    `  ${source.title}; ${source.licence}; ${source.attribution}`,
  ];
}

/** Exports to a file (whole or not at all) or to the standard output. */
async function exportTo([place, more]: readonly string[], deps: Deps, terminal: Terminal): Promise<number> {
  if (more !== undefined) throw new PlimsollError('usage', 'one file to export to');
  if (place === undefined || place === '-') {
    await exportAdvisories(deps, (line) => terminal.out(line), terminal.signal);
    return exitCodes.done;
  }
  const file = resolve(terminal.cwd, place);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const fd = openSync(temporary, 'wx', 0o644);
    try {
      await exportAdvisories(deps, (line) => void writeSync(fd, line), terminal.signal);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause instanceof PlimsollError ? cause : new PlimsollError('output-unwritable', `${file} cannot be written`, { cause });
  }
  return exitCodes.done;
}
