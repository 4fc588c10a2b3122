import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import picomatch from 'picomatch';
import { errorCode } from '../../base/files.ts';
import type { Analyzer, StandingFile, WantedRead } from '../../model/analyzer.ts';
import { PlimsollError } from '../../model/error.ts';
import type { UnknownCause, Warning } from '../../model/unknown.ts';
import { type Mount, type MountKind, mountKind, mountsBelow, parseMountInfo } from './mounts.ts';
import { analyzeFile, UNREADABLE } from './read-file.ts';

/** The compiled table of what analyzers want, as far as a walk needs it. */
export interface Wanting {
  readonly analyzers: readonly Analyzer[];
  lookup(path: string, size: number, mode: number): { readonly reads: readonly WantedRead[] } | undefined;
}

/** How a root file system is walked. */
export interface WalkRootOptions {
  /** Globs over paths below the root, without a leading slash. */
  readonly skipDirs?: readonly string[];
  readonly skipFiles?: readonly string[];
  /** Text of `/proc/self/mountinfo`; default the kernel's. */
  readonly mountInfo?: string;
  readonly signal?: AbortSignal | undefined;
  /** Told how many entries were looked at. */
  onEntries?(count: number): void;
  /** Levels of folders; default 200. */
  readonly maxDepth?: number;
  /** Entries in all; default 30 million. */
  readonly maxEntries?: number;
}

/** What a folder or root file system holds. */
export interface WalkedRoot {
  readonly files: readonly StandingFile[];
  readonly causes: readonly UnknownCause[];
  readonly warnings: readonly Warning[];
  readonly entries: number;
}

const AREA = 'filesystem';
const BREATH = 4096;
const MAX_HOPS = 40;

const MOUNT_WORDS: Readonly<Record<MountKind, string>> = {
  network: 'a network file system',
  fuse: 'a file system of a program',
  pseudo: 'made by the kernel',
  container: 'of a container',
  image: 'a read-only image of other software',
};

/**
 * Reads a folder or a root file system with the analyzers of an image scan. Local disks are crossed; network, fuse, kernel and container mounts
 * are named and left out. Symbolic links are not followed, but for a path that an analyzer wants by its whole name: it is resolved inside
 * the root, as it would be in the system itself. Devices and FIFOs are never opened; what vanishes meanwhile is no fault.
 * Errors: `target-not-found`.
 */
export async function walkRoot(path: string, table: Wanting, options: WalkRootOptions = {}): Promise<WalkedRoot> {
  const root = realRoot(path);
  const { signal, maxDepth = 200, maxEntries = 30_000_000 } = options;
  const mounts = mountsBelow(parseMountInfo(options.mountInfo ?? kernelMounts()), root);
  const skipDir = picomatch([...(options.skipDirs ?? [])].map(relative), { dot: true });
  const skipFile = picomatch([...(options.skipFiles ?? [])].map(relative), { dot: true });
  const skipsFiles = (options.skipFiles ?? []).length > 0;
  const needsMode = table.analyzers.some((analyzer) => analyzer.wants.some((want) => want.executable === true));
  const folders = new Set(table.analyzers.flatMap((analyzer) => analyzer.wants.flatMap((want) => want.under ?? [])));
  const files: StandingFile[] = [];
  const causes: UnknownCause[] = [];
  /** Analyzer and inode of what was read at a path wanted by its whole name: a link to it says nothing new. */
  const placed = new Set<string>();
  let entries = 0;

  function fault(at: string, reason: string, blocking: boolean, hint = UNREADABLE): void {
    causes.push({ code: 'file-unreadable', area: AREA, of: 'files', reason, hint, example: at, blocking });
  }

  function look(inner: string, real: string): void {
    const stat = needsMode ? lstatSync(at(root, real), { throwIfNoEntry: false }) : undefined;
    for (const read of table.lookup(inner, stat?.size ?? 0, (stat?.mode ?? 0) & 0o7777)?.reads ?? []) {
      const { analyzer } = read;
      const place = read.exact || folders.has(inner.slice(0, inner.lastIndexOf('/') + 1));
      const outcome = analyzeFile(at(root, real), inner, read, (what) =>
        // A file beyond its budget always blocks: a package could stand there unseen.
        causes.push({ ...what, area: analyzer.id, of: 'files', example: inner, blocking: place || what.code === 'file-too-large' }),
      );
      if (outcome === undefined) continue;
      const key = `${analyzer.id} ${outcome.inode}`;
      if (place && placed.has(key)) continue;
      if (place) placed.add(key);
      if (outcome.learned.facts.length + outcome.learned.skipped.length > 0)
        files.push({ path: inner, analyzer: analyzer.id, ...outcome.learned, earlier: [] });
    }
  }

  const queue: { inner: string; depth: number }[] = [{ inner: '', depth: 0 }];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    signal?.throwIfAborted();
    const found = list(root, folder.inner, fault, isKnownFolder(table, folder.inner));
    for (const entry of found) {
      entries += 1;
      if (entries % BREATH === 0) {
        options.onEntries?.(BREATH);
        await breathe();
        signal?.throwIfAborted();
      }
      const inner = folder.inner === '' ? entry.name : `${folder.inner}/${entry.name}`;
      if (entry.name.includes('\ufffd'))
        fault(inner, 'its name is not UTF-8', false, 'Rename it, or look inside by hand: nothing below it was read.');
      else if (entry.isDirectory()) {
        if (skipDir(inner)) continue;
        const cause = mountCause(mounts.get(at(root, inner)));
        if (cause !== undefined) causes.push(cause);
        else if (folder.depth + 1 > maxDepth) fault(inner, `it lies deeper than ${maxDepth} folders`, false);
        else queue.push({ inner, depth: folder.depth + 1 });
      } else if (entry.isFile() && !(skipsFiles && skipFile(inner))) look(inner, inner);
    }
    if (entries > maxEntries) {
      fault(folder.inner, `the file system has more than ${maxEntries} entries; the rest was not read`, true);
      break;
    }
  }
  options.onEntries?.(entries % BREATH);

  for (const inner of exactPaths(table.analyzers)) {
    if (skipFile(inner) || !throughLink(root, inner)) continue;
    const real = resolveInside(root, inner, mounts);
    if (real !== undefined && real !== inner && !skipFile(real)) look(inner, real);
  }
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.analyzer < b.analyzer ? -1 : 1));
  return { files, causes, warnings: [], entries };
}

