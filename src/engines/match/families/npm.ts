import type { Family } from './family.ts';

/** npm: names compare exactly, capitals of old packages included; versions by node-semver's order. */
export const npm: Family = {
  type: 'npm',
  kind: 'language',
  title: 'npm',
  ecosystem: () => 'npm',
  nameOf: (item) => item.name,
  versionOf: (item) => item.version,
};
