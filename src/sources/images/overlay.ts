import type { FileFacts, StandingFile } from '../../model/analyzer.ts';
import { compareText, type UnknownCause } from '../../model/unknown.ts';
import type { LayerFacts } from './layer-facts.ts';
import { decodePathSet, type PathSet } from './path-set.ts';

/** The final tree of an image, as far as somebody wanted it. */
export interface Overlay {
  /** Sorted by path, then analyzer. */
  readonly files: readonly StandingFile[];
  readonly causes: readonly UnknownCause[];
  /**
   * Follows the symbolic links of the merged tree, those on the way and the last one: the normal path where it leads, whether or not
   * something stands there. Undefined when it loops or takes more than 40 links. `..` ends at the root.
   */
  resolve(path: string): string | undefined;
  /** Whether a file, a device or a folder stands at a path without links on its way, wanted or not. */
  stands(path: string): boolean;
}

interface Version {
  layer: number;
  facts: readonly FileFacts[];
}

/** A path with facts: what stands (no facts: something else than a wanted file), and what stood before without a deletion between. */
interface Standing extends Version {
  earlier: Version[];
}

const MAX_HOPS = 40;
const MAX_LENGTH = 65_536;
const MAX_PARTS = 4096;

/**
 * Merges layers, lowest first. Source: OCI image specification, layer.md, "Applying Changesets", "Whiteouts", "Opaque Whiteout".
 * A folder that is only implied by a path below it replaces a link or file of a lower layer just as one that is stated.
 * `needs` tells of which paths the content is wanted.
 */
export function overlay(layers: readonly LayerFacts[], needs: (path: string) => boolean = () => false): Overlay {
  const causes: UnknownCause[] = [];
  const files = new Map<string, Standing>();
  const links = new Map<string, string>();
  const covers: Cover[] = [];
  layers.forEach((layer, index) => {
    if (!layer.complete) causes.push(unreadable(layer, index));
    const linked = lowerLinks(layer, index, files, links, causes, needs);
    const { over, holds } = layerOver(layer);
    covers.unshift({ over, holds });
    for (const [path, standing] of files) {
      const fate = over(path);
      if (fate === 'gone') files.delete(path);
      else if (fate === 'replaced') {
        if (standing.facts.length > 0) standing.earlier.push({ layer: standing.layer, facts: standing.facts });
        standing.facts = [];
      }
    }
    for (const path of links.keys()) if (over(path) !== 'stands') links.delete(path);
    for (const [path, facts] of [...linked, ...byPath(layer.files)]) {
      const standing = files.get(path);
      if (standing === undefined) files.set(path, { layer: index, facts, earlier: [] });
      else Object.assign(standing, { layer: index, facts });
    }
    for (const [path, target] of layer.links) links.set(path, target);
  });
  return { files: listed(files), causes, resolve: (path) => follow(links, path), stands: (path) => standsIn(covers, path) };
}

/** From the highest layer down: the first that holds or deletes the path decides. */
function standsIn(covers: readonly Cover[], path: string): boolean {
  const first = covers.find(({ over, holds }) => holds(path) || over(path) === 'gone');
  return first?.holds(path) === true;
}

function unreadable(layer: LayerFacts, index: number): UnknownCause {
  const why = layer.problems.find((problem) => /^(archive-|budget-)/.test(problem.code));
  return {
    code: 'layer-unreadable',
    area: 'image',
    of: 'layers',
    reason: `a layer cannot be read to its end${why === undefined ? '' : `: ${why.reason}`}`,
    hint: why?.hint ?? 'Pull or save the image again.',
    example: `layer ${index}`,
    blocking: true,
  };
}

/** Hard links to files of lower layers: they get the facts that the file has there now, before this layer changes anything. */
function lowerLinks(
  layer: LayerFacts,
  index: number,
  files: ReadonlyMap<string, Standing>,
  links: ReadonlyMap<string, string>,
  causes: UnknownCause[],
  needs: (path: string) => boolean,
): (readonly [string, FileFacts[]])[] {
  const out: (readonly [string, FileFacts[]])[] = [];
  for (const [path, target] of layer.lowerHardLinks) {
    const found = files.get(target) ?? files.get(follow(links, target) ?? '');
    if (found !== undefined && found.facts.length > 0) out.push([path, found.facts.map((facts) => ({ ...facts, path }))]);
    else
      causes.push({
        code: 'link-unresolved',
        area: 'image',
        of: 'files',
        reason: 'a hard link leads to a file of a lower layer that was not read',
        hint: 'The file has a second name whose content could not be reached.',
        example: `${path} in layer ${index}`,
        blocking: needs(path),
      });
  }
  return out;
}

interface Cover {
  /** What the layer makes of a path of lower layers: deleted or covered for good, replaced by something at the same path, or left. */
  over(path: string): 'gone' | 'replaced' | 'stands';
  /** Whether the layer itself has something at a path. */
  holds(path: string): boolean;
}

function layerOver(layer: LayerFacts): Cover {
  const occupied: PathSet = decodePathSet(layer.occupied);
  const folders: PathSet = decodePathSet(layer.folders);
  const whiteouts = new Set(layer.whiteouts);
  const opaques = new Set(layer.opaques);
  const known = new Map<string, boolean>([['', opaques.has('')]]);

  /** Whether all that lower layers have below a folder is gone. */
  function below(folder: string): boolean {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const gone = opaques.has(folder) || whiteouts.has(folder) || occupied.has(folder) || below(folderOf(folder));
    known.set(folder, gone);
    return gone;
  }

  const holds = (path: string): boolean => occupied.has(path) || folders.has(path);
  if (occupied.size === 0 && folders.size === 0 && whiteouts.size === 0 && opaques.size === 0) return { over: () => 'stands', holds };
  const over: Cover['over'] = (path) => {
    if (below(folderOf(path)) || whiteouts.has(path) || folders.has(path)) return 'gone';
    return occupied.has(path) ? 'replaced' : 'stands';
  };
  return { over, holds };
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function byPath(files: readonly FileFacts[]): Map<string, FileFacts[]> {
  const map = new Map<string, FileFacts[]>();
  for (const file of files) {
    const list = map.get(file.path);
    if (list === undefined) map.set(file.path, [file]);
    else list.push(file);
  }
  return map;
}

function listed(files: ReadonlyMap<string, Standing>): StandingFile[] {
  const out: StandingFile[] = [];
  for (const standing of files.values())
    for (const file of standing.facts)
      out.push({
        ...file,
        layer: standing.layer,
        earlier: standing.earlier.flatMap(({ layer, facts }) =>
          facts.filter((one) => one.analyzer === file.analyzer).map((one) => ({ layer, facts: one.facts })),
        ),
      });
  return out.sort((a, b) => compareText(a.path, b.path) || compareText(a.analyzer, b.analyzer));
}

function follow(links: ReadonlyMap<string, string>, path: string): string | undefined {
  const rest = path.split('/').reverse();
  let done = '';
  let hops = 0;
  for (let parts = 0; rest.length > 0; parts += 1) {
    const part = rest.pop() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done = folderOf(done);
      continue;
    }
    const next = done === '' ? part : `${done}/${part}`;
    const target = links.get(next);
    if (target === undefined) done = next;
    else {
      hops += 1;
      if (target.startsWith('/')) done = '';
      for (const one of target.split('/').reverse()) rest.push(one);
    }
    if (hops > MAX_HOPS || parts > MAX_PARTS || done.length > MAX_LENGTH) return undefined;
  }
  return done;
}
