import type { Exec } from '../../base/exec.ts';
import type { AvailableUpdates } from '../../model/available-update.ts';
import type { Distro } from '../../model/distro.ts';
import type { Package } from '../../model/package.ts';
import type { Http } from '../../model/ports.ts';
import { compareText, type UnknownCause } from '../../model/unknown.ts';
import { visibleText } from '../../model/visible-text.ts';
import { askArchive, withoutCredentials } from './apt-archive.ts';
import type { Asked, Tried } from './apt-index.ts';
import { namesBelow, readBelow, readLists } from './apt-lists.ts';
import type { AptRelease } from './apt-release.ts';
import { type AptSource, parseDeb822Sources, parseOneLineSources, type SecurityArchive, securityArchives } from './apt-sources.ts';
import { signersOf } from './apt-verify.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const OLD_DAYS = 7;
const MAX_SOURCES = 1024 * 1024;
const MAX_FILES = 200;
const MAX_ARCHIVES = 8;

/** What the answer is made with. Nothing of it comes from the target. */
export interface UpdatesDeps {
  /** Absent in an offline run: then only the lists on disk are read. */
  readonly http?: Http;
  readonly exec: Exec;
  /** Root folder of this machine: its sources say which mirrors may be asked, its keyrings who may sign. `/`, except in tests. */
  readonly hostRoot: string;
  /** Addresses of `--trust-repository`. */
  readonly trusted: readonly string[];
  readonly now: Date;
}

/** What is asked about: a root folder with what was found installed in it. */
export interface UpdatesRequest {
  readonly root: string;
  readonly packages: readonly Package[];
  readonly distro: Distro;
}

/** The packages that a verified security archive offers, of those that are installed; absent when there is no answer, which `causes` explain. */
export interface UpdatesAnswer {
  readonly available?: AvailableUpdates;
  readonly causes: readonly UnknownCause[];
}

/**
 * Which security updates Debian's archive offers for what is installed in a root file system: from apt's lists on its disk, or, where there are none or they are
 * old, from the archives that this machine itself uses or the user named. The target decides neither what is contacted nor who is trusted.
 */
export async function findUpdates(request: UpdatesRequest, deps: UpdatesDeps, signal: AbortSignal): Promise<UpdatesAnswer> {
  const asked = askedOf(request);
  if (asked.names.size === 0) return { causes: [] };
  if (!/^[a-z][a-z0-9-]*$/.test(asked.codename) || asked.archs.length === 0)
    return {
      causes: [
        unavailable(
          `${visibleText(request.distro.name)} names no release with a security archive`,
          'etc/os-release should hold VERSION_CODENAME.',
        ),
      ],
    };
  const own = securityArchives(await readSources(deps.hostRoot), asked.codename);
  const disk = await readLists(request.root, asked, await signersOf(deps.hostRoot, own), deps.exec, signal);
  const [onDisk] = disk;
  if (onDisk?.kind === 'answer' && ageCauses(onDisk.release, deps.now).length === 0) return answered(onDisk, disk, request, deps.now);
  const online =
    deps.http === undefined
      ? []
      : await askArchives([...own, ...trustedArchives(deps.trusted, request.distro, asked.codename)], asked, deps, deps.http, signal);
  const tried = [...disk, ...online];
  const best = tried.filter((one) => one.kind === 'answer').sort((a, b) => (b.release.date ?? 0) - (a.release.date ?? 0))[0];
  if (best !== undefined) return answered(best, tried, request, deps.now);
  return { causes: await noAnswer(tried, own, request, asked.codename, deps) };
}

function askedOf({ packages, distro }: UpdatesRequest): Asked {
  const installed = packages.filter((item) => item.type === 'deb');
  const counts = new Map<string, number>();
  for (const { arch } of installed)
    if (arch !== undefined && arch !== 'all' && /^[a-z0-9-]+$/.test(arch)) counts.set(arch, (counts.get(arch) ?? 0) + 1);
  // dpkg is of the machine's own architecture; without it the most frequent one is
  const own = installed.find((item) => item.name === 'dpkg')?.arch;
  const archs = [...counts.keys()].sort(
    (a, b) => Number(b === own) - Number(a === own) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || compareText(a, b),
  );
  return { codename: distro.codename ?? '', archs, names: new Set(installed.map((item) => item.name)) };
}

async function readSources(root: string): Promise<AptSource[]> {
  const folder = 'etc/apt/sources.list.d';
  const names = (await namesBelow(root, folder)).filter((name) => /^[A-Za-z0-9_.-]+\.(list|sources)$/.test(name)).slice(0, MAX_FILES);
  const entries: AptSource[] = [];
  for (const path of ['etc/apt/sources.list', ...names.map((name) => `${folder}/${name}`)]) {
    const text = (await readBelow(root, path, MAX_SOURCES))?.toString('utf8');
    if (text !== undefined) entries.push(...(path.endsWith('.sources') ? parseDeb822Sources(text) : parseOneLineSources(text)).entries);
  }
  return entries;
}

/** Source: Debian wiki, "security archive": `CODENAME/updates` up to Debian 10, `CODENAME-security` since. */
function trustedArchives(addresses: readonly string[], distro: Distro, codename: string): SecurityArchive[] {
  const suite = Number.parseInt(distro.release ?? distro.version ?? '', 10) <= 10 ? `${codename}/updates` : `${codename}-security`;
  return addresses.map((address) => ({ address: address.replace(/\/+$/, ''), suite, signedBy: [], keys: [] }));
}

