import { openExec } from '../base/exec.ts';
import { judgeWaiting } from '../engines/match/index.ts';
import type { Coverage } from '../model/advisory.ts';
import type { Finding } from '../model/finding.ts';
import type { UnknownCause } from '../model/unknown.ts';
import { findUpdates } from '../sources/hosts/apt-updates.ts';
import type { Catalogue } from '../sources/packages/index.ts';
import type { Deps } from './deps.ts';
import type { ObservedTarget } from './observe.ts';

/** Which security updates wait for a target, and what the answer rests on. */
export interface WaitingUpdates {
  readonly findings: readonly Finding[];
  readonly causes: readonly UnknownCause[];
  readonly data: readonly Coverage[];
}

/** What of a run's ports the answer needs. */
export type UpdatesRun = Pick<Deps, 'settings' | 'progress' | 'http'>;

/** Judges the waiting updates of a root file system of Debian; nothing is asked, and nothing said, about other targets. */
export async function waiting(
  target: Pick<ObservedTarget, 'folder'>,
  catalogue: Catalogue,
  now: Date,
  deps: UpdatesRun,
  signal: AbortSignal,
): Promise<WaitingUpdates> {
  const { distro } = catalogue;
  const packages = catalogue.packages.filter((item) => item.type === 'deb' && item.from === 'installed');
  if (target.folder === undefined || distro?.id !== 'debian' || packages.length === 0) return { findings: [], causes: [], data: [] };
  deps.progress.start('reading package indexes of the security archive');
  try {
    const { available, causes } = await findUpdates(
      { root: target.folder, packages, distro },
      {
        ...(deps.http === undefined ? {} : { http: deps.http }),
        exec: openExec(),
        hostRoot: '/',
        trusted: deps.settings.trustRepository ?? [],
        now,
      },
      signal,
    );
    if (available === undefined) return { findings: [], causes, data: [] };
    const data: Coverage = {
      source: available.release,
      ecosystem: `Debian:${distro.release ?? distro.codename ?? ''}`,
      state: 'partial',
      reason: 'names only what is fixed',
      ...(available.asOf === undefined ? {} : { asOf: available.asOf }),
    };
    return { findings: judgeWaiting(available, packages), causes, data: [data] };
  } finally {
    deps.progress.done();
  }
}
