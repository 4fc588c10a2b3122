import { join } from 'node:path';
import { type BlobCache, openBlobCache } from '../base/blob-cache.ts';
import { type OpenHttp, openHttp } from '../base/http.ts';
import { type Clock, type Progress, silentProgress } from '../model/ports.ts';
import { type OpenAdvisoryIndex, openAdvisories } from '../sources/advisories/index.ts';
import { toolVersion } from './registry/generated/tool-version.ts';
import type { Settings } from './settings/table.ts';

/** Every port of a run, built from settings. What is scanned has no say in any of them. */
export interface Deps {
  readonly settings: Settings;
  readonly cache: BlobCache;
  /** Folder of the advisory packs. */
  readonly store: string;
  openAdvisories(): OpenAdvisoryIndex;
  /** Absent in an offline run. */
  readonly http?: OpenHttp;
  readonly clock: Clock;
  readonly progress: Progress;
  /** Where `-` reads from. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** What a terminal or a program brings along. */
export interface Surroundings {
  /** Silent when absent. */
  readonly progress?: Progress;
  /** The machine's clock when absent. */
  readonly clock?: Clock;
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** Builds the ports. Opens nothing: connections and files are opened when they are needed. */
export function openDeps(settings: Settings, surroundings: Surroundings = {}): Deps {
  const folder = settings.cacheDir ?? '.plimsoll-cache';
  const store = join(folder, 'db');
  const http = settings.offline === true ? undefined : openHttp({ userAgent: `plimsoll/${toolVersion}` });
  return {
    settings,
    cache: openBlobCache({ folder: join(folder, 'layers') }),
    store,
    openAdvisories: () => openAdvisories(store),
    ...(http === undefined ? {} : { http }),
    clock: surroundings.clock ?? { now: () => new Date() },
    progress: surroundings.progress ?? silentProgress,
    ...(surroundings.stdin === undefined ? {} : { stdin: surroundings.stdin }),
    async close() {
      await http?.close();
    },
  };
}
