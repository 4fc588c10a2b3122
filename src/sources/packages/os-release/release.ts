/** What a release is derived from. */
export interface ReleaseInput {
  readonly id: string;
  readonly version?: string;
  readonly codename?: string;
  /** `PRETTY_NAME` or the like. */
  readonly name: string;
}

/** Distributions without releases: their advisory data has none either. A `VERSION_ID` that some carry is the day of the image. */
const ROLLING = new Set([
  'arch',
  'archarm',
  'artix',
  'chainguard',
  'gentoo',
  'kali',
  'manjaro',
  'minimos',
  'opensuse-tumbleweed',
  'void',
  'wolfi',
]);

/** Relatives of Red Hat Enterprise Linux: minor releases share the advisories of the major one. */
const BY_MAJOR = new Set(['rhel', 'centos', 'almalinux', 'rocky', 'ol']);

/** Whether the distribution has no releases that could be told apart. */
export function isRolling(id: string): boolean {
  return ROLLING.has(id);
}

/**
 * The release as advisory data names it (OSV ecosystems): Debian `12` (`6.0` and older with the point), `testing`, `sid`; Ubuntu `22.04`;
 * Alpine `v3.18`, `edge`; Red Hat's relatives by major number; others as `VERSION_ID` says. Absent for rolling distributions and where it cannot be told.
 *
 * Debian's testing and unstable ship one base-files, whose os-release has no `VERSION_ID` and says `trixie/sid`: they cannot be told apart, and count
 * as `sid`, whose fixed versions are never lower. Only a code name without `/sid` is `testing`.
 */
export function releaseOf({ id, version, codename, name }: ReleaseInput): string | undefined {
  if (isRolling(id)) return undefined;
  if (id === 'debian') return debianRelease(version, codename, name);
  if (id === 'alpine') return alpineRelease(version, name);
  if (version === undefined) return undefined;
  return BY_MAJOR.has(id) ? /^\d+/.exec(version)?.[0] : version;
}

function debianRelease(version: string | undefined, codename: string | undefined, name: string): string | undefined {
  const number = /^(\d+)(?:\.(\d+))?/.exec(version ?? '');
  if (number !== null) {
    const major = number[1] ?? '';
    return Number(major) < 7 && number[2] !== undefined ? `${major}.${number[2]}` : major;
  }
  if (codename === 'sid' || /(?:\/|\b)(?:sid|unstable)\b/.test(name)) return 'sid';
  return codename === undefined && !/\btesting\b/.test(name) ? undefined : 'testing';
}

function alpineRelease(version: string | undefined, name: string): string | undefined {
  if (/\bedge\b/.test(name) || /^\d+\.\d+(?:\.\d+)?_(?:alpha|beta|pre)/.test(version ?? '')) return 'edge';
  const number = /^(\d+\.\d+)/.exec(version ?? '') ?? /\bv(\d+\.\d+)/.exec(name);
  return number === null ? undefined : `v${number[1]}`;
}
