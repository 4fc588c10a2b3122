import type { Command } from 'commander';

/** The world around one run of the command, so that a verb can be run in a test. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  out(text: string): void;
  err(text: string): void;
  /** Columns of the output terminal; 80 where there is none. */
  readonly width: number;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Fires on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** One verb: what it accepts, and what it does with it. Returns the exit code. */
export interface Verb {
  configure(command: Command): void;
  run(positional: readonly string[], options: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<number>;
}
