import type { AdvisoryRecord, AdvisoryRow, CoverageState, EpssScore, KevEntry } from '../../model/advisory.ts';
import type { Lifecycle } from '../../model/distro.ts';

/** One file of a feed, already unpacked. `path` is where it stood in its folder, archive or bundle. */
export interface FeedFile {
  readonly path: string;
  readonly text: string;
}

/** Where an importer puts what it reads. A row's `source` is filled in by the writer. */
export interface Emit {
  row(row: Omit<AdvisoryRow, 'source'>): void;
  record(record: AdvisoryRecord): void;
  kev(entry: KevEntry): void;
  epss(score: EpssScore): void;
  lifecycle(life: Lifecycle): void;
  /** Says that the source speaks about an ecosystem or release, even where it has no row for it. */
  covers(ecosystem: string, state: CoverageState, reason?: string): void;
  /** The source's own publication date (ISO 8601), where the file states one. */
  published(date: string): void;
  /** Date of one record: a lower bound for the source's age where it states none of its own. */
  dated(date: string): void;
  /** A record that could not be used: counted and named in `db status`. */
  skipped(reason: string, example: string): void;
}

/**
 * The reason to give to `covers` with `partial` when the files look whole but nobody said that they are (a folder, a copy).
 * A fetch of the whole source, or the user's `--complete`, answers exactly this reason and turns the coverage full.
 */
export const completenessUnknown = 'imported from a copy: nobody said that it is whole';

/** What kind of table the rows go to. */
export type FeedKind = 'advisories' | 'kev' | 'epss' | 'lifecycle';

/**
 * One feed: turns a file's text into rows. Pure: no clock, no disk, no network. A bad record costs that record and is counted, never the file.
 */
export interface Importer {
  /** Source id, shown with every finding: `osv`, `pypa`, `debian-dsa`… */
  readonly id: string;
  readonly kind: FeedKind;
  readonly title: string;
  /** SPDX licence expression, or the terms in few words. */
  readonly licence: string;
  readonly attribution: string;
  /** Set where the source publishes one archive an ecosystem (OSV's buckets): each is a pack of its own, replaced without touching the others. */
  readonly parts?: 'ecosystem';
  /** Whether this file is of this feed, told from its content (and its path where the content alone cannot tell). Cheap: called for every file. */
  accepts(file: FeedFile): boolean;
  /** Throws `PlimsollError` `feed-invalid` only when nothing of the file can be used. */
  read(file: FeedFile, emit: Emit): void;
}
