import { encodePathSet, normalPath, PathHash, type Seed } from './path-set.ts';

/** What stands at a path: nothing, a folder, a file or device, a symbolic link. */
export type Kind = 0 | 1 | 2 | 3;
export const FOLDER = 1;
export const FILE = 2;
export const LINK = 3;

const ROOT = 0;
const MAX_HOPS = 40;
/** Longest path that Linux takes (PATH_MAX); an engine cannot unpack a longer one. */
const MAX_PATH = 4096;
/** Characters that may be looked at to follow links, a layer: about a second. */
const MAX_WORK = 500_000_000;

/**
 * The tree that one layer makes by itself, about 25 bytes a path: hashes, not names. An entry below a symbolic link of the same layer lands
 * where the link leads, inside the layer's root. What was replaced is not removed but found out later by ordinals: an entry stands
 * when no later entry has its path and no folder above it was replaced since.
 */
export class LayerTree {
  /** Targets of symbolic links by path; ask {@link stands} whether one still is there. */
  readonly links = new Map<string, string>();
  /** True once following links took more than its budget: places are then no longer certain. */
  exhausted = false;

  /** Of the path last located: its node or -1, and its folder's. */
  node = -1;
  private folder = ROOT;
  private readonly hash: PathHash;
  private readonly seed: Seed;
  private count = 1;
  private lo = new Uint32Array(1024);
  private hi = new Uint32Array(1024);
  private parent = new Uint32Array(1024);
  private seq = new Uint32Array(1024);
  private kind = new Uint8Array(1024);
  private slots = new Int32Array(4096).fill(-1);
  private readonly dropped = new Map<number, number>();
  private lastFolder = -1;
  private lastLo = 0;
  private lastHi = 0;
  private work = 0;

  constructor(seed: Seed) {
    this.seed = seed;
    this.hash = new PathHash(seed);
    this.kind[ROOT] = FOLDER;
  }

  /**
   * Where an entry of this name lands: normal path, '' for the root, undefined when that cannot be told. Folders on the way are made
   * as of entry `seq`. Sets `node`.
   */
  locate(name: string, seq: number): string | undefined {
    const path = this.normal(name);
    if (path === '') return path;
    if (path.length > MAX_PATH) return undefined;
    const hash = this.hash;
    if (hash.slash < 0) this.folder = ROOT;
    else if (this.lastFolder >= 0 && hash.parentLo === this.lastLo && hash.parentHi === this.lastHi) this.folder = this.lastFolder;
    else {
      const { parentLo, parentHi } = hash;
      const folder = this.find(parentLo, parentHi);
      if (folder < 0 || this.kind[folder] !== FOLDER || !this.alive(folder)) {
        const resolved = this.resolve(path, seq);
        if (resolved === undefined) return undefined;
        this.node = this.find(hash.lo, hash.hi);
        return resolved;
      }
      this.folder = folder;
      this.lastFolder = folder;
      this.lastLo = parentLo;
      this.lastHi = parentHi;
    }
    this.node = this.find(hash.lo, hash.hi);
    return path;
  }

  /** Where a name leads without making anything, for the target of a hard link. Sets `node` to what stands there, -1 for nothing in this layer. */
  seek(name: string): string | undefined {
    const path = this.normal(name);
    this.node = -1;
    if (path === '') return path;
    const resolved = this.resolve(path, -1);
    if (resolved === undefined) return undefined;
    if (this.folder >= 0) {
      const node = this.find(this.hash.lo, this.hash.hi);
      if (node >= 0 && this.kind[node] !== 0 && this.alive(node)) this.node = node;
    }
    return resolved;
  }

  /** Kind of a node that stands. */
  kindOf(node: number): number {
    return this.kind[node] ?? 0;
  }

  /** Ordinal of the entry that set a node last. */
  setBy(node: number): number {
    return this.seq[node] ?? 0;
  }

  /** Puts something at the path last located, as entry `seq`. Answers its node. */
  put(kind: Kind, seq: number): number {
    let node = this.node;
    if (node < 0) {
      node = this.insert(this.hash.lo, this.hash.hi, this.folder);
    } else if (this.kind[node] === FOLDER && kind !== FOLDER) {
      this.dropped.set(node, seq);
      this.lastFolder = -1;
    }
    this.kind[node] = kind;
    this.seq[node] = seq;
    this.node = node;
    return node;
  }

  /** Whether what entry `seq` put at `path` still stands. */
  stands(path: string, seq: number): boolean {
    this.hash.prefix(path, path.length);
    const node = this.find(this.hash.lo, this.hash.hi);
    return node >= 0 && this.seq[node] === seq && this.alive(node);
  }

  /** The paths that stand, as sets: what is no folder, and folders. */
  sets(): { occupied: string; folders: string } {
    let folders = 0;
    for (let i = 1; i < this.count; i += 1) if (this.kind[i] === FOLDER) folders += 1;
    const occupiedWords = new Uint32Array((this.count - 1 - folders) * 2);
    const folderWords = new Uint32Array(folders * 2);
    let o = 0;
    let f = 0;
    for (let i = 1; i < this.count; i += 1) {
      if (!this.alive(i)) continue;
      if (this.kind[i] === FOLDER) {
        folderWords[f] = this.lo[i] ?? 0;
        folderWords[f + 1] = this.hi[i] ?? 0;
        f += 2;
      } else {
        occupiedWords[o] = this.lo[i] ?? 0;
        occupiedWords[o + 1] = this.hi[i] ?? 0;
        o += 2;
      }
    }
    return {
      occupied: encodePathSet(o === occupiedWords.length ? occupiedWords : occupiedWords.slice(0, o), this.seed),
      folders: encodePathSet(f === folderWords.length ? folderWords : folderWords.slice(0, f), this.seed),
    };
  }

