import type { Coverage } from '../../model/advisory.ts';
import type { Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import type { Family } from './families/family.ts';

/** An ecosystem that was asked about, with what its data covers. */
export interface Asked {
  readonly family: Family;
  readonly ecosystem: string;
  readonly coverage: readonly Coverage[];
}

/**
 * A language package that an OS package installed is the distribution's to judge: it backports fixes under versions of its own.
 * Where the distribution's data is at hand, the same vulnerability is one finding, the OS package's, and others are kept, suppressed, with the reason.
 * Without any such data the language's finding stands, and says so. Nothing is dropped without a word.
 */
export function settleOwners(findings: readonly Finding[], packages: readonly Package[], asked: readonly Asked[]): Finding[] {
  const byPurl = new Map(packages.map((item) => [item.purl, item]));
  const owned = new Map<string, Package>();
  for (const item of packages) {
    const owner = item.owner === undefined ? undefined : byPurl.get(item.owner);
    if (owner !== undefined && owner !== item) owned.set(item.purl, owner);
  }
  if (owned.size === 0) return [...findings];
  const ofOwner = new Map<string, Finding[]>();
  for (const finding of findings) {
    const purl = finding.subject.purl ?? '';
    if (owned.has(purl)) continue;
    const list = ofOwner.get(purl);
    if (list === undefined) ofOwner.set(purl, [finding]);
    else list.push(finding);
  }
  const notes = new Map<Finding, string[]>();
  const settled = findings.flatMap((finding): Finding[] => {
    const owner = owned.get(finding.subject.purl ?? '');
    if (owner === undefined) return [finding];
    const same = ofOwner.get(owner.purl)?.find((one) => sameVulnerability(one, finding));
    if (same !== undefined) {
      notes.set(same, [
        ...(notes.get(same) ?? []),
        `${owner.name} installed ${finding.subject.purl ?? ''}, which the same advisory names: one finding`,
      ]);
      return [];
    }
    const data = asked.find((one) => one.family.type === owner.type && one.coverage.length > 0);
    const by = `installed by ${data?.family.title ?? 'OS'} package ${owner.name} ${owner.version}`;
    if (data === undefined)
      return [{ ...finding, reasons: [...finding.reasons, `${by}; there is no data of its distribution that could answer instead`] }];
    if (finding.suppressedBy !== undefined) return [finding];
    const partial = data.coverage.some((one) => one.state === 'full') ? '' : ', which is partial';
    return [
      { ...finding, suppressedBy: { by: 'owner', reason: `${by}; the data of ${data.ecosystem}${partial}, decides and does not name it` } },
    ];
  });
  return settled.map((finding) => {
    const note = notes.get(finding);
    return note === undefined ? finding : { ...finding, reasons: [...finding.reasons, ...note] };
  });
}

function sameVulnerability(a: Finding, b: Finding): boolean {
  return a.id === b.id || a.aliases.includes(b.id) || b.aliases.includes(a.id) || a.aliases.some((alias) => b.aliases.includes(alias));
}
