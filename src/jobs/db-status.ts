import { statSync } from 'node:fs';
import type { CoverageState } from '../model/advisory.ts';
import type { Clock } from '../model/ports.ts';
import { type PackEntryOfManifest, packPath, readManifest } from '../sources/advisories/index.ts';

/** What the store holds of one source, or one part of one. */
export interface SourceStatus {
  readonly source: string;
  readonly part: string;
  readonly kind: PackEntryOfManifest['kind'];
  readonly title: string;
  readonly rows: number;
  readonly records: number;
  readonly bytes: number;
  readonly skipped: PackEntryOfManifest['skipped'];
  readonly asOf?: string;
  readonly asOfBasis?: PackEntryOfManifest['asOfBasis'];
  /** Whole days since `asOf`; absent where nobody says when. */
  readonly ageDays?: number;
  readonly importedAt: string;
  /** Worst of all; which ecosystems, and the reasons why it is not full, each once. */
  readonly coverage: { readonly state: CoverageState; readonly ecosystems: readonly string[]; readonly reasons: readonly string[] };
  readonly licence: string;
  readonly attribution: string;
  /** `missing`: the pack file is gone or has another size. Its content is checked when it is read. */
  readonly file: 'present' | 'missing';
}

/** State of a store. */
export interface StoreStatus {
  readonly generation: number;
  readonly sources: readonly SourceStatus[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** What the store holds, one row a source, with dates, licences and what was skipped. Throws `pack-damaged` when the manifest cannot be read. */
export function storeStatus(deps: { readonly store: string; readonly clock: Clock }): StoreStatus {
  const manifest = readManifest(deps.store);
  const now = deps.clock.now().getTime();
  return { generation: manifest.generation, sources: manifest.packs.map((pack) => statusOf(pack, deps.store, now)) };
}

function statusOf(pack: PackEntryOfManifest, store: string, now: number): SourceStatus {
  const { source, part, kind, title, rows, records, bytes, skipped, importedAt, licence, attribution, asOf, asOfBasis, coverage } = pack;
  const age = asOf === undefined ? Number.NaN : Math.floor((now - Date.parse(asOf)) / DAY_MS);
  return {
    ...{ source, part, kind, title, rows, records, bytes, skipped, importedAt, licence, attribution },
    ...(asOf === undefined ? {} : { asOf }),
    ...(asOfBasis === undefined ? {} : { asOfBasis }),
    ...(Number.isNaN(age) ? {} : { ageDays: Math.max(0, age) }),
    coverage: {
      state: coverage.length > 0 && coverage.every((item) => item.state === 'full') ? 'full' : 'partial',
      ecosystems: coverage.map((item) => item.ecosystem),
      reasons: [...new Set(coverage.flatMap((item) => item.reason ?? []))],
    },
    file: statSync(packPath(store, pack.file), { throwIfNoEntry: false })?.size === bytes ? 'present' : 'missing',
  };
}
