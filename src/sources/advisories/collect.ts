import type { AdvisoryRecord, AdvisoryRow, CoverageState, EpssScore, KevEntry } from '../../model/advisory.ts';
import type { Lifecycle } from '../../model/distro.ts';
import type { Emit, FeedFile, Importer } from './importer.ts';

/** Everything that an importer said of some files, in order. */
export interface Collected {
  readonly rows: Omit<AdvisoryRow, 'source'>[];
  readonly records: AdvisoryRecord[];
  readonly kev: KevEntry[];
  readonly epss: EpssScore[];
  readonly lifecycles: Lifecycle[];
  /** Ecosystem to state and reason; the last word counts. */
  readonly coverage: Map<string, { readonly state: CoverageState; readonly reason?: string }>;
  readonly published: string[];
  /** The newest date of a record. */
  newest: string;
  /** Reason to examples. */
  readonly skipped: Map<string, string[]>;
  /** Files that the importer does not take for its own. */
  readonly refused: string[];
}

/** Runs an importer over files and keeps what it emits: for tests and for a look at one file. */
export function collect(importer: Importer, files: readonly FeedFile[]): Collected {
  const all: Collected = {
    rows: [],
    records: [],
    kev: [],
    epss: [],
    lifecycles: [],
    coverage: new Map(),
    published: [],
    newest: '',
    skipped: new Map(),
    refused: [],
  };
  const emit: Emit = {
    row: (row) => void all.rows.push(row),
    record: (record) => void all.records.push(record),
    kev: (entry) => void all.kev.push(entry),
    epss: (score) => void all.epss.push(score),
    lifecycle: (life) => void all.lifecycles.push(life),
    covers: (ecosystem, state, reason) => void all.coverage.set(ecosystem, { state, ...(reason === undefined ? {} : { reason }) }),
    published: (date) => void all.published.push(date),
    dated: (date) => {
      if (date > all.newest) all.newest = date;
    },
    skipped: (reason, example) => void all.skipped.set(reason, [...(all.skipped.get(reason) ?? []), example]),
  };
  for (const file of files) {
    if (importer.accepts(file)) importer.read(file, emit);
    else all.refused.push(file.path);
  }
  return all;
}
