import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openPool } from '../../src/base/pool.ts';

const entry = new URL('../../src/jobs/worker.ts', import.meta.url);
const store = mkdtempSync(join(tmpdir(), 'plimsoll-pool-'));

describe('the pool and the worker entry', () => {
  const pool = openPool({ entry, size: 2 });
  afterEach(() => pool.close());

  it('answers in the order of the inputs', async () => {
    const ask = (id: number) => ({ store, now: new Date(0), lines: [JSON.stringify({ id, purl: 'pkg:npm/a@1.0.0' })] });
    const answers = await pool.run<unknown, string[]>('match-lines', [1, 2, 3, 4].map(ask));
    expect(answers.map(([line]) => JSON.parse(line ?? '').id)).toEqual([1, 2, 3, 4]);
    rmSync(store, { recursive: true, force: true });
  });

  it('says what is wrong with a task or its input', async () => {
    await expect(pool.run('nothing', [1])).rejects.toThrow('unknown task: nothing');
    await expect(pool.run('constructor', [1])).rejects.toThrow('unknown task');
    await expect(pool.run('match-lines', [{ store: 1 }])).rejects.toThrow(/store/);
  });

  it('ends what was aborted', async () => {
    const abort = new AbortController();
    const run = pool.run(
      'match-lines',
      [{ store, now: new Date(0), lines: Array(20_000).fill('{"id":1,"purl":"pkg:npm/a@1.0.0"}') }],
      abort.signal,
    );
    setTimeout(() => abort.abort(), 20);
    await expect(run).rejects.toMatchObject({ code: 'interrupted' });
  });
});
