import type { Analyzer } from '../../../model/analyzer.ts';
import type { PackageFact } from '../../../model/package.ts';
import { type Collector, collectorFor } from '../collector.ts';
import { isInNodeModules } from '../evidence.ts';
import { parseJsonObject } from './json.ts';
import { isRecord, licensesOf } from './licenses.ts';

/** The largest lock files of real projects stay below 10 MB; parsed JSON takes up to twenty times its size in memory. */
const MAX_BYTES = 16 * 1024 * 1024;
const MODULES = 'node_modules/';
/** A lock file of which nothing could be read hides every package that it names: never a pass. */
const unread = { code: 'package-database-unread', blocking: true } as const;

/**
 * Packages that an npm lock file names: `package-lock.json` and `npm-shrinkwrap.json` outside `node_modules`. The copy that npm keeps in
 * `node_modules/.package-lock.json` and those that packages ship are not a project's word.
 * Versions 2 and 3 are read from `packages`, version 1 from the nested `dependencies`. Aliases give the real package. Links and workspaces are
 * the project's own code and counted (`link`, `workspace`); what comes from git or a tarball is kept when the lock states its version, and counted
 * (`not-from-registry`), else it is an unknown. `dev` is what only development needs; `devOptional` is needed otherwise too, as an option.
 * Source: npm documentation, package-lock.json(5).
 */
export const analyzer: Analyzer = {
  id: 'npm-lock',
  version: 2,
  wants: ['package-lock.json', 'npm-shrinkwrap.json'].map((name) => ({
    name,
    read: 'full',
    maxBytes: MAX_BYTES,
    refine: (path) => (isInNodeModules(path) ? 'skip' : 'full'),
  })),
  analyze(file) {
    const collector = collectorFor({
      area: 'npm',
      path: file.path,
      hint: 'What is named here is not counted; `npm ls --package-lock-only` shows what npm makes of the lock file.',
    });
    collector.add({ kind: 'counted', what: 'lock-file' });
    const json = parseJsonObject(file.bytes);
    if ('fault' in json) collector.skip(`a lock file that is ${json.fault}`, '', unread);
    else readLock(json.value, collector);
    return collector.learned();
  },
};

function readLock(lock: Readonly<Record<string, unknown>>, collector: Collector): void {
  const found = new Map<string, PackageFact>();
  if (isRecord(lock.packages)) readPaths(lock.packages, found, collector);
  else if (isRecord(lock.dependencies)) readTree(lock.dependencies, found, collector);
  else if (lock.packages !== undefined || lock.dependencies !== undefined)
    collector.skip('a lock file whose list of packages is not an object', '', unread);
  else if (lock.lockfileVersion === undefined) collector.skip('a lock file without packages or a lockfileVersion', '', unread);
  for (const pkg of found.values()) collector.addPackage(pkg, 'locked');
}

/** Versions 2 and 3: the key is the folder where the package is installed, relative to the project. */
function readPaths(packages: Readonly<Record<string, unknown>>, found: Map<string, PackageFact>, collector: Collector): void {
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue;
    if (!isRecord(entry)) collector.skip('a lock entry that is not an object', path);
    else if (entry.link === true) collector.add({ kind: 'counted', what: 'link' });
    else if (!path.startsWith(MODULES) && !path.includes(`/${MODULES}`)) collector.add({ kind: 'counted', what: 'workspace' });
    else {
      const folder = path.slice(path.lastIndexOf(MODULES) + MODULES.length);
      const name = typeof entry.name === 'string' && entry.name.trim() !== '' ? entry.name.trim() : folder;
      take(name, entry.version, entry, entry.dev === true, path, found, collector);
    }
  }
}

interface Branch {
  readonly name: string;
  readonly entry: unknown;
  readonly where: string;
  readonly dev: boolean;
}

/** Version 1: what is nested below an entry is installed inside it, so it is needed for development only when that is. */
function readTree(dependencies: Readonly<Record<string, unknown>>, found: Map<string, PackageFact>, collector: Collector): void {
  const open: Branch[] = Object.entries(dependencies).map(([name, entry]) => ({ name, entry, where: name, dev: false }));
  for (let branch = open.pop(); branch !== undefined && !collector.full; branch = open.pop()) {
    const { name, entry, where } = branch;
    if (!isRecord(entry)) {
      collector.skip('a lock entry that is not an object', where);
      continue;
    }
    const dev = branch.dev || entry.dev === true;
    take(name, entry.version, entry, dev, where, found, collector);
    if (!isRecord(entry.dependencies)) continue;
    for (const [inner, nested] of Object.entries(entry.dependencies))
      open.push({ name: inner, entry: nested, where: where.length > 100 ? where : `${where} > ${inner}`, dev });
  }
}

function take(
  folder: string,
  stated: unknown,
  entry: Readonly<Record<string, unknown>>,
  dev: boolean,
  where: string,
  found: Map<string, PackageFact>,
  collector: Collector,
): void {
  const { name, version } = unalias(folder, typeof stated === 'string' ? stated.trim() : '');
  if (isLocalSpec(version)) collector.add({ kind: 'counted', what: 'link' });
  else if (name === '') collector.skip('a lock entry without a name', where);
  else if (isRemoteSpec(version))
    collector.skip('a dependency from git or a tarball whose version the lock does not state', where, { code: 'package-version-dynamic' });
  else if (version === '') collector.skip('a lock entry without a version', where);
  else {
    if (typeof entry.resolved === 'string' && (isRemoteGit(entry.resolved) || entry.resolved.startsWith('file:')))
      collector.add({ kind: 'counted', what: 'not-from-registry' });
    const key = `${name}\0${version}`;
    const known = found.get(key);
    // Needed outside development in one place is needed.
    if (known !== undefined && (dev || known.dev !== true)) return;
    const licenses = licensesOf(entry);
    found.set(key, { type: 'npm', name, version, ...(licenses.length === 0 ? {} : { licenses }), ...(dev ? { dev } : {}) });
  }
}

/** `npm:NAME@VERSION` stands where the folder's name is not the package's. */
function unalias(folder: string, version: string): { name: string; version: string } {
  if (!version.startsWith('npm:')) return { name: folder, version };
  const target = version.slice('npm:'.length);
  const at = target.lastIndexOf('@');
  return at <= 0 ? { name: target, version: '' } : { name: target.slice(0, at), version: target.slice(at + 1) };
}

function isLocalSpec(version: string): boolean {
  return /^(?:file|link|workspace):/.test(version);
}

function isRemoteGit(spec: string): boolean {
  return /^(?:git(?:\+[a-z]+)?|github|gitlab|bitbucket|gist):/.test(spec);
}

function isRemoteSpec(version: string): boolean {
  return isRemoteGit(version) || /^https?:/.test(version);
}
