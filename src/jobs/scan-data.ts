import type { Coverage } from '../model/advisory.ts';
import type { Importer, UpdateAddresses } from '../sources/advisories/index.ts';
import { updateAdvisories } from './db-update.ts';
import type { Deps } from './deps.ts';
import { feeds } from './registry/generated/feeds.ts';
import type { Settings } from './settings/table.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Loads every importer of the registry. */
export async function allImporters(): Promise<readonly Importer[]> {
  return Promise.all(Object.values(feeds).map((load) => load()));
}

/** Ecosystems whose data is missing, partial or older than a day, of those that were found in a target. */
export function staleEcosystems(wanted: readonly string[], coverageOf: (ecosystem: string) => readonly Coverage[], now: Date): string[] {
  return wanted.filter((ecosystem) => {
    const isFresh = coverageOf(ecosystem).some(
      (one) => one.state === 'full' && one.asOf !== undefined && now.getTime() - Date.parse(one.asOf) < DAY_MS,
    );
    return !isFresh;
  });
}

/** The addresses that settings override. */
export function updateAddressesOf(settings: Settings): Partial<UpdateAddresses> {
  return {
    ...(settings.osvUrl === undefined ? {} : { osv: settings.osvUrl }),
    ...(settings.kevUrl === undefined ? {} : { kev: settings.kevUrl }),
    ...(settings.epssUrl === undefined ? {} : { epss: settings.epssUrl }),
    ...(settings.eolUrl === undefined ? {} : { endoflife: settings.eolUrl }),
  };
}

/** Fetches the packs of ecosystems, and says on the way what is fetched. Answers with what could not be had, a line each; the former packs stay. */
export async function fetchEcosystems(ecosystems: readonly string[], deps: Deps, signal: AbortSignal): Promise<readonly string[]> {
  const { settings, store, progress, clock, http } = deps;
  const { failed } = await updateAdvisories(
    // Somebody waits for a scan: silence is given ten seconds, and two feeds out of reach are no way out.
    {
      ecosystems,
      addresses: updateAddressesOf(settings),
      timeoutMs: 10_000,
      giveUpAfter: 2,
      ...(settings.maxDownload === undefined ? {} : { maxBytes: settings.maxDownload }),
    },
    { store, importers: await allImporters(), progress, clock, ...(http === undefined ? {} : { http }) },
    signal,
  );
  return failed.map(({ feed, message }) => `${feed}: ${message}`);
}
