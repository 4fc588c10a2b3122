import type { Distro } from '../../../model/distro.ts';
import { readAssignments } from './fields.ts';
import { releaseOf } from './release.ts';

/**
 * Release files of systems older than os-release, in the order in which they are believed: a relative keeps the file of its parent beside its own
 * (Oracle and CentOS have a redhat-release, Ubuntu a debian_version), so the more special one comes first.
 */
export const OLDER_RELEASE_FILES: readonly string[] = [
  'etc/alpine-release',
  'etc/oracle-release',
  'etc/enterprise-release',
  'etc/almalinux-release',
  'etc/rocky-release',
  'etc/centos-release',
  'etc/fedora-release',
  'etc/redhat-release',
  'etc/system-release',
  'etc/SuSE-release',
  'etc/lsb-release',
  'etc/debian_version',
];

/** First words of a `… release N` line, and the id that os-release later gave the distribution. The first that fits holds. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^oracle linux|^enterprise linux enterprise linux/i, 'ol'],
  [/^red hat enterprise linux/i, 'rhel'],
  [/^centos/i, 'centos'],
  [/^rocky linux/i, 'rocky'],
  [/^almalinux/i, 'almalinux'],
  [/^fedora/i, 'fedora'],
  [/^amazon linux/i, 'amzn'],
  [/^suse linux enterprise server/i, 'sles'],
  [/^opensuse/i, 'opensuse'],
];

const LIKE: Readonly<Record<string, readonly string[]>> = {
  ubuntu: ['debian'],
  ol: ['fedora'],
  rhel: ['fedora'],
  centos: ['rhel', 'fedora'],
  rocky: ['rhel', 'centos', 'fedora'],
  almalinux: ['rhel', 'centos', 'fedora'],
  amzn: ['rhel', 'fedora'],
  sles: ['suse'],
  opensuse: ['suse'],
};

/**
 * What a release file of an older system says; undefined when it names no known distribution.
 * Formats: Alpine and Debian write a version alone (Debian testing a code name, `trixie/sid`), Ubuntu the assignments of lsb-release,
 * Red Hat's relatives `NAME release N (CODE NAME)`, SUSE a name and `VERSION = N`.
 */
export function olderDistro(path: string, text: string): Distro | undefined {
  const first = (text.split('\n')[0] ?? '').trim();
  if (path === 'etc/alpine-release')
    return /^\d+\.\d+/.test(first) ? distro('alpine', first, undefined, `Alpine Linux ${first}`) : undefined;
  if (path === 'etc/debian_version') return debian(first);
  if (path === 'etc/lsb-release') return lsb(text);
  const id = NAMES.find(([pattern]) => pattern.test(first))?.[1];
  if (id === undefined) return undefined;
  const number = /release\s+([\d.]+)/i.exec(first) ?? /^VERSION\s*=\s*([\d.]+)/m.exec(text);
  return distro(id, number?.[1], undefined, first);
}

function debian(word: string): Distro | undefined {
  if (/^\d+(?:\.\d+)*$/.test(word)) return distro('debian', word, undefined, `Debian GNU/Linux ${word}`);
  const codename = /^([a-z]{3,})(?:\/sid)?$/.exec(word)?.[1];
  return codename === undefined ? undefined : distro('debian', undefined, codename, `Debian GNU/Linux ${word}`);
}

function lsb(text: string): Distro | undefined {
  const fields = readAssignments(text);
  const id = (fields.get('DISTRIB_ID') ?? '').toLowerCase();
  if (!/^[a-z0-9._-]+$/.test(id)) return undefined;
  const version = fields.get('DISTRIB_RELEASE') || undefined;
  return distro(
    id,
    version,
    fields.get('DISTRIB_CODENAME') || undefined,
    fields.get('DISTRIB_DESCRIPTION') || `${id} ${version ?? ''}`.trim(),
  );
}

function distro(id: string, version: string | undefined, codename: string | undefined, name: string): Distro {
  const known = { id, name, ...(version === undefined ? {} : { version }), ...(codename === undefined ? {} : { codename }) };
  const release = releaseOf(known);
  return { ...known, like: LIKE[id] ?? [], ...(release === undefined ? {} : { release }) };
}
