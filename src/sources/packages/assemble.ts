import type { StandingFile } from '../../model/analyzer.ts';
import type { Distro } from '../../model/distro.ts';
import type { Package, PackageFact, Place } from '../../model/package.ts';
import { compareText, type UnknownCause } from '../../model/unknown.ts';
import { databaseCauses, namelessCause, skipCauses } from './causes.ts';
import { expectedDatabase, pickDistro } from './distro.ts';
import { introducedBy } from './history.ts';
import { indexOwners, type Owner } from './owners.ts';
import { purlOf } from './purl.ts';

/** How a target's facts become packages. */
export interface AssembleOptions {
  readonly kind: 'image' | 'filesystem';
  /** Counts lock files in an image too; in a file system they always count. */
  readonly lockFiles: boolean;
  /** Keeps packages that a lock file says only development needs. */
  readonly includeDev?: boolean;
  /** Follows the target's links: where a path of a file list really stands. */
  readonly resolve?: (path: string) => string;
}

/** What a target holds. */
export interface Catalogue {
  /** One row per purl, by purl. */
  readonly packages: readonly Package[];
  readonly distro?: Distro;
  readonly causes: readonly UnknownCause[];
  /** What was seen and deliberately left out: `vendored`, `project`, `private`, `lock-file`, `locked-ignored`, `dev`, `link`… */
  readonly counted: Readonly<Record<string, number>>;
}

const DATABASE_OF: Readonly<Record<string, string>> = { deb: 'dpkg', apk: 'apk', rpm: 'rpm' };

/**
 * Makes one list of packages out of the facts of a target's files: settles the distribution, the layer that brought each package in and who owns
 * language packages, merges rows of one purl, and says what is missing. The order of `files` does not matter.
 *
 * A language package belongs to an OS package only when every place where it stands is in that package's file list and is no younger than the
 * package itself: a file that a later layer wrote over (`npm install -g npm`) is not what the distribution shipped.
 */
export function assemble(files: readonly StandingFile[], options: AssembleOptions): Catalogue {
  const ordered = [...files].sort((a, b) => compareText(a.path, b.path) || compareText(a.analyzer, b.analyzer));
  const distro = pickDistro(ordered);
  const counted = new Map<string, number>();
  const used: StandingFile[] = [];
  const rows = new Map<string, Row>();
  const owners = new Map<string, Owner>();
  const causes: UnknownCause[] = [];
  for (const file of ordered) {
    for (const fact of file.facts) if (fact.kind === 'counted') count(counted, fact.what);
    if (isLockFile(file) && options.kind === 'image' && !options.lockFiles) {
      count(counted, 'locked-ignored', file.facts.filter((fact) => fact.kind === 'package').length);
      continue;
    }
    used.push(file);
    takeFile(file, distro, options.includeDev === true, { rows, owners, counted, causes });
  }
  const findOwner = indexOwners(used, (key) => owners.get(key) ?? owners.get(key.replace(/:[^:]*$/, '')), options.resolve);
  const packages = [...rows.values()].map((row) => finish(row, findOwner)).sort((a, b) => compareText(a.purl, b.purl));
  return {
    packages,
    ...(distro === undefined ? {} : { distro }),
    causes: [...databaseCauses(used, distro), ...skipCauses(used), ...causes],
    counted: Object.fromEntries([...counted].filter(([, number]) => number > 0).sort(([a], [b]) => compareText(a, b))),
  };
}

interface Seen {
  readonly place: Place;
  /** Layer that brought the package in at this place. */
  readonly layer: number | undefined;
  readonly from: 'installed' | 'locked';
  readonly dev: boolean;
}

interface Row {
  readonly purl: string;
  fact: PackageFact;
  readonly seen: Seen[];
  readonly licenses: Set<string>;
}

interface Tables {
  readonly rows: Map<string, Row>;
  readonly owners: Map<string, Owner>;
  readonly counted: Map<string, number>;
  readonly causes: UnknownCause[];
}

