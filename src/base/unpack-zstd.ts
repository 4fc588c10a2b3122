import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { PlimsollError } from '../model/error.ts';
import { inflateZstdNatively, isZstdFactory } from './inflate.ts';

/** Which ways of reading zstd may be tried, in this order. All of them when not given; tests name one. */
export interface ZstdRoutes {
  readonly builtin: boolean;
  /** The host's program: a name that is looked up in PATH, never one from the target. Undefined = do not. */
  readonly program: string | undefined;
  /** Told once when neither is there and the slow way is taken. */
  slow?(): void;
}

const allRoutes: ZstdRoutes = { builtin: true, program: 'zstd' };

/**
 * Reads zstd: Node's own (22.15 and later), else the host's `zstd`, else fzstd, which is several times slower.
 * Windows up to 128 MiB (log 27). Throws `archive-damaged`, `archive-truncated`.
 */
export async function* unpackZstd(source: AsyncIterable<Uint8Array>, routes: ZstdRoutes = allRoutes): AsyncGenerator<Uint8Array> {
  const builtin: unknown = routes.builtin ? Reflect.get(zlib, 'createZstdDecompress') : undefined;
  if (isZstdFactory(builtin)) {
    yield* inflateZstdNatively(source, builtin);
    return;
  }
  const child = routes.program === undefined ? undefined : await start(routes.program);
  if (child !== undefined) {
    yield* throughProgram(source, child);
    return;
  }
  routes.slow?.();
  yield* throughFzstd(source);
}

/** Starts the program; undefined when there is none. */
async function start(program: string): Promise<ChildProcess | undefined> {
  const child = spawn(program, ['-d', '-c', '-q', '--long=27'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const [outcome] = await Promise.race([once(child, 'spawn').then(() => ['spawned']), failure(child)]);
  return outcome === 'spawned' ? child : undefined;
}

async function failure(child: ChildProcess): Promise<string[]> {
  return new Promise((resolve) => child.once('error', () => resolve(['missing'])));
}

async function* throughProgram(source: AsyncIterable<Uint8Array>, child: ChildProcess): AsyncGenerator<Uint8Array> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new PlimsollError('internal', 'zstd was started without pipes');
  let said = '';
  let sourceError: Error | undefined;
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 500);
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  // A source that fails ends the program's input; one that the program refuses closes the pipe, and its exit code then says why.
  pipeline(Readable.from(owned(source), { objectMode: false }), stdin, (error) => {
    if (error && !('code' in error && error.code === 'EPIPE')) {
      sourceError = error;
      child.kill('SIGKILL');
    }
  });
  try {
    for await (const chunk of stdout) yield chunk;
    const code = await closed;
    if (sourceError !== undefined) throw sourceError;
    if (code !== 0) throw asDamaged(new Error(said.trim()));
  } finally {
    child.kill('SIGKILL');
  }
}

async function* throughFzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const out: Uint8Array[] = [];
  const stream = new Decompress((chunk) => {
    // A copy: fzstd goes on writing into its window.
    if (chunk.length > 0) out.push(Uint8Array.from(chunk));
  });
  const push = (chunk: Uint8Array, last: boolean) => {
    try {
      stream.push(chunk, last);
    } catch (cause) {
      throw asDamaged(cause);
    }
  };
  for await (const chunk of source) {
    push(Uint8Array.from(chunk), false);
    yield* out.splice(0);
  }
  push(new Uint8Array(), true);
  yield* out.splice(0);
}

function asDamaged(cause: unknown): unknown {
  if (cause instanceof PlimsollError) return cause;
  const text = cause instanceof Error ? cause.message : '';
  return /premature|unexpected|EOF|srcSize|truncated/i.test(text)
    ? new PlimsollError('archive-truncated', 'The zstd file ends in the middle', { cause })
    : new PlimsollError('archive-damaged', 'The zstd file is damaged or needs a window beyond 128 MiB', { cause });
}

/** Chunks as copies: a Node stream queues what it is given, and a source may use its buffer again. Packed bytes are few. */
export async function* owned(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Uint8Array.from(chunk);
}
