import type { Analyzer, ReadMode, Want, WantedRead } from '../../model/analyzer.ts';

/** What is to be read of one file. */
export interface WantedFile {
  /** The strongest mode that is asked for. */
  readonly mode: Exclude<ReadMode, 'skip'>;
  /** Bytes from the start that serve every analyzer within its budget. */
  readonly bytes: number;
  readonly reads: readonly WantedRead[];
  readonly analyzers: readonly string[];
}

interface Compiled extends WantedRead {
  readonly suffix: string;
  readonly refine: ((path: string) => ReadMode) | undefined;
}

const FULL_BYTES = 64 * 1024 * 1024;
const SPILL_BYTES = 1024 ** 3;
/** What `full` may hold in memory at most, whatever an analyzer says. */
const MEMORY_BYTES = 256 * 1024 * 1024;
const STRENGTH = { skip: 0, head: 1, full: 2, spill: 3 } as const;
const EXECUTE = 0o111;

/** All wants of all analyzers in one table: a path is looked up once, and one that nobody wants costs a few comparisons of characters. */
export class WantTable {
  readonly analyzers: readonly Analyzer[];
  private readonly paths = new Map<string, Compiled[]>();
  private readonly names = new Map<string, Compiled[]>();
  private readonly folders = new Map<string, Compiled[]>();
  /** By the extension with its dot; the whole suffix is then compared. */
  private readonly extensions = new Map<string, Compiled[]>();
  private readonly tails: Compiled[] = [];
  private readonly executables: Compiled[] = [];
  // Lengths and single characters of what is wanted, as bits: what misses them needs no substring and no map.
  private readonly pathBits = new Uint8Array(65_536);
  private readonly nameBits = new Uint8Array(65_536);
  private readonly folderBits = new Uint8Array(65_536);
  private readonly extensionBits = new Uint8Array(65_536);

  constructor(analyzers: readonly Analyzer[]) {
    this.analyzers = analyzers;
    for (const analyzer of analyzers) for (const want of analyzer.wants) this.add(compiled(analyzer, want), want);
  }

  /** What is to be read of a regular file; undefined when nobody wants it. The path is normal. */
  lookup(path: string, size: number, mode: number): WantedFile | undefined {
    const length = path.length;
    const last = path.charCodeAt(length - 1);
    let found: Compiled[] | undefined;
    if (this.pathBits[bit(length, last, path.charCodeAt(length >> 1))] === 1) found = joined(found, this.paths.get(path), path);
    let slash = length - 1;
    let dot = -1;
    for (; slash >= 0; slash -= 1) {
      const code = path.charCodeAt(slash);
      if (code === 47) break;
      if (code === 46 && dot < 0) dot = slash;
    }
    if (this.nameBits[bit(length - slash, last, path.charCodeAt(slash + 1))] === 1)
      found = joined(found, this.names.get(path.slice(slash + 1)), path);
    if (dot >= 0 && this.extensionBits[bit(length - dot, last, path.charCodeAt(length - 2))] === 1)
      found = joined(found, this.extensions.get(path.slice(dot)), path);
    if (slash >= 0 && this.folderBits[bit(slash, path.charCodeAt(slash - 1), path.charCodeAt(0))] === 1)
      found = joined(found, this.folders.get(path.slice(0, slash + 1)), path);
    if (this.tails.length > 0) found = joined(found, this.tails, path);
    if ((mode & EXECUTE) !== 0 && size > 0 && this.executables.length > 0) found = joined(found, this.executables, path);
    return found === undefined ? undefined : wanted(found, size, path);
  }

  /** Whether somebody wants more than the beginning of a file at this path: then not to reach its bytes leaves a hole. */
  needs(path: string): boolean {
    return this.lookup(path, 1, 0)?.reads.some((read) => read.mode !== 'head') === true;
  }

  private add(one: Compiled, want: Want): void {
    if (want.path !== undefined) {
      push(this.paths, want.path, one);
      this.pathBits[bit(want.path.length, want.path.charCodeAt(want.path.length - 1), want.path.charCodeAt(want.path.length >> 1))] = 1;
    } else if (want.name !== undefined) this.addName(want.name, one);
    else if (want.under !== undefined) {
      const folder = want.under.endsWith('/') ? want.under : `${want.under}/`;
      push(this.folders, folder, one);
      const slash = folder.length - 1;
      this.folderBits[bit(slash, folder.charCodeAt(slash - 1), folder.charCodeAt(0))] = 1;
    } else if (want.suffix !== undefined) this.addSuffix(want.suffix, one);
    else if (want.executable) this.executables.push(one);
  }