/** Follows a path as the system under `root` would see it: absolute links begin at the root, `..` stops there, mounts left out stay out. */
export function resolveInside(root: string, inner: string, mounts: ReadonlyMap<string, Mount> = new Map()): string | undefined {
  const todo = inner.split('/').reverse();
  let here: string[] = [];
  let hops = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      here.pop();
      continue;
    }
    const next = [...here, part].join('/');
    const mount = mounts.get(at(root, next));
    if (mount !== undefined && mountKind(mount) !== undefined) return undefined;
    const target = linkTarget(at(root, next));
    if (target === undefined) {
      here.push(part);
      continue;
    }
    hops += 1;
    if (hops > MAX_HOPS) return undefined;
    if (target.startsWith('/')) here = [];
    todo.push(...target.split('/').reverse());
  }
  const real = here.join('/');
  return lstatSync(at(root, real), { throwIfNoEntry: false })?.isFile() === true ? real : undefined;
}

function at(root: string, inner: string): string {
  if (inner === '') return root;
  return root === '/' ? `/${inner}` : `${root}/${inner}`;
}

function relative(glob: string): string {
  return glob.replace(/^\/+/, '').replace(/\/+$/, '');
}

function realRoot(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new PlimsollError('target-not-found', `the folder ${path} cannot be read (${errorCode(error) ?? 'input error'})`, {
      hint: 'Check the path and its permissions.',
      cause: error,
    });
  }
}

function kernelMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch (error) {
    // Without /proc there is nothing to tell mounts by; links and devices are still not followed.
    if (errorCode(error) === undefined) throw error;
    return '';
  }
}

function list(root: string, inner: string, fault: (at: string, reason: string, blocking: boolean) => void, known: boolean): Dirent[] {
  try {
    return readdirSync(at(root, inner), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = errorCode(error);
    if (inner === '')
      throw new PlimsollError('target-not-found', `the folder ${root} cannot be read (${code ?? 'input error'})`, {
        hint: 'Check its permissions.',
        cause: error,
      });
    if (code !== 'ENOENT' && code !== 'ENOTDIR') fault(inner, `the folder cannot be read (${code ?? 'input error'})`, known);
    return [];
  }
}

/** Whether an analyzer wants something at a known place in or below this folder: then not to read it leaves a hole. */
function isKnownFolder(table: Wanting, inner: string): boolean {
  return table.analyzers.some((analyzer) =>
    analyzer.wants.some((want) => want.path?.startsWith(`${inner}/`) === true || want.under?.startsWith(`${inner}/`) === true),
  );
}

function mountCause(mount: Mount | undefined): UnknownCause | undefined {
  const kind = mount === undefined ? undefined : mountKind(mount);
  if (mount === undefined || kind === undefined) return undefined;
  return {
    code: 'mount-skipped',
    area: AREA,
    of: 'mounts',
    reason: `${mount.type} is ${MOUNT_WORDS[kind]} and was left out`,
    hint:
      kind === 'pseudo'
        ? 'Nothing to do: the kernel makes it up and nothing is installed there.'
        : 'Scan it by its own path if it belongs to this system.',
    example: mount.path,
    blocking: false,
  };
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined; // no link, or nothing there: the last look decides
  }
}

function throughLink(root: string, inner: string): boolean {
  const parts = inner.split('/');
  return parts.some((_part, index) => linkTarget(at(root, parts.slice(0, index + 1).join('/'))) !== undefined);
}

function exactPaths(analyzers: readonly Analyzer[]): Set<string> {
  return new Set(analyzers.flatMap((analyzer) => analyzer.wants.flatMap((want) => (want.path === undefined ? [] : [want.path]))));
}
