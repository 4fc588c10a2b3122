import { Worker } from 'node:worker_threads';
import { PlimsollError } from '../model/error.ts';
import type { Pool } from '../model/ports.ts';

/** Where the worker entry stands and how many threads may run it. */
export interface PoolOptions {
  readonly entry: URL;
  readonly size: number;
}

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

interface Answer {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
}

/**
 * A pool of worker threads over one entry that answers `{id, task, input}` with `{id, output}` or `{id, error}`. Threads start with the first input that finds
 * no idle one. An abort ends the threads that are at work, whatever they are doing: this is how a task that hangs is killed.
 * Errors: `interrupted`, and `internal` with the task's own message.
 */
export function openPool({ entry, size }: PoolOptions): Pool {
  const threads: Thread[] = [];
  let next = 0;

  function start(): Thread {
    const thread: Thread = { worker: new Worker(entry), waiting: new Map() };
    thread.worker.on('message', ({ id, output, error }: Answer) => {
      const one = thread.waiting.get(id);
      thread.waiting.delete(id);
      if (error === undefined) one?.resolve(output);
      else one?.reject(new PlimsollError('internal', error));
    });
    const end = (reason: string): void => {
      const at = threads.indexOf(thread);
      if (at !== -1) threads.splice(at, 1);
      for (const one of thread.waiting.values()) one.reject(new PlimsollError('internal', reason));
      thread.waiting.clear();
    };
    thread.worker.on('error', (error: Error) => end(error.message));
    thread.worker.on('exit', () => end('the worker ended'));
    thread.worker.unref();
    threads.push(thread);
    return thread;
  }

  function leastBusy(): Thread {
    const idle = threads.find((thread) => thread.waiting.size === 0);
    if (idle !== undefined) return idle;
    if (threads.length < size) return start();
    return threads.reduce((least, thread) => (thread.waiting.size < least.waiting.size ? thread : least));
  }

  function ask(task: string, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(new PlimsollError('interrupted', 'interrupted'));
    const thread = leastBusy();
    next += 1;
    const id = next;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (!thread.waiting.delete(id)) return;
        reject(new PlimsollError('interrupted', 'interrupted'));
        void thread.worker.terminate();
      };
      const settled = (): void => signal?.removeEventListener('abort', onAbort);
      thread.waiting.set(id, {
        resolve: (output) => {
          settled();
          resolve(output);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      thread.worker.postMessage({ id, task, input });
    });
  }

  return {
    async run<I, O>(task: string, inputs: readonly I[], signal?: AbortSignal): Promise<O[]> {
      // What comes back is what the task of that name returns: the caller names both.
      return Promise.all(inputs.map((input) => ask(task, input, signal) as Promise<O>));
    },
    async close() {
      await Promise.all(threads.splice(0).map((thread) => thread.worker.terminate()));
    },
  };
}