  private addName(name: string, one: Compiled): void {
    push(this.names, name, one);
    this.nameBits[bit(name.length + 1, name.charCodeAt(name.length - 1), name.charCodeAt(0))] = 1;
  }

  private addSuffix(suffix: string, one: Compiled): void {
    const slash = suffix.lastIndexOf('/');
    const dot = suffix.lastIndexOf('.');
    if (slash >= 0 && slash < suffix.length - 1) this.addName(suffix.slice(slash + 1), one);
    // A suffix that begins behind the dot of a name cannot be found by extension.
    else if (dot >= 0 && suffix.length - dot >= 2) {
      push(this.extensions, suffix.slice(dot), one);
      this.extensionBits[bit(suffix.length - dot, suffix.charCodeAt(suffix.length - 1), suffix.charCodeAt(suffix.length - 2))] = 1;
    } else this.tails.push(one);
  }
}

function bit(length: number, a: number, b: number): number {
  return (length * 0x1f35 + a * 0x1d1 + b * 0x2b) & 0xffff;
}

function push(map: Map<string, Compiled[]>, key: string, one: Compiled): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [one]);
  else list.push(one);
}

function joined(found: Compiled[] | undefined, more: readonly Compiled[] | undefined, path: string): Compiled[] | undefined {
  if (more === undefined) return found;
  let list = found;
  for (const one of more) {
    if (one.suffix !== '' && !path.endsWith(one.suffix)) continue;
    list ??= [];
    list.push(one);
  }
  return list;
}

function compiled(analyzer: Analyzer, want: Want): Compiled {
  return {
    analyzer,
    mode: want.read,
    headBytes: want.headBytes ?? 0,
    maxBytes: want.read === 'full' ? Math.min(want.maxBytes ?? FULL_BYTES, MEMORY_BYTES) : (want.maxBytes ?? SPILL_BYTES),
    magic: want.magic ?? [],
    exact: want.path !== undefined,
    suffix: want.suffix ?? '',
    refine: want.refine === undefined ? undefined : (path) => want.refine?.(path) ?? want.read,
  };
}

/** Bytes that one read needs of a file of this size: none when the file is beyond its budget, but for the magic. */
export function bytesNeeded(read: WantedRead, size: number): number {
  const body = read.mode === 'head' ? read.headBytes : size <= read.maxBytes ? size : 0;
  return Math.min(size, Math.max(body, read.magic.length));
}

function wanted(found: readonly Compiled[], size: number, path: string): WantedFile | undefined {
  const reads: WantedRead[] = [];
  let mode: Exclude<ReadMode, 'skip'> = 'head';
  let bytes = 0;
  for (const one of found) {
    const read = refined(one, path);
    if (read === undefined || size < read.magic.length) continue;
    reads.push(read);
    if (STRENGTH[read.mode] > STRENGTH[mode]) mode = read.mode;
    bytes = Math.max(bytes, bytesNeeded(read, size));
  }
  if (reads.length === 0) return undefined;
  return { mode, bytes, reads, analyzers: [...new Set(reads.map((read) => read.analyzer.id))] };
}

function refined(one: Compiled, path: string): WantedRead | undefined {
  if (one.refine === undefined) return one;
  const mode = one.refine(path);
  if (mode === 'skip') return undefined;
  return STRENGTH[mode] < STRENGTH[one.mode] ? { ...one, mode } : one;
}

/** Of several reads of one analyzer, the one that gives it most. */
export function strongest(reads: readonly WantedRead[]): WantedRead[] {
  const best = new Map<Analyzer, WantedRead>();
  for (const read of reads) {
    const other = best.get(read.analyzer);
    if (other === undefined || STRENGTH[read.mode] > STRENGTH[other.mode] || (read.mode === other.mode && stronger(read, other)))
      best.set(read.analyzer, read);
  }
  return [...best.values()];
}

function stronger(a: WantedRead, b: WantedRead): boolean {
  return a.mode === 'head' ? a.headBytes > b.headBytes : a.maxBytes > b.maxBytes || (a.maxBytes === b.maxBytes && a.exact && !b.exact);
}
