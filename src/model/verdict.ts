/** Pass, fail, or could not tell. Unknown never counts as passed. */
export type Outcome = 'pass' | 'fail' | 'unknown';

/** A verdict with the tree of reasons that led to it. */
export interface Verdict {
  readonly outcome: Outcome;
  /** In words: what was asked, what decided. */
  readonly reason: string;
  readonly because: readonly Verdict[];
}

/** Exit codes of every verb. 130 is the shell's word for an interrupt. */
export const exitCodes = { done: 0, failed: 1, usage: 2, unevaluated: 3, interrupted: 130 } as const;
