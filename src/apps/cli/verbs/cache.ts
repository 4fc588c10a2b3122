import { openDeps } from '../../../jobs/deps.ts';
import { PlimsollError } from '../../../model/error.ts';
import { silentProgress } from '../../../model/ports.ts';
import { exitCodes } from '../../../model/verdict.ts';
import { addCommonFlags, settingsOf, timeOf } from '../common.ts';
import type { Verb } from '../verb.ts';

/** `cache status|clear`: results of layers that were read before. Advisory packs are not touched. */
export const verb: Verb = {
  configure(command) {
    addCommonFlags(command).argument('<what>', 'status or clear');
  },
  async run([what], options, terminal) {
    const { settings } = settingsOf(options, terminal);
    const { now } = timeOf(options);
    const { cache, close } = openDeps(settings, { progress: silentProgress, clock: { now: () => now } });
    try {
      if (what !== 'status' && what !== 'clear')
        throw new PlimsollError('usage', `unknown: cache ${what}`, { hint: 'plimsoll cache status, plimsoll cache clear' });
      const { entries, bytes } = await cache.usage();
      if (what === 'clear') await cache.clear();
      const held = `${entries} layer result${entries === 1 ? '' : 's'}, ${(bytes / 1e6).toFixed(1)} MB`;
      terminal.out(what === 'clear' ? `removed ${held}; advisory data stays\n` : `${settings.cacheDir}: ${held}\n`);
      return exitCodes.done;
    } finally {
      await close();
    }
  },
};
