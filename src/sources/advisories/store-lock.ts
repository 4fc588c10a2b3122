import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlimsollError } from '../../model/error.ts';

/** Who holds a lock. A process id alone is not enough: it is used again, and means nothing in another pid namespace. */
interface Holder {
  readonly pid: number;
  readonly started: string;
  /** Host name and pid namespace. */
  readonly space: string;
  readonly nonce: string;
}

/** A lock is held for milliseconds; one this old whose holder cannot be looked at (another container, another host) is taken over. */
const STALE_MS = 60_000;
const WAIT_MS = 120_000;

/** Held lock. `held` tells whether it still is ours: whoever is about to do something final asks again. */
export interface Lock {
  held(): boolean;
  release(): void;
}

/**
 * Takes the exclusive lock file `lock` of a store folder, waiting for others; one whose holder died is taken over.
 * The file comes into being whole (written aside, then linked), so nobody reads half a holder. Throws `import-failed` after two minutes.
 */
export async function takeLock(folder: string, signal?: AbortSignal): Promise<Lock> {
  const path = join(folder, 'lock');
  const nonce = randomBytes(8).toString('hex');
  const me: Holder = { pid: process.pid, started: startOf(process.pid) ?? '', space: pidSpace(), nonce };
  const mine = join(folder, `.tmp-lock-${nonce}`);
  writeFileSync(mine, JSON.stringify(me), { flag: 'wx' });
  try {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      signal?.throwIfAborted();
      if (tryLink(mine, path)) break;
      if (!breakStale(path, folder) && Date.now() > until)
        throw new PlimsollError('import-failed', 'Another process holds the advisory store', { hint: `Remove ${path} if no import runs.` });
      await sleep(5 + Math.random() * 20);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  const held = () => read(path)?.nonce === nonce;
  return {
    held,
    release() {
      if (held()) rmSync(path, { force: true });
    },
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Removes a stale lock. Moved aside first and looked at again: had another taken it over meanwhile, it is put back. */
function breakStale(path: string, folder: string): boolean {
  const holder = read(path);
  if (holder === undefined || !isStale(path, holder)) return false;
  const aside = join(folder, `.tmp-stale-${randomBytes(8).toString('hex')}`);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return true;
    throw error;
  }
  if (read(aside)?.nonce !== holder.nonce) tryLink(aside, path);
  rmSync(aside, { force: true });
  return true;
}

function isStale(path: string, holder: Holder): boolean {
  if (holder.space === pidSpace()) return startOf(holder.pid) !== holder.started;
  try {
    return Date.now() - statSync(path).mtimeMs > STALE_MS;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** When a process began, in clock ticks since boot (proc(5), stat field 22); without /proc only whether it lives. Undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (!isCode(error, 'ENOENT') && !isCode(error, 'ESRCH')) throw error;
  }
  if (process.platform === 'linux') return undefined;
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return isCode(error, 'EPERM') ? 'alive' : undefined;
  }
}

function pidSpace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'EACCES')) return hostname();
    throw error;
  }
}

function read(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const unknown: Holder = { pid: 0, started: '', space: '', nonce: text };
  try {
    return { ...unknown, ...JSON.parse(text) };
  } catch (error) {
    // Somebody else's file: held by nobody that could be looked at, so its age decides.
    if (error instanceof SyntaxError) return unknown;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
