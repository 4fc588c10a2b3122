import { type Family, releaseOf, sourceName, sourceVersion } from './family.ts';

/** Alpine: by origin and its version, in the branch (`v3.18`, `edge`). Source: Alpine's security database; OSV, ecosystem `Alpine:<branch>`. */
export const alpine: Family = {
  type: 'apk',
  kind: 'os',
  title: 'Alpine',
  vendor: 'alpine',
  ecosystem: (distro) => releaseOf(distro, 'alpine', 'Alpine'),
  nameOf: sourceName,
  versionOf: sourceVersion,
};