function takeFile(file: StandingFile, distro: Distro | undefined, includeDev: boolean, { rows, owners, counted, causes }: Tables): void {
  const broughtIn = introducedBy(file);
  for (const fact of file.facts) {
    if (fact.kind !== 'package') continue;
    const pkg = fact.package;
    if (pkg.dev === true && !includeDev) {
      count(counted, 'dev');
      continue;
    }
    const purl = purlOf(pkg, distroOf(pkg, distro));
    if (purl === undefined) {
      causes.push(namelessCause(pkg, file.path));
      continue;
    }
    const layer = broughtIn(pkg);
    const row = rows.get(purl) ?? { purl, fact: pkg, seen: [], licenses: new Set<string>() };
    // Two spellings of one Python name share a purl; the choice must not depend on the order of files.
    if (compareText(pkg.name, row.fact.name) < 0) row.fact = pkg;
    row.seen.push({ place: placeOf(file), layer, from: fact.from, dev: pkg.dev === true });
    for (const license of pkg.licenses ?? []) row.licenses.add(license);
    rows.set(purl, row);
    if (isOsPackage(pkg)) for (const key of new Set([pkg.key ?? pkg.name, pkg.name])) rememberOwner(owners, key, purl, layer);
  }
}

function rememberOwner(owners: Map<string, Owner>, key: string, purl: string, layer: number | undefined): void {
  const known = owners.get(key);
  if (known !== undefined && compareText(known.purl, purl) <= 0) return;
  owners.set(key, { purl, ...(layer === undefined ? {} : { layer }) });
}

function finish({ purl, fact, seen, licenses }: Row, findOwner: (path: string) => Owner | undefined): Package {
  const installed = seen.filter((one) => one.from === 'installed');
  const layers = (installed.length > 0 ? installed : seen).map((one) => (isOsPackage(fact) ? one.layer : one.place.layer));
  const layer = layers.reduce((least, one) => (one === undefined || (least !== undefined && least <= one) ? least : one), undefined);
  const owner = isOsPackage(fact) ? undefined : ownerOf(seen, findOwner);
  return {
    purl,
    type: fact.type,
    name: fact.name,
    version: fact.version,
    ...(fact.arch === undefined ? {} : { arch: fact.arch }),
    ...(fact.source === undefined ? {} : { source: fact.source }),
    ...(layer === undefined ? {} : { layer }),
    locations: locationsOf(seen),
    licenses: [...licenses].sort(compareText),
    ...(owner === undefined ? {} : { owner }),
    ...(seen.every((one) => one.dev) ? { dev: true } : {}),
    from: installed.length > 0 ? 'installed' : 'locked',
  };
}

function ownerOf(seen: readonly Seen[], findOwner: (path: string) => Owner | undefined): string | undefined {
  const found = seen.map(({ place, layer }) => {
    const owner = findOwner(place.path);
    const isYounger = owner?.layer !== undefined && layer !== undefined && layer > owner.layer;
    return isYounger ? undefined : owner?.purl;
  });
  return found.includes(undefined) ? undefined : found.sort((a = '', b = '') => compareText(a, b))[0];
}

function locationsOf(seen: readonly Seen[]): Place[] {
  const places = new Map(seen.map(({ place }) => [place.path, place]));
  return [...places.values()].sort((a, b) => compareText(a.path, b.path));
}

function placeOf({ path, layer }: StandingFile): Place {
  return { path, ...(layer === undefined ? {} : { layer }) };
}

/** The distribution answers for a package only when the package is of its own database: a dpkg on Alpine is not Alpine's. */
function distroOf(pkg: PackageFact, distro: Distro | undefined): Distro | undefined {
  return distro !== undefined && expectedDatabase(distro) === DATABASE_OF[pkg.type] ? distro : undefined;
}

function isOsPackage({ type }: PackageFact): boolean {
  return Object.hasOwn(DATABASE_OF, type);
}

function isLockFile(file: StandingFile): boolean {
  return file.facts.some((fact) => fact.kind === 'counted' && fact.what === 'lock-file');
}

function count(counted: Map<string, number>, what: string, number = 1): void {
  counted.set(what, (counted.get(what) ?? 0) + number);
}
