import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { reports } from '../../jobs/registry/generated/reports.ts';
import { PlimsollError } from '../../model/error.ts';
import type { RenderOptions, Report } from '../../model/report.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import type { Terminal } from './verb.ts';

/** One output of a run: a format, and a file or (without one) the standard output. */
export interface Output {
  readonly format: string;
  readonly file?: string;
  readonly report: Report;
}

/**
 * Reads `--format F[=FILE]`, several in one run; `-` is the standard output. Checked before the work begins. Errors: `usage`.
 * `output` is the file of the one format that names none (`--output FILE`, as other scanners write it).
 */
export async function parseOutputs(specs: readonly string[] | undefined, fallback: string, output?: string): Promise<Output[]> {
  if (output !== undefined && specs === undefined && Object.hasOwn(reports, output))
    throw new PlimsollError('usage', `--output takes a file, and ${output} is a format`, { hint: `Did you mean --format ${output}?` });
  const outputs = await Promise.all(
    (specs ?? [fallback]).map(async (spec): Promise<Output> => {
      const at = spec.indexOf('=');
      const format = at === -1 ? spec : spec.slice(0, at);
      const load = Object.hasOwn(reports, format) ? reports[format] : undefined;
      if (load === undefined)
        throw new PlimsollError('usage', `unknown format: ${format}`, {
          hint: `This version writes ${Object.keys(reports).sort().join(', ')}.`,
        });
      if (at !== -1 && at === spec.length - 1) throw new PlimsollError('usage', `--format ${spec} names no file`);
      const file = at === -1 ? output : spec.slice(at + 1);
      return { format, report: await load(), ...(file === undefined || file === '-' ? {} : { file }) };
    }),
  );
  if (outputs.filter((one) => one.file === undefined).length > 1)
    throw new PlimsollError('usage', 'only one format can go to the standard output', {
      hint: 'Give the others a file: --format json=out.json',
    });
  const files = outputs.flatMap((one) => one.file ?? []);
  const twice = files.find((file, i) => files.indexOf(file) !== i);
  if (twice !== undefined)
    throw new PlimsollError('usage', `two formats would be written to ${twice}`, {
      hint: 'Give each its own file: --format json=out.json --format html=out.html',
    });
  return outputs;
}

/** Writes every output. Files appear whole or not at all. Errors: `output-unwritable`. */
export function writeOutputs(result: ScanResult, outputs: readonly Output[], options: RenderOptions, terminal: Terminal): void {
  for (const { report, file } of outputs) {
    if (file === undefined) terminal.out(report.render(result, options));
    else writeWhole(resolve(terminal.cwd, file), report.render(result, { ...options, color: false, width: 80 }));
  }
}

/** Writes a file under a temporary name beside it and renames it. A device or pipe (`/dev/stdout`) is written to directly. */
export function writeWhole(file: string, text: string): void {
  const existing = statSync(file, { throwIfNoEntry: false });
  const direct = existing !== undefined && !existing.isFile();
  const path = direct ? file : `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const fd = openSync(path, direct ? 'w' : 'wx', 0o644);
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      if (!direct) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (!direct) renameSync(path, file);
  } catch (cause) {
    if (!direct) rmSync(path, { force: true });
    throw new PlimsollError('output-unwritable', `${file} cannot be written`, {
      cause,
      hint: cause instanceof Error ? cause.message : 'Check the folder and its permissions.',
    });
  }
}
