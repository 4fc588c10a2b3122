import type { AdvisoryRow, AdvisoryStatus } from '../../model/advisory.ts';
import type { Family } from './families/family.ts';
import type { Group } from './group.ts';
import { chooseFix, type FixChoice, type Held, hold, type Installed } from './range.ts';

/** A row that holds the installed version, with the span that does. */
export interface MatchedRow {
  readonly row: AdvisoryRow;
  readonly held: Held;
}

/** What the data says of one vulnerability and one version. */
export interface Ruling {
  readonly group: Group;
  /** `refuted`: some source says affected, one with more weight says it is not. `undecided`: a bound or the version is outside the grammar. */
  readonly outcome: 'affected' | 'refuted' | 'undecided';
  readonly matched: readonly MatchedRow[];
  /** Rows that spoke against it; the first gives the reason. */
  readonly against: readonly AdvisoryRow[];
  readonly fix: FixChoice;
  readonly status: AdvisoryStatus;
  /** Bounds outside the grammar stood in the way, whether or not they decided. */
  readonly invalidBounds: boolean;
}

interface Word {
  readonly source: string;
  readonly affected: readonly MatchedRow[];
  readonly denied: readonly AdvisoryRow[];
  readonly undecided: boolean;
}

/**
 * Judges every group for one version. What does not touch it at all gives nothing.
 * Within one source a `not_affected` row silences the other rows, and every row counts: where a later notice names the same CVE with a higher fix,
 * the higher one holds. Between sources: a language package is affected when any record says so; a distribution's own sources
 * outweigh others, `not_affected` before `affected`.
 */
export function judge(groups: readonly Group[], installed: Installed, arch: string | undefined, family: Family): Ruling[] {
  const rulings: Ruling[] = [];
  for (const group of groups) {
    const ruling = judgeGroup(group, installed, arch, family);
    if (ruling !== undefined) rulings.push(ruling);
  }
  return rulings;
}

function judgeGroup(group: Group, installed: Installed, arch: string | undefined, family: Family): Ruling | undefined {
  const words = hear(withoutRepeats(group.rows, installed, family), installed, arch);
  if (!words.some((word) => word.affected.length > 0 || word.undecided)) return undefined;
  const { deciding, refuted } = weigh(words, family);
  const matched = deciding.flatMap((word) => word.affected);
  const fix = chooseFix(installed, matched);
  return {
    group,
    outcome: refuted !== undefined ? 'refuted' : matched.length > 0 ? 'affected' : 'undecided',
    matched,
    against: refuted ?? [],
    fix,
    status: fix.version !== undefined ? 'fixed' : statusOf(matched),
    invalidBounds: installed.valid && words.some((word) => word.undecided),
  };
}

/** Of the rows that a changelog gives, the one with the lowest fix: what a later entry names again was fixed before. */
function withoutRepeats(rows: readonly AdvisoryRow[], { order }: Installed, { changelogs }: Family): readonly AdvisoryRow[] {
  if (changelogs === undefined || rows.length < 2) return rows;
  const mentions = rows.filter((row) => row.source.startsWith(changelogs));
  if (mentions.length < 2) return rows;
  const lowest = mentions.reduce((best, one) => (order.compare(fixOf(one), fixOf(best)) < 0 ? one : best));
  return [...rows.filter((row) => !mentions.includes(row)), lowest];
}

function fixOf(row: AdvisoryRow): string {
  return row.ranges[0]?.fixed ?? '';
}

function hear(rows: readonly AdvisoryRow[], installed: Installed, arch: string | undefined): Word[] {
  const words = new Map<string, { source: string; affected: MatchedRow[]; denied: AdvisoryRow[]; undecided: boolean }>();
  for (const row of rows) {
    if (row.qualifiers?.arch !== undefined && arch !== undefined && row.qualifiers.arch !== arch) continue;
    const word = words.get(row.source) ?? { source: row.source, affected: [], denied: [], undecided: false };
    words.set(row.source, word);
    const held = hold(installed, row);
    if (row.status === 'not_affected') {
      if (held.holding === 'in') word.denied.push(row);
    } else if (held.holding === 'in') word.affected.push({ row, held });
    else if (held.holding === 'undecided') word.undecided = true;
  }
  return [...words.values()].map((word) => (word.denied.length > 0 ? { ...word, affected: [], undecided: false } : word));
}

/** Who decides, and the rows that refute when what some say is outweighed. */
function weigh(words: readonly Word[], family: Family): { deciding: readonly Word[]; refuted?: readonly AdvisoryRow[] } {
  const affected = words.filter((word) => word.affected.length > 0);
  const { vendor } = family;
  const own = vendor === undefined ? [] : words.filter((word) => word.source.startsWith(vendor));
  const denied = (own.length > 0 ? own : words).flatMap((word) => word.denied);
  if (denied.length > 0) return { deciding: affected, refuted: denied };
  if (own.length === 0 || own.some((word) => word.undecided)) return { deciding: affected };
  if (own.some((word) => word.affected.length > 0)) return { deciding: own };
  return { deciding: affected, refuted: [] };
}

/** Where no fix is known: the vendor's decision before a mere "affected". */
function statusOf(matched: readonly MatchedRow[]): AdvisoryStatus {
  const order: readonly AdvisoryStatus[] = ['end_of_life', 'will_not_fix', 'fix_deferred', 'affected', 'under_investigation'];
  return order.find((status) => matched.some(({ row }) => row.status === status)) ?? 'affected';
}
