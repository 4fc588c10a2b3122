/**
 * Whether a path can be the evidence of a language package: the file from which the npm and Python analyzers read one.
 * File lists of OS packages are reduced to these paths, since only they can settle who owns a language package.
 * `path` is inside the target, without a leading slash.
 */
export function couldBeLanguageEvidence(path: string): boolean {
  if (path.endsWith('/package.json')) return isInstalledNpmManifest(path);
  return isPythonMetadata(path) || path.endsWith('.dist-info/RECORD');
}

/**
 * Whether `path` is the package.json of an installed copy: directly under `node_modules/NAME` or `node_modules/@SCOPE/NAME`.
 * Names that begin with a dot are npm's own folders (`.bin`, `.cache`, `.pnpm`), never packages.
 * Source: npm documentation, folders(5).
 */
export function isInstalledNpmManifest(path: string): boolean {
  const at = path.lastIndexOf('node_modules/');
  if (at < 0 || (at > 0 && path[at - 1] !== '/')) return false;
  const rest = path.slice(at + 'node_modules/'.length).split('/');
  if (rest[rest.length - 1] !== 'package.json') return false;
  const [first = '', second = ''] = rest;
  if (first === '' || first.startsWith('.')) return false;
  return first.startsWith('@') ? rest.length === 3 && first.length > 1 && !second.startsWith('.') : rest.length === 2;
}

/** Whether any folder of `path` is a `node_modules`. */
export function isInNodeModules(path: string): boolean {
  return path.startsWith('node_modules/') || path.includes('/node_modules/');
}

/**
 * Whether `path` holds the core metadata of an installed Python distribution: `NAME.dist-info/METADATA`, `NAME.egg-info/PKG-INFO`,
 * `NAME.egg-info` as a file (distutils), `EGG-INFO/PKG-INFO` of an unpacked egg. Case is ignored for the folder, as some tools write it in capitals.
 * Source: PyPA, "Recording installed projects"; setuptools, "The Internal Structure of Python Eggs".
 */
export function isPythonMetadata(path: string): boolean {
  if (path.endsWith('/METADATA')) return hasInfoFolder(path, '/METADATA', 'dist-info');
  if (path.endsWith('/PKG-INFO')) return hasInfoFolder(path, '/PKG-INFO', 'egg-info');
  return path.endsWith('.egg-info');
}

function hasInfoFolder(path: string, file: string, folder: string): boolean {
  const end = path.length - file.length;
  const name = `/${path.slice(Math.max(0, end - folder.length - 1), end)}`.toLowerCase();
  return name.endsWith(`.${folder}`) || name.endsWith(`/${folder}`);
}
