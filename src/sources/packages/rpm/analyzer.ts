import type { Analyzer, Want } from '../../../model/analyzer.ts';

const FOLDERS = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];
const FILES = ['rpmdb.sqlite', 'Packages.db', 'Packages'];

const databases = FOLDERS.flatMap((folder) => FILES.map((name): Want => ({ path: `${folder}/${name}`, read: 'head', headBytes: 0 })));

/**
 * Package databases of the rpm family, noticed and not read: an image that has one gets an unknown instead of an empty list.
 * Containers: sqlite, ndb (`Packages.db`) and Berkeley DB (`Packages`) under rpm's `_dbpath` of Red Hat, SUSE and ostree systems, and the
 * text manifest of distroless Mariner and Azure Linux.
 */
export const analyzer: Analyzer = {
  id: 'rpm',
  version: 1,
  wants: [...databases, { path: 'var/lib/rpmmanifest/container-manifest-2', read: 'head', headBytes: 0 }],
  analyze: () => ({ facts: [{ kind: 'database', type: 'rpm', read: false }], skipped: [] }),
};
