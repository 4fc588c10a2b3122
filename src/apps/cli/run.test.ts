import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.ts';
import { whichWords } from './verbs/scan.ts';

describe('the command line', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-run-'));
    mkdirSync(join(folder, 'shop'));
    writeFileSync(join(folder, 'shop', 'package-lock.json'), '{broken');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function plimsoll(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const said = { out: '', err: '' };
    const code = await run(args, {
      env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache'), DOCKER_HOST: `unix://${folder}/none.sock`, XDG_CONFIG_HOME: folder },
      cwd: folder,
      stdin: process.stdin,
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      width: 80,
      outIsTerminal: false,
      errIsTerminal: false,
      signal: new AbortController().signal,
    });
    return { code, ...said };
  }

  it.each([
    ['an option of another scanner', ['image', 'x', '--exit-code', '1'], 2, "plimsoll: unknown option '--exit-code'"],
    ['… and what says the same here', ['image', 'x', '--exit-code', '1'], 2, '--fail-on SEVERITY'],
    ['a target that an option took', ['scan', '--allow-unknown', './x'], 2, 'took "./x" as its areas'],
    ['a target without a name', ['scan', 'docker:'], 2, 'the target has no name'],
    ['a severity that is none', ['scan', './x', '--severity', 'SEVERE'], 2, '"severe" is none of critical, high'],
    ['a format as a file', ['scan', './x', '-o', 'json'], 2, 'Did you mean --format json?'],
    ['an engine that is not there', ['scan', 'nginx:1', '--offline'], 3, 'Start the container engine'],
    [
      'a gate on a scanner that is not built',
      ['scan', 'dir:SHOP', '--offline', '--scanners', 'vuln,secret', '--fail-on', 'HIGH'],
      3,
      'asks for secret',
    ],
    ['a lock file that nobody can read', ['scan', 'dir:SHOP', '--offline', '--strict'], 3, 'a lock file that is not JSON'],
  ])('%s', async (_, args, code, words) => {
    const answer = await plimsoll(...args.map((arg) => arg.replace('SHOP', join(folder, 'shop'))));
    expect(answer.err).toContain(words);
    expect(answer.code).toBe(code);
  });

  it('says what it removed from the cache, and then that nothing is left', async () => {
    expect(await plimsoll('cache', 'clear')).toMatchObject({ code: 0, out: 'removed 0 layer results, 0.0 MB; advisory data stays\n' });
    expect((await plimsoll('cache', 'status')).out).toMatch(/: 0 layer results, 0\.0 MB\n$/);
  });
});

describe('whichWords', () => {
  it.each([
    ['nginx:1', 'docker', 'nginx:1 is an image of the container engine'],
    ['shop', 'dir', 'shop is a path here; no image of that name was found'],
    ['./shop', 'dir', undefined],
    ['docker:nginx', 'docker', undefined],
    ['-', 'stdin', undefined],
  ])('%s through %s', (target, via, words) => expect(whichWords(target, via)).toBe(words));
});
