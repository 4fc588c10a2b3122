import { PlimsollError } from '../model/error.ts';
import type { Observed } from '../model/image.ts';
import { walkRoot } from '../sources/hosts/walk-root.ts';
import { layerWalker, openTarget, readImage, WantTable } from '../sources/images/index.ts';
import type { Deps } from './deps.ts';
import { analyzers } from './registry/generated/analyzers.ts';

/** What to look at and how. */
export interface ObserveRequest {
  /** As the user names it: `docker:REF`, `oci:DIR`, a path, `-`… */
  readonly target: string;
  readonly platform?: string;
  readonly verifyLayers: boolean;
  readonly skipDirs: readonly string[];
  readonly skipFiles: readonly string[];
}

/** A target as facts, with how it was found and, for a folder, where it stands. */
export interface ObservedTarget extends Observed {
  readonly via: string;
  readonly folder?: string;
  resolve?(path: string): string | undefined;
}

/** Opens the target and reads it with every analyzer. Errors: those of opening and reading images; what one layer or file holds is an unknown. */
export async function observe(request: ObserveRequest, deps: Deps, signal: AbortSignal): Promise<ObservedTarget> {
  const table = new WantTable(analyzers);
  const { settings } = deps;
  const opened = await openTarget(request.target, {
    offline: settings.offline === true,
    signal,
    ...(settings.dockerHost === undefined ? {} : { dockerHost: settings.dockerHost }),
    ...(deps.stdin === undefined ? {} : { stdin: deps.stdin }),
  });
  try {
    if (opened.kind !== 'filesystem') {
      const image = await readImage(opened, {
        walker: layerWalker(table),
        cache: deps.cache,
        progress: deps.progress,
        signal,
        verifyLayers: request.verifyLayers,
        ...(request.platform === undefined ? {} : { platform: request.platform }),
      });
      return { ...image, via: opened.via };
    }
    deps.progress.start('reading files');
    const walked = await walkRoot(opened.path, table, {
      skipDirs: request.skipDirs,
      skipFiles: request.skipFiles,
      signal,
      onEntries: (count) => deps.progress.add(count),
    });
    return { target: { kind: 'filesystem', name: opened.name }, layers: [], ...walked, via: opened.via, folder: opened.path };
  } catch (error) {
    if (signal.aborted) throw new PlimsollError('interrupted', 'interrupted', { cause: error });
    throw error;
  } finally {
    opened.close();
    deps.progress.done();
  }
}
