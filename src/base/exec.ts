import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../model/error.ts';
import { errorCode } from './files.ts';

/** Where programs of the host are looked for: fixed, so that neither the environment nor what is scanned decides what runs (law 2). */
export const programFolders: readonly string[] = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

const MAX_STDERR = 64 * 1024;

/** One run of one program. */
export interface ExecRequest {
  /** A bare name, looked up in {@link programFolders}. */
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Most bytes that the program may write to its standard output. */
  readonly maxBytes: number;
  /** Longest time of the whole run. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Takes the output as it comes; without it the output is gathered in `stdout`. A chunk is only valid during the call. */
  write?(chunk: Uint8Array): void;
}

/** How a program ended. */
export interface ExecResult {
  /** Exit status; -1 when a signal ended it. */
  readonly status: number;
  /** Empty when `write` took it. */
  readonly stdout: Buffer;
  /** The first 64 KiB. */
  readonly stderr: string;
}

/** Runs programs of the host. */
export interface Exec {
  /** Errors: `program-missing`, `budget-exceeded` (bytes or time), `interrupted`; those of `stdin` and `write` are passed on. The status is the caller's to judge. */
  run(request: ExecRequest): Promise<ExecResult>;
}

/** Runs programs without a shell, from `/`, with an environment of two variables: a fixed PATH and `LC_ALL=C`. `folders` is for tests. */
export function openExec(folders: readonly string[] = programFolders): Exec {
  return { run: (request) => run(request, folders) };
}

function findProgram(name: string, folders: readonly string[]): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) throw new PlimsollError('program-missing', `${name} is not the bare name of a program`);
  const found = folders.map((folder) => join(folder, name)).find(isProgram);
  if (found !== undefined) return found;
  throw new PlimsollError('program-missing', `the program ${name} is not installed on this machine`, {
    hint: `Install ${name}; it is looked for in ${folders.join(', ')}.`,
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    // not there or not ours to run: the next folder may have it
    if (errorCode(error) !== undefined) return false;
    throw error;
  }
}

async function run(request: ExecRequest, folders: readonly string[]): Promise<ExecResult> {
  const path = findProgram(request.program, folders);
  return new Promise((resolve, reject) => {
    if (request.signal?.aborted === true) {
      reject(interrupted(request.signal));
      return;
    }
    const child = start(path, request, folders);
    const kept: Buffer[] = [];
    const said: Buffer[] = [];
    let bytes = 0;
    let saidBytes = 0;
    let failure: { readonly error: unknown } | undefined;

    function fail(error: unknown): void {
      failure ??= { error };
      child.kill('SIGKILL');
      // a grandchild may hold the pipes open: nothing of it is waited for
      child.stdout.destroy();
      child.stderr.destroy();
    }
    function onAbort(): void {
      fail(interrupted(request.signal));
    }
    const timer = setTimeout(
      () => fail(new PlimsollError('budget-exceeded', `${request.program} takes longer than ${request.timeoutMs} ms`)),
      request.timeoutMs,
    );
    request.signal?.addEventListener('abort', onAbort, { once: true });

    child.stdout.on('data', (chunk: Buffer) => {
      if (failure !== undefined) return;
      bytes += chunk.length;
      if (bytes > request.maxBytes) {
        fail(new PlimsollError('budget-exceeded', `${request.program} writes more than ${request.maxBytes} bytes`));
        return;
      }
      try {
        if (request.write === undefined) kept.push(chunk);
        else request.write(chunk);
      } catch (error) {
        fail(error);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, MAX_STDERR - saidBytes);
      saidBytes += part.length;
      if (part.length > 0) said.push(part);
    });
    child.on('error', (error) => fail(unstartable(request.program, error)));
    child.on('close', (status) => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      if (failure !== undefined) reject(failure.error);
      else resolve({ status: status ?? -1, stdout: Buffer.concat(kept), stderr: Buffer.concat(said).toString('utf8') });
    });
    feed(request.stdin, child.stdin).catch(fail);
  });
}

function start(path: string, { program, args }: ExecRequest, folders: readonly string[]): ChildProcessWithoutNullStreams {
  try {
    return spawn(path, args, { cwd: '/', env: { PATH: folders.join(':'), LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'], shell: false });
  } catch (error) {
    throw unstartable(program, error);
  }
}

function unstartable(program: string, cause: unknown): PlimsollError {
  return new PlimsollError('program-missing', `${program} cannot be started (${errorCode(cause) ?? 'error'})`, { cause });
}

/** Writes the input with back pressure. A program that stops reading has said what it has to say with its status: EPIPE is not an error of ours. */
async function feed(source: AsyncIterable<Uint8Array> | undefined, sink: NodeJS.WritableStream & { destroyed: boolean }): Promise<void> {
  let broken: unknown;
  let wake = (): void => undefined;
  sink.on('error', (error) => {
    broken = error;
    wake();
  });
  for (const event of ['drain', 'close']) sink.on(event, () => wake());
  if (source !== undefined)
    for await (const chunk of source) {
      if (sink.destroyed || broken !== undefined) break;
      // a copy: the source may use its chunk again while this one waits
      if (!sink.write(Uint8Array.from(chunk)))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  if (broken !== undefined && !['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(errorCode(broken) ?? '')) throw broken;
  if (!sink.destroyed) sink.end();
}

function interrupted(signal: AbortSignal | undefined): PlimsollError {
  return new PlimsollError('interrupted', 'interrupted', { cause: signal?.reason });
}
