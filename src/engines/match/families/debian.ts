import { type Family, releaseOf, sourceName, sourceVersion } from './family.ts';

/** Debian: by source package and source version, in the release of the package. Source: Debian security tracker; OSV, ecosystem `Debian:<release>`. */
export const debian: Family = {
  type: 'deb',
  kind: 'os',
  title: 'Debian',
  vendor: 'debian',
  changelogs: 'debian-changelog',
  ecosystem: (distro) => releaseOf(distro, 'debian', 'Debian'),
  nameOf: sourceName,
  versionOf: sourceVersion,
};
