import type { StandingFile } from '../../model/analyzer.ts';
import type { Distro } from '../../model/distro.ts';
import { OLDER_RELEASE_FILES } from './os-release/older.ts';
import { releaseOf } from './os-release/release.ts';
import { REPOSITORIES } from './os-release/repositories-analyzer.ts';

const ORDER = ['etc/os-release', 'usr/lib/os-release', ...OLDER_RELEASE_FILES];

/** Database by the distribution's id or, for its relatives, by `ID_LIKE`. */
const DATABASES: Readonly<Record<string, 'dpkg' | 'apk' | 'rpm'>> = {
  debian: 'dpkg',
  ubuntu: 'dpkg',
  alpine: 'apk',
  wolfi: 'apk',
  chainguard: 'apk',
  minimos: 'apk',
  rhel: 'rpm',
  centos: 'rpm',
  fedora: 'rpm',
  rocky: 'rpm',
  almalinux: 'rpm',
  ol: 'rpm',
  amzn: 'rpm',
  suse: 'rpm',
  opensuse: 'rpm',
  sles: 'rpm',
  photon: 'rpm',
  mariner: 'rpm',
  azurelinux: 'rpm',
};

/**
 * The target's distribution: `etc/os-release` where it stands (as a file, or as a link that the reader resolved), then `usr/lib/os-release`, then the
 * older release files from special to general. Helped by `etc/apk/repositories` (Alpine's branch) and `etc/debian_version` (point release in the name;
 * `testing` or `sid` where os-release names no number).
 */
export function pickDistro(files: readonly StandingFile[]): Distro | undefined {
  const found = new Map<string, Distro>();
  for (const file of files) for (const fact of file.facts) if (fact.kind === 'distro') found.set(file.path, fact.distro);
  const path = ORDER.find((one) => found.has(one));
  const distro = path === undefined ? undefined : found.get(path);
  if (distro?.id === 'alpine') return withBranch(distro, found.get(REPOSITORIES)?.release);
  if (distro?.id === 'debian') return withPoint(distro, found.get('etc/debian_version'));
  return distro;
}

function withBranch(distro: Distro, branch: string | undefined): Distro {
  return branch === undefined ? distro : { ...distro, release: branch };
}

function withPoint(distro: Distro, exact: Distro | undefined): Distro {
  if (exact === undefined || exact.id !== 'debian') return distro;
  if (distro.version === undefined) {
    const codename = distro.codename ?? exact.codename;
    const release = releaseOf({ id: 'debian', name: `${distro.name} ${exact.name}`, ...(codename === undefined ? {} : { codename }) });
    return { ...distro, ...(codename === undefined ? {} : { codename }), ...(release === undefined ? {} : { release }) };
  }
  const isPoint = exact.version?.startsWith(`${distro.version}.`) === true;
  return isPoint ? { ...distro, name: distro.name.replace(` ${distro.version}`, ` ${exact.version}`) } : distro;
}

/** Which package database the distribution has; undefined when it is none that is known. */
export function expectedDatabase({ id, like }: Distro): 'dpkg' | 'apk' | 'rpm' | undefined {
  for (const word of [id, ...like]) {
    const known = Object.hasOwn(DATABASES, word) ? DATABASES[word] : undefined;
    if (known !== undefined) return known;
  }
  return undefined;
}
