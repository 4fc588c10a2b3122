import type { Distro } from '../../../model/distro.ts';
import type { Package, PackageType } from '../../../model/package.ts';
import type { UnknownCause } from '../../../model/unknown.ts';

/** Why the packages of a family cannot be matched against anything: a cause without its count and example. */
export type Gap = Pick<UnknownCause, 'code' | 'reason' | 'hint'>;

/**
 * How one kind of package meets advisory data: which ecosystem answers for it, under which name, by which version and order.
 * One file a family; adding one is a file and a line in the table.
 */
export interface Family {
  readonly type: PackageType;
  /** Whose word counts: a distribution's for its release, or the union of all records. */
  readonly kind: 'os' | 'language';
  /** Name of the ecosystem as `plimsoll db update` takes it. */
  readonly title: string;
  /** How the ids of the distribution's own sources begin (`debian-dsa`); what they say of a release outweighs what others say. Absent for languages. */
  readonly vendor?: string;
  /**
   * How the ids of sources begin that know fixes from changelogs. Later entries repeat what was fixed before, so the lowest fix counts,
   * unlike with notices, where a later one raises it.
   */
  readonly changelogs?: string;
  /** OSV's word for where the packages belong, or why there is none. */
  ecosystem(distro: Distro | undefined): string | Gap;
  /** The name as the ecosystem compares it. */
  nameOf(item: Package): string;
  /** The version that the ecosystem's ranges speak of. */
  versionOf(item: Package): string;
}

/** What is judged of a distribution's package: its source's name. */
export function sourceName(item: Package): string {
  return item.source?.name ?? item.name;
}

/** What is judged of a distribution's package: its source's version; rebuilds and epochs of the binary say nothing about fixes. */
export function sourceVersion(item: Package): string {
  return item.source?.version ?? item.version;
}

/**
 * The ecosystem of a distribution's packages: only by its own id, never by `ID_LIKE`, since derived distributions fix under versions of their own.
 * Without a release nothing can be said: every release has its own fixes.
 */
export function releaseOf(distro: Distro | undefined, id: string, title: string): string | Gap {
  if (distro === undefined)
    return {
      code: 'distro-unknown',
      reason: 'the distribution cannot be told, so its packages cannot be matched',
      hint: 'Scan the whole image: etc/os-release names the distribution.',
    };
  if (distro.id !== id)
    return {
      code: 'distro-unsupported',
      reason: `packages of ${distro.name} cannot be matched: its fixes have version numbers of their own, and ${title}'s data does not speak of them`,
      hint: 'Judge these packages with a tool of that distribution.',
    };
  if (distro.release === undefined)
    return {
      code: 'distro-release-unknown',
      reason: `the release of ${distro.name} cannot be told, so its packages cannot be matched`,
      hint: 'etc/os-release should hold VERSION_ID.',
    };
  return `${title}:${distro.release}`;
}