async function askArchives(
  archives: readonly SecurityArchive[],
  asked: Asked,
  deps: UpdatesDeps,
  http: Http,
  signal: AbortSignal,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  const unique = new Map(archives.map((archive) => [`${archive.address} ${archive.suite}`, archive]));
  for (const archive of [...unique.values()].slice(0, MAX_ARCHIVES)) {
    const answer = await askArchive(archive, asked, await signersOf(deps.hostRoot, [archive]), http, deps.exec, signal);
    tried.push(answer);
    if (answer.kind === 'answer') break;
  }
  return tried;
}

function answered(best: Tried & { kind: 'answer' }, tried: readonly Tried[], request: UpdatesRequest, now: Date): UpdatesAnswer {
  const refused = tried.flatMap((one) => (one.kind === 'unverified' ? [unverified(one, false)] : []));
  const installed = request.packages.filter((item) => item.type === 'deb').length;
  const unfixed: UnknownCause = {
    code: 'updates-unfixed-unknown',
    area: 'updates',
    of: 'packages',
    reason: 'waiting updates tell what is fixed, never what is known and unfixed',
    hint: 'plimsoll db update Debian',
    count: installed,
    blocking: false,
  };
  return { available: best.available, causes: [...best.causes, ...refused, ...ageCauses(best.release, now), unfixed] };
}

/** A release whose date is seven days past, whose validity has ended, or which does not say how old it is. */
function ageCauses(release: AptRelease, now: Date): UnknownCause[] {
  const days = release.date === undefined ? undefined : Math.floor((now.getTime() - release.date) / DAY_MS);
  const isExpired = release.validUntil !== undefined && release.validUntil < now.getTime();
  if (days !== undefined && days <= OLD_DAYS && !isExpired) return [];
  const age = days === undefined ? 'do not say how old they are' : `are ${days} days old`;
  const end =
    isExpired && release.validUntil !== undefined ? `, valid until ${new Date(release.validUntil).toISOString().slice(0, 10)}` : '';
  return [
    {
      code: 'data-old',
      area: 'updates',
      of: 'package indexes',
      reason: `the package indexes of the security archive ${age}${end}: later fixes are not in them`,
      hint: 'Run `apt-get update` on the target, or scan without --offline on a machine that uses a mirror of the archive.',
      blocking: false,
    },
  ];
}

async function noAnswer(
  tried: readonly Tried[],
  own: readonly SecurityArchive[],
  request: UpdatesRequest,
  codename: string,
  deps: UpdatesDeps,
): Promise<UnknownCause[]> {
  const refused = tried.flatMap((one) => (one.kind === 'unverified' ? [unverified(one, true)] : []));
  if (refused.length > 0) return refused;
  const reasons = tried.flatMap((one) => (one.kind === 'unavailable' ? [visibleText(one.reason)] : []));
  if (deps.http === undefined) {
    const why = reasons.length > 0 ? reasons.join('; ') : 'none is on disk';
    const hint = 'Run `apt-get update` on the target, or scan without --offline and --no-update.';
    return [unavailable(`no package index of the security archive is at hand, and this run fetches nothing: ${why}`, hint)];
  }
  const known = new Set([...own.map(({ address }) => address), ...deps.trusted].map(normalAddress));
  const named = securityArchives(await readSources(request.root), codename).filter(({ address }) => !known.has(normalAddress(address)));
  const foreign = [...new Set(named.map(({ address }) => withoutCredentials(address)))].slice(0, MAX_ARCHIVES);
  if (foreign.length > 0 && reasons.length === 0) return foreign.map(untrusted);
  const why = reasons.length > 0 ? reasons.join('; ') : `none is on disk, and this machine uses no security archive of ${codename}`;
  const hint = 'Run `apt-get update` on the target, or name a mirror with --trust-repository URL.';
  return [unavailable(`no package index of the security archive is at hand: ${why}`, hint), ...foreign.map(untrusted)];
}

function normalAddress(address: string): string {
  return URL.canParse(address) ? withoutCredentials(address).toLowerCase() : address;
}

function untrusted(address: string): UnknownCause {
  const shown = visibleText(address);
  return {
    code: 'updates-untrusted-repository',
    area: 'updates',
    of: 'repositories',
    reason: `the target names the security archive ${shown}, which this machine does not use: it was not contacted`,
    hint: `If you trust it: --trust-repository ${/^[A-Za-z0-9:/._~%@+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`}`,
    example: shown,
    blocking: false,
  };
}

function unavailable(reason: string, hint: string): UnknownCause {
  return { code: 'updates-unavailable', area: 'updates', of: 'targets', reason, hint, blocking: false };
}

function unverified(one: { readonly reason: string; readonly example?: string }, blocking: boolean): UnknownCause {
  return {
    code: 'updates-unverified',
    area: 'updates',
    of: 'package indexes',
    reason: `a package index of the security archive could not be verified: ${visibleText(one.reason)}`,
    hint: 'It was not used. Run `apt-get update` on the target; this machine needs gpgv and the keyring of the archive (package debian-archive-keyring).',
    ...(one.example === undefined ? {} : { example: visibleText(one.example) }),
    blocking,
  };
}
