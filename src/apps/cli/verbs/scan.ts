import { isAbsolute, resolve } from 'node:path';
import { Option } from 'commander';
import { openDeps } from '../../../jobs/deps.ts';
import { readIgnores } from '../../../jobs/ignore-file.ts';
import { type ScanRequest, scan } from '../../../jobs/scan.ts';
import type { ResolvedSettings } from '../../../jobs/settings/resolve.ts';
import { settingTable } from '../../../jobs/settings/table.ts';
import { exitCodeOf } from '../../../jobs/verdict.ts';
import { PlimsollError } from '../../../model/error.ts';
import { silentProgress } from '../../../model/ports.ts';
import { exitCodes, type Verdict } from '../../../model/verdict.ts';
import { visibleText } from '../../../model/visible-text.ts';
import { addCommonFlags, collect, collectWhole, onePositional, printWarnings, settingsOf, timeOf } from '../common.ts';
import { parseOutputs, writeOutputs } from '../outputs.ts';
import { terminalProgress } from '../progress.ts';
import type { Terminal, Verb } from '../verb.ts';

/** Flags of everything that reads a target. */
export function addTargetFlags(command: Parameters<Verb['configure']>[0]): void {
  addCommonFlags(command)
    .argument(
      '<target>',
      'image, archive, folder; docker:REF, docker-archive:FILE, oci:DIR[:TAG], oci-archive:FILE, dir:PATH, - for an archive on stdin',
    )
    .option('-f, --format <format[=file]>', 'output format, repeatable: table, json, cyclonedx, html', collectWhole)
    .option('-o, --output <file>', 'file for the one format that names none')
    .option('--platform <os/arch>', settingTable.platform.says)
    .option('--verify-layers', settingTable.verifyLayers.says)
    .option('--skip-dirs <globs>', settingTable.skipDirs.says, collect)
    .option('--skip-files <globs>', settingTable.skipFiles.says, collect)
    .option('--lock-files', settingTable.lockFiles.says)
    .option('--include-dev', settingTable.includeDev.says)
    .option('--docker-host <address>', settingTable.dockerHost.says);
}

/** `scan TARGET`. */
export const verb: Verb = {
  configure(command) {
    addTargetFlags(command);
    command
      .option('--scanners <names>', 'vuln, secret, config, license', collect)
      .option('--severity <words>', settingTable.severity.says, collect)
      .option('--only-fixed', settingTable.onlyFixed.says)
      .addOption(new Option('--ignore-unfixed', 'the same as --only-fixed').hideHelp())
      .option('--fail-on <severity>', settingTable.failOn.says)
      .option('--strict', settingTable.strict.says)
      .option('--allow-unknown [areas]', settingTable.allowUnknown.says, (value: string, former: string[] | undefined) =>
        collect(value, former),
      )
      .option('--ignore-file <file>', settingTable.ignoreFile.says)
      .option('--show-suppressed', 'list what is not counted, with the reasons')
      .option('--no-update', 'fetch no advisory data')
      .option('--osv-url <url>', settingTable.osvUrl.says)
      .option('--trust-repository <url>', settingTable.trustRepository.says, collectWhole);
  },
  async run(positional, options, terminal) {
    const target = onePositional(positional, 'target');
    const outputs = await parseOutputs(options.format as string[] | undefined, 'table', options.output as string | undefined);
    const flags = {
      ...options,
      onlyFixed: options.onlyFixed ?? options.ignoreUnfixed,
      allowUnknown: options.allowUnknown === true ? 'all' : options.allowUnknown,
      update: options.update === false ? false : undefined,
    };
    const resolved = settingsOf(flags, terminal);
    const { now, isFixed } = timeOf(options);
    const progress =
      options.quiet === true || options.progress === false || !terminal.errIsTerminal
        ? { ...silentProgress, close() {} }
        : terminalProgress(terminal);
    const deps = openDeps(resolved.settings, { progress, clock: { now: () => now }, stdin: terminal.stdin });
    try {
      const scanned = await scan(requestOf(target, resolved, now, isFixed, terminal), deps, terminal.signal);
      progress.close();
      if (options.quiet !== true) {
        const which = whichWords(target, scanned.via);
        if (which !== undefined) terminal.err(`plimsoll: ${visibleText(which)}\n`);
        printWarnings(scanned.result.warnings, terminal);
      }
      const color = terminal.outIsTerminal && !terminal.env.NO_COLOR;
      writeOutputs(
        scanned.result,
        outputs,
        { width: terminal.outIsTerminal ? terminal.width : 80, color, showSuppressed: options.showSuppressed === true },
        terminal,
      );
      sayVerdict(scanned.verdict, resolved, terminal);
      return exitCodeOf(scanned.verdict);
    } finally {
      progress.close();
      await deps.close();
    }
  },
};

function requestOf(
  target: string,
  { settings, origins }: ResolvedSettings,
  now: Date,
  isTimeFixed: boolean,
  terminal: Terminal,
): ScanRequest {
  if (settings.scanners?.length === 0) throw new PlimsollError('usage', 'no scanner is named', { hint: '--scanners vuln' });
  const ignoreFile = settings.ignoreFile ?? '.plimsollignore.yaml';
  return {
    target,
    verifyLayers: settings.verifyLayers === true,
    skipDirs: settings.skipDirs ?? [],
    skipFiles: settings.skipFiles ?? [],
    scanners: settings.scanners ?? ['vuln'],
    lockFiles: settings.lockFiles === true,
    includeDev: settings.includeDev === true,
    ignores: readIgnores(
      isAbsolute(ignoreFile) ? ignoreFile : resolve(terminal.cwd, ignoreFile),
      origins.get('ignoreFile')?.origin !== 'default',
    ),
    filter: { severity: settings.severity ?? [], onlyFixed: settings.onlyFixed === true },
    bar: {
      strict: settings.strict === true,
      allowUnknown: settings.allowUnknown ?? [],
      ...(settings.failOn === undefined ? {} : { failOn: settings.failOn }),
    },
    update: settings.update !== false,
    now,
    isTimeFixed,
    ...(settings.platform === undefined ? {} : { platform: settings.platform }),
  };
}

/** A bare name may be an image or a path: the reader is told which it was. Paths and schemes say it themselves. */
export function whichWords(target: string, via: string): string | undefined {
  if (/^[./~-]/.test(target) || /^(docker|docker-archive|oci|oci-archive|dir):/.test(target)) return undefined;
  return `${target} is ${via === 'docker' ? 'an image of the container engine' : 'a path here; no image of that name was found'}`;
}

/** The last line, on stderr: only where something was to be judged, or nothing could be. */
function sayVerdict(verdict: Verdict, { settings }: ResolvedSettings, terminal: Terminal): void {
  const isBar = settings.failOn !== undefined || settings.strict === true;
  if (!isBar && verdict.outcome === 'pass') return;
  const word = { pass: 'passed', fail: 'FAILED', unknown: 'COULD NOT EVALUATE (this is not a pass)' }[verdict.outcome];
  terminal.err(
    `plimsoll: ${word}: ${visibleText(verdict.reason)} (exit ${exitCodes[verdict.outcome === 'pass' ? 'done' : verdict.outcome === 'fail' ? 'failed' : 'unevaluated']})\n`,
  );
}
