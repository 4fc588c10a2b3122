import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** The root of the project. */
export const root = resolve(import.meta.dirname, '../..');
/** The launcher of a clone: what a user types. */
export const launcher = join(root, 'bin/plimsoll');
/** The time of every run of these tests. */
export const now = '2026-11-25T00:00:00Z';
/** Arguments that make a run reproducible and alone. */
export const fixed: readonly string[] = ['--offline', '--now', now];

/** What a process left behind. */
export interface Outcome {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** How to start a process. */
export interface RunOptions {
  readonly cache: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
  /** Kills with SIGKILL after so many milliseconds. */
  readonly killAfterMs?: number;
  /** Program that is put before the launcher, with its arguments. */
  readonly through?: readonly string[];
  /** Milliseconds until a run counts as hung. */
  readonly limitMs?: number;
}

/** The surroundings of a run: nothing of the user's own settings or caches. */
export function environment({ cache, env = {} }: RunOptions): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: cache,
    XDG_CONFIG_HOME: join(cache, 'config'),
    XDG_CACHE_HOME: join(cache, 'xdg'),
    LANG: 'C.UTF-8',
    PLIMSOLL_CACHE_DIR: join(cache, 'plimsoll'),
    ...(process.env.DOCKER_HOST === undefined ? {} : { DOCKER_HOST: process.env.DOCKER_HOST }),
    ...env,
  };
}

/** Runs the launcher to its end. A run that does not end is killed and answers with its signal. */
export function plimsoll(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const [program = '', ...before] = [...(options.through ?? []), launcher];
  const child = spawn(program, [...before, ...args], { cwd: options.cwd ?? options.cache, env: environment(options), stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that stopped reading closes its end: its exit code is what counts.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin);
  const timers = [
    setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? 60_000),
    ...(options.killAfterMs === undefined ? [] : [setTimeout(() => child.kill('SIGKILL'), options.killAfterMs)]),
  ];
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      done({ code, signal, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') });
    });
  });
}

/** An empty folder of this test alone. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `plimsoll-${name}-`));
}

/** Builds the bundle when it is not current, so that no test measures or kills the build. */
export function buildOnce(): void {
  const cache = temporaryFolder('build');
  try {
    execFileSync(launcher, ['--version'], { env: environment({ cache }), stdio: ['ignore', 'ignore', 'pipe'], timeout: 110_000 });
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/** Whether a program is on the PATH. */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Why a test that needs something of the system is skipped; undefined when it is there. Under `PLIMSOLL_REQUIRE_SYSTEM=1` absence is an error. */
export function whyNot(present: boolean, reason: string): string | undefined {
  if (present) return undefined;
  if (process.env.PLIMSOLL_REQUIRE_SYSTEM === '1') throw new Error(`${reason}, and PLIMSOLL_REQUIRE_SYSTEM=1`);
  console.log(`skipped: ${reason}`);
  return reason;
}

/** Whether a container engine answers. */
export function hasDocker(): boolean {
  return hasProgram('docker') && spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 20_000 }).status === 0;
}

/** Every file below a folder, relative and sorted; none where the folder is absent. */
export function filesBelow(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Numbers from 0 to 1 that are the same every time (a linear congruential generator). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
