import { type Family, releaseOf, sourceName, sourceVersion } from './family.ts';

/** Debian: by source package and source version, in the release of the package. Source: Debian security tracker; OSV, ecosystem `Debian:<release>`. */
export const debian: Family = {
  type: 'deb',
  kind: 'os',
  title: 'Debian',
  vendors: ['debian-tracker', 'debian-dsa', 'debian-changelog', 'debian-fixes', 'debian12-fixed', 'fixes-list', 'debian'],
  ecosystem: (distro) => releaseOf(distro, 'debian', 'Debian'),
  nameOf: sourceName,
  versionOf: sourceVersion,
};
