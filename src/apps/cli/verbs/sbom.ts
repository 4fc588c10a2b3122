import { openDeps } from '../../../jobs/deps.ts';
import { scan } from '../../../jobs/scan.ts';
import { silentProgress } from '../../../model/ports.ts';
import { exitCodes } from '../../../model/verdict.ts';
import { onePositional, printWarnings, settingsOf, timeOf } from '../common.ts';
import { parseOutputs, writeOutputs } from '../outputs.ts';
import { terminalProgress } from '../progress.ts';
import type { Verb } from '../verb.ts';
import { addTargetFlags } from './scan.ts';

/** `sbom TARGET`: the catalogue alone; nothing is matched and nothing is fetched. */
export const verb: Verb = {
  configure: addTargetFlags,
  async run(positional, options, terminal) {
    const target = onePositional(positional, 'target');
    const outputs = await parseOutputs(options.format as string[] | undefined, 'cyclonedx', options.output as string | undefined);
    const { settings } = settingsOf(options, terminal);
    const { now, isFixed } = timeOf(options);
    const progress =
      options.quiet === true || options.progress === false || !terminal.errIsTerminal
        ? { ...silentProgress, close() {} }
        : terminalProgress(terminal);
    const deps = openDeps(settings, { progress, clock: { now: () => now }, stdin: terminal.stdin });
    try {
      const { result } = await scan(
        {
          target,
          verifyLayers: settings.verifyLayers === true,
          skipDirs: settings.skipDirs ?? [],
          skipFiles: settings.skipFiles ?? [],
          scanners: [],
          lockFiles: settings.lockFiles === true,
          includeDev: settings.includeDev === true,
          ignores: [],
          filter: { severity: [], onlyFixed: false },
          bar: { strict: false, allowUnknown: [] },
          update: false,
          now,
          isTimeFixed: isFixed,
          ...(settings.platform === undefined ? {} : { platform: settings.platform }),
        },
        deps,
        terminal.signal,
      );
      progress.close();
      if (options.quiet !== true) printWarnings(result.warnings, terminal);
      writeOutputs(result, outputs, { width: 80, color: false, showSuppressed: false }, terminal);
      return exitCodes.done;
    } finally {
      progress.close();
      await deps.close();
    }
  },
};
