import type { Distro, Lifecycle } from '../../model/distro.ts';
import type { Action, Finding } from '../../model/finding.ts';
import type { Layer } from '../../model/image.ts';
import type { Package } from '../../model/package.ts';
import { compareText } from '../../model/unknown.ts';
import { versionOrder } from '../../model/version/index.ts';
import { upgradeCommand } from './command.ts';
import { families } from './families/table.ts';
import { placeOf } from './locate.ts';

interface Member {
  readonly finding: Finding;
  readonly item: Package | undefined;
}

/**
 * The few things to do that remove the many findings. Every active finding with a fix is in exactly one action: in a move to another release or a rebuild
 * where its package came with the base image (that image's makers fix it, not a line of ours), else in the upgrade of its source package or of the
 * language package. An ended release also takes its findings that no fix will come for. Sorted by exploited, critical, number.
 * No tag of a base image is named: none is known here.
 */
export function planActions(
  findings: readonly Finding[],
  packages: readonly Package[],
  layers: readonly Layer[],
  distro: Distro | undefined,
  lifecycle: Lifecycle | undefined,
): Action[] {
  const byPurl = new Map(packages.map((item) => [item.purl, item]));
  const bases = new Set(layers.filter((layer) => layer.base === true).map((layer) => layer.index));
  const active = findings.filter((finding) => finding.suppressedBy === undefined);
  const ended = active.find((finding) => finding.kind === 'end-of-life' && finding.severity === 'high');
  const migrate: Member[] = [];
  const rebuild: Member[] = [];
  const upgrades = new Map<string, Member[]>();
  for (const finding of active) {
    const item = byPurl.get(finding.subject.purl ?? '');
    const member = { finding, item };
    const inBase = item?.layer !== undefined && bases.has(item.layer);
    const isOs = item !== undefined && families[item.type].kind === 'os';
    if (finding.kind === 'end-of-life') {
      if (finding === ended) migrate.push(member);
    } else if (finding.fixed === undefined) {
      if (ended !== undefined && isOs) migrate.push(member);
    } else if (inBase) (ended === undefined ? rebuild : migrate).push(member);
    else push(upgrades, item === undefined ? finding.subject.name : keyOf(item), member);
  }
  const actions = [...upgrades.values()].map((members) => upgradeAction(members, layers));
  if (rebuild.length > 0) actions.push(rebuildAction(rebuild, distro));
  if (migrate.length > 0) actions.push(migrateAction(migrate, distro, lifecycle));
  return actions.sort(
    (a, b) =>
      b.exploited - a.exploited || b.critical - a.critical || b.findings.length - a.findings.length || compareText(a.title, b.title),
  );
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Binaries of one source are upgraded together; copies of a language package in different versions are different things to do. */
function keyOf(item: Package): string {
  const family = families[item.type];
  return family.kind === 'os' ? `${item.type}\0${family.nameOf(item)}\0${family.versionOf(item)}` : item.purl;
}

function upgradeAction(members: readonly Member[], layers: readonly Layer[]): Action {
  const items = [...new Set(members.flatMap(({ item }) => item ?? []))];
  const [item] = items;
  const target = highest(
    members.flatMap(({ finding }) => finding.fixed ?? []),
    item?.type ?? '',
  );
  const command = upgradeCommand(items, target);
  const location = item === undefined ? undefined : placeOf(item, layers);
  const what =
    item === undefined
      ? members[0]?.finding.subject.name
      : families[item.type].kind === 'os'
        ? families[item.type].nameOf(item)
        : item.name;
  const from = item === undefined ? members[0]?.finding.installed : families[item.type].versionOf(item);
  const prefix = item !== undefined && families[item.type].kind === 'language' ? `${families[item.type].title}:` : 'upgrade';
  return {
    title: `${prefix} ${what} ${from} → ${target}`,
    kind: 'upgrade',
    ...countsOf(members),
    ...(command === undefined ? {} : { command }),
    ...(location === undefined ? {} : { location }),
  };
}

function rebuildAction(members: readonly Member[], distro: Distro | undefined): Action {
  const packages = new Set(members.map(({ item }) => item?.purl)).size;
  return {
    title: `rebuild on a newer build of the ${distro === undefined ? '' : `${distro.name} `}base image (${packages} of its packages ${packages === 1 ? 'has a fix' : 'have fixes'})`,
    kind: 'rebuild',
    ...countsOf(members),
    command: 'docker build --pull --no-cache .',
  };
}

function migrateAction(members: readonly Member[], distro: Distro | undefined, lifecycle: Lifecycle | undefined): Action {
  const when = typeof lifecycle?.eol === 'string' ? `, whose support ended on ${lifecycle.eol}` : ', whose support has ended';
  return { title: `move to a supported release from ${distro?.name ?? 'this release'}${when}`, kind: 'migrate', ...countsOf(members) };
}

function countsOf(members: readonly Member[]): Pick<Action, 'findings' | 'exploited' | 'critical'> {
  return {
    findings: members.map(({ finding }) => `${finding.id} ${finding.subject.purl ?? finding.subject.name}`),
    exploited: members.filter(({ finding }) => finding.exploited).length,
    critical: members.filter(({ finding }) => finding.severity === 'critical').length,
  };
}

/** The version that is at least every fix. */
function highest(versions: readonly string[], type: string): string {
  const order = versionOrder(type);
  const [first = '', ...others] = versions;
  return others.reduce((best, one) => ((order?.compare(one, best) ?? 0) > 0 ? one : best), first);
}
