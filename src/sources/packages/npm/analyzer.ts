import type { Analyzer, Learned, SeenFile } from '../../../model/analyzer.ts';
import { collectorFor, counted } from '../collector.ts';
import { isInNodeModules, isInstalledNpmManifest } from '../evidence.ts';
import { parseJsonObject } from './json.ts';
import { licensesOf } from './licenses.ts';

const MIB = 1024 * 1024;

/**
 * Installed npm packages: a `package.json` directly under `node_modules/NAME` or `node_modules/@SCOPE/NAME`. The name is the file's own, since the
 * folder may be an alias (`npm install a@npm:b`); the folder's name is never used. A manifest deeper inside a package belongs to it and is only
 * counted (`vendored`), one outside `node_modules` describes a project (`project`); neither is read.
 * A private package without a version cannot come from the registry and is counted (`private`). Source: npm documentation, package.json(5), folders(5).
 */
export const analyzer: Analyzer = {
  id: 'npm',
  version: 1,
  wants: [
    {
      name: 'package.json',
      read: 'full',
      maxBytes: 4 * MIB,
      headBytes: 0,
      refine: (path) => (isInstalledNpmManifest(path) ? 'full' : 'head'),
    },
  ],
  analyze(file) {
    if (isInstalledNpmManifest(file.path)) return installed(file);
    return counted(isInNodeModules(file.path) ? 'vendored' : 'project');
  },
};

function installed(file: SeenFile): Learned {
  const collector = collectorFor({ area: 'npm', path: file.path, hint: 'The package is not counted; look at its package.json.' });
  const json = parseJsonObject(file.bytes);
  if ('fault' in json) {
    collector.skip(`a package.json that is ${json.fault}`, '');
    return collector.learned();
  }
  const { name, version, private: isPrivate } = json.value;
  const hasVersion = typeof version === 'string' && version.trim() !== '';
  if (!hasVersion && isPrivate === true) return counted('private');
  if (typeof name !== 'string' || name.trim() === '') collector.skip('an installed package.json without a name', '');
  else if (!hasVersion) collector.skip('an installed package.json without a version', name);
  else {
    const licenses = licensesOf(json.value);
    collector.addPackage(
      { type: 'npm', name: name.trim(), version: version.trim(), ...(licenses.length === 0 ? {} : { licenses }) },
      'installed',
    );
  }
  return collector.learned();
}
