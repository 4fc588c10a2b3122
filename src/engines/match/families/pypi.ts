import type { Family } from './family.ts';

/** PyPI: names fold as PEP 503 says (lower case, runs of `-`, `_`, `.` are one hyphen); versions by PEP 440. */
export const pypi: Family = {
  type: 'pypi',
  kind: 'language',
  title: 'PyPI',
  ecosystem: () => 'PyPI',
  nameOf: (item) => item.name.toLowerCase().replace(/[-_.]+/g, '-'),
  versionOf: (item) => item.version,
};
