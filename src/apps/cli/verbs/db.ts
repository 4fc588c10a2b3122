import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { exportAdvisories } from '../../../jobs/db-export.ts';
import { type ImportDeps, type ImportedSource, type ImportResult, importAdvisories } from '../../../jobs/db-import.ts';
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
        'update: ecosystems (default: those seen so far, else Debian, Alpine, npm, PyPI); import: folders, files, addresses; export: a file (.gz is compressed)',
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
          return await exportTo(places, options.quiet === true, deps, terminal);
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
    for (const one of result.unused) terminal.out(`${notUsed(one)}\n`);
  }
  return result.failed.length > 0 ? exitCodes.unevaluated : exitCodes.done;
}

/** What was left out: a file, or some of an archive's, with one of them, so that nobody thinks that the whole archive was. */
function notUsed({ path, reason, count, examples }: ImportResult['unused'][number]): string {
  const [example] = examples;
  const inside = example !== undefined && example !== path ? `, e.g. ${example}` : '';
  return visibleText(
    count > 1 || inside !== '' ? `not used  ${counted(count, 'file')} in ${path}: ${reason}${inside}` : `not used  ${path}: ${reason}`,
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function imported({ source, part, rows, records, skipped, asOf, replaced }: ImportedSource): string {
  const left = skipped.count === 0 ? '' : `, ${counted(skipped.count, 'record')} left out`;
  const held = records === 0 ? '' : `, ${counted(records, 'record')}`;
  // A source is replaced as a whole: worth a word when the new one holds less.
  const former =
    replaced === undefined || replaced.rows <= rows
      ? ''
      : `; REPLACES ${counted(replaced.rows, 'row')} of ${replaced.asOf?.slice(0, 10) ?? 'an unknown date'}`;
  return `${`${source}${part === '' ? '' : ` ${part}`}`.padEnd(26)} ${counted(rows, 'row').padStart(13)}${held}${left}${asOf === undefined ? ', date unknown' : `, as of ${asOf.slice(0, 10)}`}${former}`;
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
  const seen = ecosystemsSeen(storeStatus(deps).sources);
  const ecosystems = places.length > 0 ? bucketNames(places) : seen.length > 0 ? seen : defaults;
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

/** OSV's buckets are named with capitals; nobody types `pypi` and means another one. */
export function bucketNames(places: readonly string[]): string[] {
  return places.map((place) => defaults.find((name) => name.toLowerCase() === place.toLowerCase()) ?? place);
}

/**
 * What `update` alone fetches: ecosystems that were fetched before, and those matched by this version of which the store has anything.
 * The name of an imported collection is not one: there is no bucket of that name.
 */
export function ecosystemsSeen(sources: readonly Pick<SourceStatus, 'kind' | 'part' | 'asOfBasis' | 'coverage'>[]): string[] {
  const advisories = sources.filter((one) => one.kind === 'advisories');
  const fetched = advisories.filter((one) => one.part !== '' && one.asOfBasis === 'fetched').map((one) => one.part);
  const covered = new Set(advisories.flatMap((one) => one.coverage.ecosystems.map((name) => name.split(':')[0])));
  return [...new Set([...defaults.filter((name) => covered.has(name)), ...fetched])];
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
async function exportTo([place, more]: readonly string[], quiet: boolean, deps: Deps, terminal: Terminal): Promise<number> {
  if (more !== undefined) throw new PlimsollError('usage', 'one file to export to');
  if (place === undefined || place === '-') {
    await exportAdvisories(deps, (line) => terminal.out(line), terminal.signal);
    return exitCodes.done;
  }
  const file = resolve(terminal.cwd, place);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const fd = openSync(temporary, 'wx', 0o644);
    const packed = gzipMembers((bytes) => writeAll(fd, bytes));
    try {
      await exportAdvisories(deps, place.endsWith('.gz') ? packed.add : (line) => writeAll(fd, Buffer.from(line)), terminal.signal);
      packed.end();
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause instanceof PlimsollError
      ? cause
      : new PlimsollError('output-unwritable', `${file} cannot be written`, {
          cause,
          hint: cause instanceof Error ? cause.message : 'Check the folder and its permissions.',
        });
  }
  if (!quiet)
    terminal.err(`wrote ${place}, ${(statSync(file).size / 1e6).toFixed(1)} MB; plimsoll db import ${place} brings it in elsewhere\n`);
  return exitCodes.done;
}

const MEMBER_CHARACTERS = 4 << 20;

/** Lines as gzip members of a few MiB each: a reader sees one stream (RFC 1952, 2.2), and little is held at a time. */
function gzipMembers(write: (bytes: Buffer) => void): { add(line: string): void; end(): void } {
  let lines: string[] = [];
  let length = 0;
  function end(): void {
    if (lines.length > 0) write(gzipSync(lines.join('')));
    lines = [];
    length = 0;
  }
  return {
    add(line) {
      lines.push(line);
      length += line.length;
      if (length >= MEMBER_CHARACTERS) end();
    },
    end,
  };
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
