import type { Code } from './codes.ts';

/**
 * The one error class: "cannot go on". Findings, warnings and unknowns are values and never thrown.
 * `code` is stable and documented in docs/reference/codes.md; `hint` is the next step for the user.
 */
export class PlimsollError extends Error {
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlimsollError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** Whether `error` is ours and carries that code (any code when none is named). */
export function isPlimsollError(error: unknown, code?: Code): error is PlimsollError {
  return error instanceof PlimsollError && (code === undefined || error.code === code);
}
