import { parentPort } from 'node:worker_threads';

/** A task of the pool: input in, output out; both are copied between threads. */
export type Task = (input: unknown) => Promise<unknown>;

/** What a worker can be asked to do, by name. Each is a lazy import: a worker loads only what it is asked for. */
const tasks: Readonly<Record<string, () => Promise<Task>>> = {
  'match-lines': () => import('./match-lines-task.ts').then((module) => module.matchLines),
};

parentPort?.on('message', async ({ id, task, input }: { id: number; task: string; input: unknown }) => {
  try {
    const load = Object.hasOwn(tasks, task) ? tasks[task] : undefined;
    if (load === undefined) throw new Error(`unknown task: ${task}`);
    const run = await load();
    parentPort?.postMessage({ id, output: await run(input) });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
