import type { Finding, FindingLocation } from '../../model/finding.ts';
import type { Layer } from '../../model/image.ts';
import type { Package } from '../../model/package.ts';

/** Says where each finding came in: the file that proves the package, its layer, and the history line that made the layer. */
export function locate(findings: readonly Finding[], packages: readonly Package[], layers: readonly Layer[]): Finding[] {
  const byPurl = new Map(packages.map((item) => [item.purl, item]));
  return findings.map((finding) => {
    const item = finding.location === undefined ? byPurl.get(finding.subject.purl ?? '') : undefined;
    const location = item === undefined ? undefined : placeOf(item, layers);
    return location === undefined ? finding : { ...finding, location };
  });
}

/** Where a package came in: its own layer, not that of a later file that lists it still. */
export function placeOf(item: Package, layers: readonly Layer[]): FindingLocation | undefined {
  const [first] = item.locations;
  if (first === undefined) return undefined;
  const layer = item.layer ?? first.layer;
  const command = layer === undefined ? undefined : layers.find((one) => one.index === layer)?.command;
  return { path: first.path, ...(layer === undefined ? {} : { layer }), ...(command === undefined ? {} : { command }) };
}
