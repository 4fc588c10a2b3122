import { openPack, type Pack } from '../../base/pack/reader.ts';
import type { AdvisoryRecord, AdvisoryRow, Coverage, EpssScore, KevEntry } from '../../model/advisory.ts';
import type { Lifecycle } from '../../model/distro.ts';
import { isPlimsollError } from '../../model/error.ts';
import type { AdvisoryIndex } from '../../model/ports.ts';
import type { UnknownCause } from '../../model/unknown.ts';
import type { FeedKind } from './importer.ts';
import { packPath, readManifest } from './store.ts';
import { baseEcosystem } from './store-build.ts';
import type { PackEntryOfManifest } from './store-manifest.ts';
import {
  decodeEpss,
  decodeKev,
  decodeLifecycle,
  decodeRecord,
  decodeRows,
  epssKey,
  kevKey,
  lifecycleKey,
  mergeRecords,
  recordKey,
  rowKey,
} from './store-rows.ts';

/** The index of a store folder. `close` gives its files back; a process that ends need not call it. */
export interface OpenAdvisoryIndex extends AdvisoryIndex {
  close(): void;
}

/** A pack of the manifest, opened at its first need, left out for good once it showed damage. */
interface Member {
  readonly entry: PackEntryOfManifest;
  pack: Pack | undefined;
  damaged: boolean;
}

/**
 * Opens the advisory data of a store. Only the manifest is read now; packs are opened when they are asked. A generation that was opened stays readable
 * while newer ones are written. Never throws for what the store holds: damage is in `causes()`, as blocking `data-damaged`.
 */
export function openAdvisories(store: string): OpenAdvisoryIndex {
  const causes: UnknownCause[] = [];
  const members: Member[] = [];
  try {
    for (const entry of readManifest(store).packs) members.push({ entry, pack: undefined, damaged: false });
  } catch (error) {
    if (!isPlimsollError(error, 'pack-damaged')) throw error;
    causes.push(damage('advisories', 'manifest.json', error.message));
  }
  const ofKind = (kind: FeedKind) => members.filter((member) => member.entry.kind === kind);

  /** Runs `ask` on a member's pack; a member that shows damage is named and left out from then on. */
  function guarded<T>(member: Member, area: string, ask: (pack: Pack) => T): T | undefined {
    if (member.damaged) return undefined;
    try {
      member.pack ??= openPack(packPath(store, member.entry.file), member.entry.root);
      return ask(member.pack);
    } catch (error) {
      if (!isPlimsollError(error, 'pack-damaged') && !(error instanceof SyntaxError)) throw error;
      member.damaged = true;
      member.pack?.close();
      member.pack = undefined;
      const { source, part } = member.entry;
      causes.push(damage(area, part === '' ? source : `${source} ${part}`, error.message));
      return undefined;
    }
  }

  /** Values of many keys in one pack, asked in byte order so that neighbours share a block, answered in the order asked. */
  function values<T>(
    member: Member,
    area: string,
    keys: readonly SortedKey[],
    decode: (value: string, at: number) => T,
  ): (T | undefined)[] {
    const found = guarded(member, area, (pack) => {
      const out: (T | undefined)[] = new Array(keys.length).fill(undefined);
      for (const { key, at } of keys) {
        const value = pack.get(key);
        if (value !== undefined) out[at] = decode(value.toString('utf8'), at);
      }
      return out;
    });
    return found ?? [];
  }

  function rows(ecosystem: string, names: readonly string[]) {
    const keys = sortKeys(names.map((name) => rowKey(ecosystem, name)));
    const out: AdvisoryRow[][] = names.map(() => []);
    const coverage: Coverage[] = [];
    const knowing = membersFor(ofKind('advisories'), ecosystem);
    for (const member of knowing) {
      const { source } = member.entry;
      const found = values(member, baseEcosystem(ecosystem), keys, (value, at) => decodeRows(value, ecosystem, names[at] ?? '', source));
      if (member.damaged) continue;
      found.forEach((more, at) => {
        if (more !== undefined) out[at]?.push(...more);
      });
      for (const item of member.entry.coverage) if (item.ecosystem === ecosystem) coverage.push(coverageOf(member.entry, item));
    }
    return { rows: out, coverage };
  }

  /** The first answer of any pack of a kind, for each key. */
  function firstOf<T>(kind: FeedKind, keys: readonly string[], decode: (value: string, at: number) => T | undefined): (T | undefined)[] {
    const sorted = sortKeys(keys);
    const out: (T | undefined)[] = new Array(keys.length).fill(undefined);
    for (const member of ofKind(kind))
      values(member, kind, sorted, decode).forEach((value, at) => {
        out[at] ??= value;
      });
    return out;
  }

  function records(ids: readonly string[]) {
    const sorted = sortKeys(ids.map(recordKey));
    const found: AdvisoryRecord[][] = ids.map(() => []);
    for (const member of members)
      values(member, areaOf(member.entry), sorted, (value, at) => decodeRecord(ids[at] ?? '', value)).forEach((record, at) => {
        if (record !== undefined) found[at]?.push(record);
      });
    return found.map(mergeRecords);
  }

  return {
    rows,
    records,
    kev: (cves): (KevEntry | undefined)[] => firstOf('kev', cves.map(kevKey), (value, at) => decodeKev(cves[at] ?? '', value)),
    epss: (cves): (EpssScore | undefined)[] =>
      firstOf(
        'epss',
        cves.map((cve) => epssKey(cve).key),
        (value, at) => decodeEpss(cves[at] ?? '', value),
      ),
    lifecycle: (product, cycle): Lifecycle | undefined =>
      firstOf('lifecycle', [lifecycleKey(product, cycle)], (value) => decodeLifecycle(product, cycle, value))[0],
    sources: () =>
      members.flatMap((member) => {
        const { entry } = member;
        if (entry.kind === 'advisories') return [];
        // Opened now, so that the date of a pack that cannot be read is not shown.
        guarded(member, entry.kind, (pack) => pack.blocks);
        if (member.damaged) return [];
        const partial = entry.coverage.find((item) => item.state === 'partial');
        return [coverageOf(entry, { ...(partial ?? { state: 'full' }), ecosystem: entry.kind })];
      }),
    causes: () => [...causes],
    close() {
      for (const member of members) {
        member.pack?.close();
        member.pack = undefined;
      }
    },
  };
}

