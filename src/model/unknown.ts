import type { Code } from './codes.ts';

/** One thing that could not be read, matched or assessed, before its like are merged. */
export interface UnknownCause {
  readonly code: Code;
  /** What it is about: `image`, `os`, an ecosystem (`npm`, `deb`), `lifecycle`, `updates`. `--allow-unknown=AREA` names it. */
  readonly area: string;
  /** What kind of thing the count counts, in the plural: `packages`, `layers`, `files`. */
  readonly of: string;
  readonly reason: string;
  readonly hint: string;
  /** One instance, shown among the examples. */
  readonly example?: string;
  /** How many things this cause stands for; 1 when not given. */
  readonly count?: number;
  /** Whether a verdict in this area cannot be given without it. See ARCHITECTURE, "Unknown". */
  readonly blocking: boolean;
}

/** What is not known, one row per area and cause. The shape is part of the JSON contract of every verb. */
export interface Unknown {
  readonly id: string;
  readonly code: Code;
  readonly area: string;
  readonly subject: string;
  readonly reason: string;
  readonly hint: string;
  readonly count: number;
  readonly examples: readonly string[];
  readonly blocking: boolean;
}

const EXAMPLES = 5;

/**
 * Merges causes to one row per area, code and reason, blocking rows first, then by area and code.
 * The id is stable: area and code, with a number only where one code has several reasons in one area.
 */
export function mergeUnknowns(causes: readonly UnknownCause[]): Unknown[] {
  const rows = new Map<string, { cause: UnknownCause; count: number; examples: string[]; blocking: boolean }>();
  for (const cause of causes) {
    const key = JSON.stringify([cause.area, cause.code, cause.reason]);
    const row = rows.get(key) ?? { cause, count: 0, examples: [], blocking: false };
    row.count += cause.count ?? 1;
    row.blocking ||= cause.blocking;
    if (cause.example !== undefined && row.examples.length < EXAMPLES && !row.examples.includes(cause.example))
      row.examples.push(cause.example);
    rows.set(key, row);
  }
  const sorted = [...rows.values()].sort(
    (a, b) =>
      Number(b.blocking) - Number(a.blocking) ||
      compareText(a.cause.area, b.cause.area) ||
      compareText(a.cause.code, b.cause.code) ||
      compareText(a.cause.reason, b.cause.reason),
  );
  const seen = new Map<string, number>();
  return sorted.map(({ cause, count, examples, blocking }) => {
    const base = `${cause.area}-${cause.code}`;
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    return {
      id: nth === 1 ? base : `${base}-${nth}`,
      code: cause.code,
      area: cause.area,
      subject: counted(count, cause.of),
      reason: cause.reason,
      hint: cause.hint,
      count,
      examples,
      blocking,
    };
  });
}

/** `1 package`, `2 packages`, `1 advisory`. */
function counted(count: number, plural: string): string {
  return `${count} ${count === 1 ? plural.replace(/ies$/, 'y').replace(/s$/, '') : plural}`;
}

/** Order of two strings by code unit: the same on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Something the user should know that changes no verdict. */
export interface Warning {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
}
