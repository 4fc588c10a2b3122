import type { ListedEntry } from '../src/sources/images/walk-layer-list.ts';

/** The merged tree of layers given as lists: keeps every path by name, so it is for tests alone. Rules: test/truth/layers/README.md. */
export function mergedEntries(layers: readonly (readonly ListedEntry[])[]): ListedEntry[] {
  const tree = new Map<string, ListedEntry>();
  for (const layer of layers) {
    const own = new Map<string, ListedEntry>();
    const hidden: string[] = [];
    for (const entry of layer) {
      const [path] = entry;
      const base = path.slice(path.lastIndexOf('/') + 1);
      const folder = path.slice(0, path.length - base.length);
      if (base === '.wh..wh..opq') hidden.push(folder);
      else if (base.startsWith('.wh.')) {
        const name = base.slice(4);
        if (!base.startsWith('.wh..wh.') && name !== '' && name !== '.' && name !== '..')
          hidden.push(`${folder}${name}`, `${folder}${name}/`);
      }
      put(own, base.startsWith('.wh.') ? undefined : entry, path);
    }
    for (const path of [...tree.keys()])
      if (hidden.some((one) => (one === '' || one.endsWith('/') ? path.startsWith(one) : path === one))) tree.delete(path);
    for (const [path, entry] of own) put(tree, entry, path);
  }
  return [...tree.values()]
    .filter(([path]) => !/(^|\/)\.wh\.\.wh\./.test(path))
    .sort((a, b) => Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0])));
}

/** Puts an entry with the folders above it; without an entry, the folders alone. */
function put(tree: Map<string, ListedEntry>, entry: ListedEntry | undefined, path: string): void {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    if (tree.get(folder)?.[1] !== 'directory') tree.set(folder, [folder, 'directory', '']);
  }
  if (entry === undefined) return;
  if (entry[1] !== 'directory' && tree.get(path)?.[1] === 'directory')
    for (const other of [...tree.keys()]) if (other.startsWith(`${path}/`)) tree.delete(other);
  tree.set(path, entry);
}
