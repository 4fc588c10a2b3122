import type { Analyzer } from '../../../model/analyzer.ts';
import { collectorFor } from '../collector.ts';
import { isPythonMetadata } from '../evidence.ts';
import { readHeaders } from './headers.ts';

const MAX_BYTES = 8 * 1024 * 1024;
/** A `License` field longer than this is the text of a licence, not its name. */
const MAX_LICENSE = 100;
const WANTED = new Set(['name', 'version', 'license', 'license-expression', 'classifier']);

const refine = (path: string) => (isPythonMetadata(path) ? 'full' : 'skip');

/**
 * Installed Python distributions, by the core metadata beside their modules: `*.dist-info/METADATA`, `*.egg-info/PKG-INFO`, `*.egg-info` as a file,
 * and `EGG-INFO/PKG-INFO` of unpacked eggs. The name is kept as written; it is normalised where names are compared.
 * Licences: `License-Expression`, else the licence classifiers, else a `License` of one line.
 * Source: PyPA, "Recording installed projects" and "Core metadata specifications".
 */
export const analyzer: Analyzer = {
  id: 'python',
  version: 1,
  wants: [
    { name: 'METADATA', read: 'full', maxBytes: MAX_BYTES, refine },
    { name: 'PKG-INFO', read: 'full', maxBytes: MAX_BYTES, refine },
    { suffix: '.egg-info', read: 'full', maxBytes: MAX_BYTES },
  ],
  analyze(file) {
    const collector = collectorFor({
      area: 'pypi',
      path: file.path,
      hint: 'The distribution is not counted; compare with `pip list` in the image.',
    });
    const headers = readHeaders(file.bytes, WANTED);
    const value = (name: string) => headers.find(([key, text]) => key === name && text !== '')?.[1];
    const name = value('name');
    const version = value('version');
    if (name === undefined) collector.skip('Python metadata without a name', '');
    else if (version === undefined) collector.skip('Python metadata without a version', name);
    else {
      const licenses = licensesOf(headers);
      collector.addPackage({ type: 'pypi', name, version, ...(licenses.length === 0 ? {} : { licenses }) }, 'installed');
    }
    return collector.learned();
  },
};

function licensesOf(headers: readonly (readonly [string, string])[]): string[] {
  const values = (name: string) => headers.filter(([key]) => key === name).map(([, text]) => text);
  const expression = values('license-expression').filter((text) => text !== '');
  if (expression.length > 0) return expression.slice(0, 1);
  const classifiers = values('classifier')
    .map(licenseOfClassifier)
    .filter((text) => text !== '');
  if (classifiers.length > 0) return [...new Set(classifiers)];
  return values('license')
    .filter((text) => text !== '' && text !== 'UNKNOWN' && text.length <= MAX_LICENSE && !text.includes('\n'))
    .slice(0, 1);
}

/** `License :: OSI Approved :: MIT License` names a licence; `License :: OSI Approved` alone does not. */
function licenseOfClassifier(classifier: string): string {
  const parts = classifier.split('::').map((part) => part.trim());
  const last = parts[parts.length - 1] ?? '';
  return parts[0] === 'License' && parts.length > 1 && last !== 'OSI Approved' ? last : '';
}
