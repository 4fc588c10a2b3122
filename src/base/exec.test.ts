import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExecRequest, openExec, programFolders } from './exec.ts';

const limits = { maxBytes: 1024 * 1024, timeoutMs: 10_000 } as const;
const sh = (script: string, more: Partial<ExecRequest> = {}): ExecRequest => ({ program: 'sh', args: ['-c', script], ...limits, ...more });

async function* bytes(count: number, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at++) yield new Uint8Array(size).fill(97);
}

describe('openExec', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'exec-'));
    writeFileSync(join(folder, 'broken'), '#!/no/such/interpreter\n');
    writeFileSync(join(folder, 'plain'), 'text');
    chmodSync(join(folder, 'broken'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('pipes a large input through with back pressure', async () => {
    let seen = 0;
    const request = {
      program: 'cat',
      args: [],
      maxBytes: 2 ** 26,
      timeoutMs: 20_000,
      stdin: bytes(512),
      write: (chunk: Uint8Array) => {
        seen += chunk.length;
      },
    };
    const { status, stdout } = await openExec().run(request);
    expect([status, seen, stdout.length]).toEqual([0, 512 * 65_536, 0]);
  });

  it('takes no word of the environment, and tells status and what was said', async () => {
    process.env.PLIMSOLL_EXEC_TEST = 'seen';
    const { status, stdout, stderr } = await openExec().run(
      sh('pwd; echo "$PATH|$LC_ALL|$PLIMSOLL_EXEC_TEST|$HOME"; echo said >&2; exit 3'),
    );
    delete process.env.PLIMSOLL_EXEC_TEST;
    expect(stdout.toString()).toBe(`/\n${programFolders.join(':')}|C||\n`);
    expect([status, stderr]).toEqual([3, 'said\n']);
  });

  it('is not harmed by a program that stops reading, nor by one that a signal ends', async () => {
    expect((await openExec().run(sh('exit 5', { stdin: bytes(200) }))).status).toBe(5);
    expect((await openExec().run(sh('kill -9 $$'))).status).toBe(-1);
  });

  it.each<[string, ExecRequest, string]>([
    ['a flood', sh('cat /dev/zero', { maxBytes: 1000 }), 'budget-exceeded'],
    ['a program that never ends', sh('exec sleep 60', { timeoutMs: 100 }), 'budget-exceeded'],
    ['a child that holds the pipes', sh('sleep 60 & wait', { timeoutMs: 100 }), 'budget-exceeded'],
    ['a program that is not there', { program: 'no-such-program-here', args: [], ...limits }, 'program-missing'],
    ['a path instead of a name', { program: '../bin/sh', args: [], ...limits }, 'program-missing'],
    ['an absolute path', { program: '/bin/sh', args: [], ...limits }, 'program-missing'],
    ['an aborted run', sh('echo', { signal: AbortSignal.abort() }), 'interrupted'],
    ['a run aborted on the way', sh('exec sleep 60', { signal: AbortSignal.timeout(50) }), 'interrupted'],
  ])('%s: %#', async (_name, request, code) => {
    await expect(openExec().run(request)).rejects.toMatchObject({ code });
  });

  it.each(['broken', 'plain'])('a file that is no program (%s) is program-missing', async (program) => {
    await expect(openExec([folder]).run({ program, args: [], ...limits })).rejects.toMatchObject({ code: 'program-missing' });
  });

  it('passes on the errors of input and of the taker', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw new RangeError('input');
    }
    await expect(openExec().run({ program: 'cat', args: [], ...limits, stdin: failing() })).rejects.toThrow('input');
    const write = (): void => {
      throw new RangeError('taker');
    };
    await expect(openExec().run({ program: 'cat', args: [], ...limits, stdin: bytes(3), write })).rejects.toThrow('taker');
  });

  it('keeps only the beginning of what is said', async () => {
    const { stderr } = await openExec().run(sh('head -c 200000 /dev/zero | tr "\\0" x >&2'));
    expect(stderr.length).toBe(65_536);
  });
});