  /** Normalises by text and hashes. */
  private normal(name: string): string {
    const start = name.startsWith('./') ? 2 : 0;
    const end = name.length > 1 && name.charCodeAt(name.length - 1) === 47 ? name.length - 1 : name.length;
    const path = start === 0 && end === name.length ? name : name.slice(start, end);
    if (this.hash.scan(path)) return path;
    const normal = normalPath(name);
    if (normal !== '') this.hash.scan(normal);
    return normal;
  }

  /** Walks a path component by component, follows links, makes folders when `seq` is not negative. Leaves the hash of the result and its folder. */
  private resolve(given: string, seq: number): string | undefined {
    let path = given;
    let follow = true;
    for (let hops = 0; ; ) {
      this.work += path.length;
      if (this.work > MAX_WORK) this.exhausted = true;
      if (this.exhausted || path.length > MAX_PATH) return undefined;
      const at = this.descend(path, seq, follow);
      if (at < 0) return path;
      const end = at;
      // `lastIndexOf` takes -1 for 0: a leading slash would be found again and again.
      const start = end === 0 ? 0 : path.lastIndexOf('/', end - 1) + 1;
      const part = path.slice(start, end);
      const before = path.slice(0, start);
      const rest = path.slice(end + 1);
      if (part === '' || part === '.') path = before + rest;
      else if (part === '..') path = before.slice(0, before.lastIndexOf('/', start - 2) + 1) + rest;
      else {
        const target = this.links.get(path.slice(0, end)) ?? '';
        hops += 1;
        // A loop: the entry lands under its own name, a folder takes the place of the link.
        if (hops > MAX_HOPS) {
          path = given;
          follow = false;
          continue;
        }
        path = `${target.startsWith('/') ? '' : before}${target}/${rest}`;
      }
    }
  }

  /** Answers -1 when every folder of the path is one, else the end of the first component that is a link, empty or dots. */
  private descend(path: string, seq: number, follow: boolean): number {
    const hash = this.hash;
    let folder = ROOT;
    let start = 0;
    hash.begin();
    for (;;) {
      const slash = path.indexOf('/', start);
      if (slash < 0) break;
      if (
        slash === start ||
        (path.charCodeAt(start) === 46 && (slash === start + 1 || (slash === start + 2 && path.charCodeAt(start + 1) === 46)))
      )
        return slash;
      hash.extend(path, start === 0 ? 0 : start - 1, slash);
      if (folder >= 0) {
        const node = this.find(hash.lo, hash.hi);
        const kind = node >= 0 && this.alive(node) ? this.kind[node] : 0;
        if (kind === FOLDER) folder = node;
        else if (kind === LINK && follow) return slash;
        else if (seq < 0) folder = -1;
        else {
          folder = node >= 0 ? node : this.insert(hash.lo, hash.hi, folder);
          this.kind[folder] = FOLDER;
          this.seq[folder] = seq;
        }
      }
      start = slash + 1;
    }
    hash.extend(path, start === 0 ? 0 : start - 1, path.length);
    this.folder = folder;
    return -1;
  }

  private alive(node: number): boolean {
    if (this.dropped.size === 0) return true;
    const seq = this.seq[node] ?? 0;
    for (let up = this.parent[node] ?? ROOT; up !== ROOT; up = this.parent[up] ?? ROOT) {
      const at = this.dropped.get(up);
      if (at !== undefined && at > seq) return false;
      if (this.kind[up] !== FOLDER) return false;
    }
    return true;
  }

  private find(lo: number, hi: number): number {
    const mask = this.slots.length - 1;
    for (let slot = lo & mask; ; slot = (slot + 1) & mask) {
      const node = this.slots[slot] ?? -1;
      if (node < 0) return -1;
      if (this.lo[node] === lo && this.hi[node] === hi) return node;
    }
  }

  private insert(lo: number, hi: number, parent: number): number {
    if (this.count === this.lo.length) this.grow();
    const node = this.count;
    this.count += 1;
    this.lo[node] = lo;
    this.hi[node] = hi;
    this.parent[node] = parent;
    this.occupy(node);
    return node;
  }

  private occupy(node: number): void {
    const mask = this.slots.length - 1;
    let slot = (this.lo[node] ?? 0) & mask;
    while ((this.slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    this.slots[slot] = node;
  }

  private grow(): void {
    const size = this.lo.length * 2;
    this.lo = widened(this.lo, size);
    this.hi = widened(this.hi, size);
    this.parent = widened(this.parent, size);
    this.seq = widened(this.seq, size);
    const kind = new Uint8Array(size);
    kind.set(this.kind);
    this.kind = kind;
    this.slots = new Int32Array(size * 2).fill(-1);
    for (let i = 1; i < this.count; i += 1) this.occupy(i);
  }
}

function widened(from: Uint32Array<ArrayBuffer>, size: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(size);
  to.set(from);
  return to;
}
