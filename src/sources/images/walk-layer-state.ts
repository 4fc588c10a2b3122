import type { BodySink, EntrySink, TarEntry } from '../../base/tar/entry.ts';
import type { TarParser } from '../../base/tar/parser.ts';
import type { FileFacts } from '../../model/analyzer.ts';
import type { Code } from '../../model/codes.ts';
import type { LayerFacts } from './layer-facts.ts';
import { seedOf } from './path-set.ts';
import { BodyReader, type Content, KeptBodies, SpillFile } from './walk-layer-content.ts';
import { archiveSkip, examine, Problems } from './walk-layer-examine.ts';
import { FILE, FOLDER, LayerTree, LINK } from './walk-layer-tree.ts';
import type { WantedFile, WantTable } from './want-table.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const AUFS = '.wh..wh.';
/** Links, whiteouts and opaque folders that are kept by name. */
const MAX_NAMES = 2_000_000;
const UNREACHED = 'a hard link leads to a file whose bytes are no longer at hand';

/** What a hard link leads to: the body of an entry of this layer, or a path of a lower one. */
type Origin = { readonly ordinal: number } | { readonly lower: string };

interface PendingLink {
  readonly path: string;
  readonly ordinal: number;
  readonly mode: number;
}

/** Wrong bytes are replaced, so two such names may become one, and one of the files is then not seen. */
const NAMELESS = 'the name of a file that should be read is not UTF-8, and another file may stand under the same name';

/** The state of one walk over one layer. */
export class LayerWalk implements EntrySink {
  /** Hard links whose content is still to be read. */
  pending = 0;

  private readonly table: WantTable;
  private readonly tree: LayerTree;
  private readonly spill = new SpillFile();
  private readonly kept = new KeptBodies(this.spill);
  private readonly problems = new Problems();
  private readonly found = new Map<string, { ordinal: number; facts: FileFacts[] }>();
  private readonly linkOrdinals = new Map<string, number>();
  private readonly whiteouts = new Set<string>();
  private readonly opaques = new Set<string>();
  private readonly lower = new Map<string, { ordinal: number; target: string }>();
  private readonly origins = new Map<number, Origin>();
  private readonly waiting = new Map<number, PendingLink[]>();
  private names = 0;
  private parser: TarParser | undefined;
  private complete = true;

  constructor(table: WantTable, digest: string | undefined) {
    this.table = table;
    this.tree = new LayerTree(seedOf(digest));
  }

  entry(entry: TarEntry): BodySink | undefined {
    const ordinal = entry.index;
    const path = this.tree.locate(entry.path, ordinal);
    if (path === '') return undefined;
    if (path === undefined) {
      this.problem('link-unresolved', 'a path is longer than Linux allows, or the links on its way are', entry.path.slice(0, 200));
      return undefined;
    }
    const base = path.lastIndexOf('/') + 1;
    if (path.charCodeAt(base) === 46 && path.startsWith(WHITEOUT, base)) {
      this.whiteout(path, base);
      return undefined;
    }
    switch (entry.type) {
      case 'directory':
        this.tree.put(FOLDER, ordinal);
        return undefined;
      case 'symlink':
        this.link(path, entry.linkTarget, ordinal);
        return undefined;
      case 'hardlink':
        this.hardlink(path, entry, ordinal);
        return undefined;
      case 'file': {
        this.origins.delete(this.tree.put(FILE, ordinal));
        const wanted = this.table.lookup(path, entry.size, entry.mode);
        if (wanted === undefined) return undefined;
        if (!entry.utf8) this.problems.add(archiveSkip('file-unreadable', NAMELESS, path, true));
        return this.reader(path, entry, wanted);
      }
      default:
        this.origins.delete(this.tree.put(FILE, ordinal));
        return undefined;
    }
  }

  problem(code: Code, reason: string, example: string, blocking = false): void {
    this.problems.add(archiveSkip(code, reason, example, blocking));
  }

  /** Takes note of how the first reading ended. */
  endFirst(parser: TarParser): void {
    this.parser = parser;
    this.complete = parser.fault === undefined && !this.tree.exhausted && this.names <= MAX_NAMES;
    if (parser.fault !== undefined) this.problem(parser.fault.code, parser.fault.reason, '');
    if (this.tree.exhausted) this.problem('budget-exceeded', 'following the links of the layer takes too long', '');
    if (this.names > MAX_NAMES) this.problem('budget-exceeded', `the layer has more than ${MAX_NAMES} links and whiteouts`, '');
    for (const [target, links] of this.waiting) {
      const standing = links.filter((link) => this.tree.stands(link.path, link.ordinal));
      if (standing.length === 0) this.waiting.delete(target);
      else this.waiting.set(target, standing);
    }
    this.pending = this.waiting.size;
  }

  /** Reads the bodies that hard links wait for. `done` is told when there are no more. */
  secondSink(done: () => void = () => {}): EntrySink {
    return {
      entry: (entry) => {
        const links = this.waiting.get(entry.index);
        if (links === undefined) return undefined;
        const { size, sparse } = entry;
        const plans = links.map((link) => ({ link, wanted: this.table.lookup(link.path, size, link.mode) }));
        const reads = plans.flatMap((plan) => plan.wanted?.reads ?? []);
        const settle = (content: Content | undefined): void => {
          this.waiting.delete(entry.index);
          this.pending = this.waiting.size;
          if (content === undefined && reads.length > 0 && !sparse) this.unreached(plans[0]?.link.path ?? '');
          for (const { link, wanted } of plans)
            if (wanted !== undefined) this.learn(link.path, link.ordinal, size, link.mode, sparse, wanted, content);
          if (this.pending === 0) done();
        };
        if (reads.length === 0 || entry.type !== 'file') {
          reads.length = 0;
          settle(undefined);
          return undefined;
        }
        const bytes = Math.max(...plans.map((plan) => plan.wanted?.bytes ?? 0));
        return new BodyReader({ mode: 'full', bytes, reads, analyzers: [] }, size, this.spill, settle);
      },
      problem: () => {
        // Told of in the first reading.
      },
    };
  }

