import type { ScanResult } from './scan-result.ts';

/** What a report may know of the place it is printed to. */
export interface RenderOptions {
  /** Columns of the terminal; 80 when there is none. */
  readonly width: number;
  readonly color: boolean;
  /** List suppressed findings with their reasons, not only their number. */
  readonly showSuppressed: boolean;
}

/** One format, one file or folder of `reports/`. Pure: the same result and options give the same bytes. */
export interface Report {
  /** The word of `--format`. */
  readonly format: string;
  readonly title: string;
  render(result: ScanResult, options: RenderOptions): string;
}