interface SortedKey {
  readonly key: Buffer;
  readonly at: number;
}

function sortKeys(keys: readonly string[]): SortedKey[] {
  return keys.map((key, at) => ({ key: Buffer.from(key), at })).sort((a, b) => Buffer.compare(a.key, b.key));
}

/**
 * The packs that know an ecosystem. Where a source has a full pack of just this ecosystem, that one speaks for the source, and not what some older or mixed
 * collection of the same source said of it.
 */
function membersFor(members: readonly Member[], ecosystem: string): Member[] {
  const knowing = members.filter((member) => member.entry.coverage.some((item) => item.ecosystem === ecosystem));
  const base = baseEcosystem(ecosystem);
  const isWhole = ({ damaged, entry }: Member) =>
    !damaged && entry.part === base && entry.coverage.some((item) => item.ecosystem === ecosystem && item.state === 'full');
  const whole = new Set(knowing.filter(isWhole).map((member) => member.entry.source));
  return knowing.filter((member) => isWhole(member) || !whole.has(member.entry.source));
}

function coverageOf(entry: PackEntryOfManifest, item: Omit<Coverage, 'source' | 'asOf'>): Coverage {
  return { source: entry.source, ...item, ...(entry.asOf === undefined ? {} : { asOf: entry.asOf }) };
}

function areaOf(entry: PackEntryOfManifest): string {
  if (entry.kind !== 'advisories') return entry.kind;
  return entry.part !== '' ? entry.part : baseEcosystem(entry.coverage[0]?.ecosystem ?? 'advisories');
}

function damage(area: string, what: string, why: string): UnknownCause {
  return {
    code: 'data-damaged',
    area,
    of: 'packs',
    reason: `The data of ${what} was not used. ${why}.`,
    hint: 'Run `plimsoll db update`, or import the data again.',
    example: what,
    blocking: true,
  };
}