  /** Everything that is kept of the layer. */
  facts(): LayerFacts {
    for (const links of this.waiting.values()) for (const { path } of links) this.unreached(path);
    const tree = this.tree;
    const files: FileFacts[] = [];
    for (const [path, one] of this.found) if (tree.stands(path, one.ordinal)) files.push(...one.facts);
    const links: (readonly [string, string])[] = [];
    for (const [path, ordinal] of this.linkOrdinals) if (tree.stands(path, ordinal)) links.push([path, tree.links.get(path) ?? '']);
    const lowerHardLinks: (readonly [string, string])[] = [];
    for (const [path, one] of this.lower) if (tree.stands(path, one.ordinal)) lowerHardLinks.push([path, one.target]);
    return {
      entries: this.parser?.entries ?? 0,
      bytes: this.parser?.position ?? 0,
      files,
      whiteouts: [...this.whiteouts],
      opaques: [...this.opaques],
      links,
      lowerHardLinks,
      ...tree.sets(),
      problems: this.problems.list(),
      complete: this.complete,
    };
  }

  /** Removes what was spilled. */
  close(): void {
    this.spill.close();
  }

  private unreached(path: string): void {
    this.problem('link-unresolved', UNREACHED, path, this.table.needs(path));
  }

  private room(): boolean {
    this.names += 1;
    return this.names <= MAX_NAMES;
  }

  private whiteout(path: string, base: number): void {
    const name = path.slice(base + WHITEOUT.length);
    const folder = path.slice(0, Math.max(0, base - 1));
    if (path.startsWith(OPAQUE, base) && path.length === base + OPAQUE.length) {
      if (this.room()) this.opaques.add(folder);
    } else if (path.startsWith(AUFS, base)) return;
    else if (name === '' || name === '.' || name === '..') this.problem('archive-damaged', 'a whiteout names no file', path);
    else if (this.room()) this.whiteouts.add(path.slice(0, base) + name);
  }

  private link(path: string, target: string, ordinal: number): void {
    this.origins.delete(this.tree.put(LINK, ordinal));
    if (!this.room()) return;
    this.tree.links.set(path, target);
    this.linkOrdinals.set(path, ordinal);
  }

  private reader(path: string, entry: TarEntry, wanted: WantedFile): BodySink {
    const { index, size, mode, sparse } = entry;
    return new BodyReader(wanted, size, this.spill, (content) => {
      this.learn(path, index, size, mode, sparse, wanted, content);
      if (content !== undefined) this.kept.keep(index, size, content);
    });
  }

  private learn(
    path: string,
    ordinal: number,
    size: number,
    mode: number,
    sparse: boolean,
    wanted: WantedFile,
    content: Content | undefined,
  ): void {
    if (content === undefined) {
      // Without a map that agrees with itself a sparse file cannot be rebuilt; an archive that ends is told of elsewhere.
      if (sparse)
        this.problems.add(
          archiveSkip(
            'file-sparse',
            'the map of a sparse file contradicts it',
            path,
            wanted.reads.some((read) => read.exact),
          ),
        );
      return;
    }
    const { facts, skipped } = examine(path, size, mode, sparse, wanted, content);
    for (const skip of skipped) this.problems.add(skip);
    if (facts.length > 0) this.found.set(path, { ordinal, facts });
  }

  private hardlink(path: string, entry: TarEntry, ordinal: number): void {
    const target = this.tree.seek(entry.linkTarget);
    const node = this.tree.node;
    if (target === undefined || target === '') {
      this.problem('link-unresolved', 'a hard link leads nowhere', path);
      return;
    }
    // The same path again changes nothing.
    if (target === path) return;
    const kind = node < 0 ? 0 : this.tree.kindOf(node);
    const setBy = node < 0 ? 0 : this.tree.setBy(node);
    const origin: Origin = node < 0 ? { lower: target } : (this.origins.get(node) ?? { ordinal: setBy });
    if (kind === FOLDER) {
      this.problem('link-unresolved', 'a hard link leads to a folder', path);
      return;
    }
    this.tree.locate(path, ordinal);
    if (kind === LINK) {
      this.link(path, this.tree.links.get(target) ?? '', ordinal);
      return;
    }
    this.origins.set(this.tree.put(FILE, ordinal), origin);
    const { mode } = entry;
    if (this.table.lookup(path, 1, mode) === undefined) return;
    if ('lower' in origin) {
      if (this.room()) this.lower.set(path, { ordinal, target: origin.lower });
      return;
    }
    const body = this.kept.get(origin.ordinal);
    const wanted = body && this.table.lookup(path, body.size, mode);
    if (body !== undefined && (wanted === undefined || wanted.bytes <= body.content.length)) {
      if (wanted !== undefined) this.learn(path, ordinal, body.size, mode, false, wanted, body.content);
      return;
    }
    const links = this.waiting.get(origin.ordinal) ?? [];
    links.push({ path, ordinal, mode });
    this.waiting.set(origin.ordinal, links);
  }
}
