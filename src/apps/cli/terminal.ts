import { fstatSync, writeSync } from 'node:fs';
import { exitCodes } from '../../model/verdict.ts';
import type { Terminal } from './verb.ts';

/** The terminal of this process. A closed pipe on the output ends the process quietly, as `head` expects. */
export function systemTerminal(): Terminal {
  const abort = new AbortController();
  let asked = 0;
  const onSignal = (): void => {
    asked += 1;
    if (asked > 1) process.exit(130);
    abort.abort(new Error('interrupted'));
    // Whoever waits for input that does not come wakes up; without an error, since nobody may be listening.
    process.stdin.destroy();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', onWriteFault);
  process.stderr.on('error', onWriteFault);
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    out: (text) => write(process.stdout, 1, text),
    err: (text) => write(process.stderr, 2, text),
    width: process.stdout.columns ?? 80,
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    signal: abort.signal,
  };
}

/** A reader that left changes no verdict; an output that could not be written is not "judged and failed" either. */
function onWriteFault(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') process.exit(exitCodes.unevaluated);
}

/** Regular files take one synchronous write; pipes and terminals go through the stream, which waits for a slow reader. */
function write(stream: NodeJS.WriteStream, fd: number, text: string): void {
  if (stream.isTTY || !fstatSync(fd).isFile()) {
    stream.write(text);
    return;
  }
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
