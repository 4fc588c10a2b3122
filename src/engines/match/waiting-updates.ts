import type { AvailablePackage, AvailableUpdates } from '../../model/available-update.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import { compareText } from '../../model/unknown.ts';
import { versionOrder } from '../../model/version/index.ts';
import { upgradeCommand } from './command.ts';

interface Waiting {
  readonly item: Package;
  readonly offer: AvailablePackage;
}

/**
 * Which installed Debian packages a verified security archive has a newer version of: one finding a source package. Name and architecture have to agree (`all` is
 * of the machine's own architecture); of several offers the highest counts. A version outside dpkg's grammar is not compared: matching names it already.
 */
export function judgeWaiting(available: AvailableUpdates, packages: readonly Package[]): Finding[] {
  const order = versionOrder('deb');
  if (order === undefined) return [];
  const offers = new Map<string, AvailablePackage[]>();
  for (const offer of available.packages) offers.set(offer.name, [...(offers.get(offer.name) ?? []), offer]);
  const bySource = new Map<string, Waiting[]>();
  for (const item of packages) {
    if (item.type !== 'deb' || item.from !== 'installed' || !order.valid(item.version)) continue;
    const fitting = (offers.get(item.name) ?? []).filter(
      (offer) => order.valid(offer.version) && isSameArch(item.arch, offer.arch, available.nativeArch),
    );
    const offer = fitting.reduce<AvailablePackage | undefined>(
      (best, one) => (best === undefined || order.compare(one.version, best.version) > 0 ? one : best),
      undefined,
    );
    if (offer === undefined || order.compare(item.version, offer.version) >= 0) continue;
    bySource.set(offer.source.name, [...(bySource.get(offer.source.name) ?? []), { item, offer }]);
  }
  return [...bySource].sort(([a], [b]) => compareText(a, b)).flatMap(([source, waiting]) => describe(source, waiting, available));
}

function isSameArch(installed: string | undefined, offered: string, native: string): boolean {
  const own = (arch: string): string => (arch === 'all' ? native : arch);
  return installed === undefined || own(installed) === own(offered);
}

function describe(source: string, waiting: readonly Waiting[], available: AvailableUpdates): Finding[] {
  const sorted = [...waiting].sort((a, b) => compareText(a.item.name, b.item.name) || compareText(a.item.purl, b.item.purl));
  const [first, ...others] = sorted;
  if (first === undefined) return [];
  const { item, offer } = first;
  const command = upgradeCommand(
    sorted.map((one) => one.item),
    offer.version,
  );
  const evidence: Evidence = {
    kind: 'repository-index',
    subject: `${source} ${offer.source.version}`,
    source: available.source,
    says: `${available.release} offers ${offer.name} ${offer.version}`,
    ...(available.asOf === undefined ? {} : { asOf: available.asOf }),
  };
  return [
    {
      id: `waiting-update-${source}`,
      kind: 'waiting-update',
      severity: 'unknown',
      title: `A security update of ${source} is waiting: ${offer.version}`,
      subject: { purl: item.purl, name: item.name },
      installed: item.version,
      fixed: offer.version,
      status: 'fixed',
      aliases: [],
      evidence: [evidence],
      comparison: { scheme: 'deb', installed: item.version, range: { fixed: offer.version } },
      fix: {
        version: offer.version,
        text: `Install the waiting security update of ${source}.`,
        ...(command === undefined ? {} : { command }),
      },
      priority: 0,
      reasons: [
        `a fix is waiting: ${available.release} has ${item.name} ${offer.version}, installed is ${item.version}`,
        ...(others.length === 0
          ? []
          : [
              `built from the same source: ${others.map((one) => `${one.item.name} ${one.item.version} → ${one.offer.version}`).join(', ')}`,
            ]),
        'the index tells what is fixed, not how bad it is',
      ],
      exploited: false,
    },
  ];
}
