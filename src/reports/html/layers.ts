import type { ScanResult } from '../../model/scan-result.ts';
import { counted } from '../../model/scan-words.ts';
import { type Severity, severities } from '../../model/severity.ts';
import { clip, html, type Markup } from './markup.ts';

const fullWidth = 1000;

/** A finding that nobody rates is "unrated" to a reader: "unknown" is what the scan could not tell. */
export function severityWord(severity: Severity): string {
  return severity === 'unknown' ? 'unrated' : severity;
}

interface LayerCount {
  readonly packages: number;
  readonly bySeverity: ReadonlyMap<Severity, number>;
  readonly findings: number;
}

function countLayers({ packages, findings }: ScanResult): ReadonlyMap<number, LayerCount> {
  const rows = new Map<number, { packages: number; bySeverity: Map<Severity, number>; findings: number }>();
  const row = (layer: number): { packages: number; bySeverity: Map<Severity, number>; findings: number } => {
    const one = rows.get(layer) ?? { packages: 0, bySeverity: new Map(), findings: 0 };
    rows.set(layer, one);
    return one;
  };
  for (const { layer } of packages) if (layer !== undefined) row(layer).packages++;
  for (const { location, severity, suppressedBy } of findings) {
    if (location?.layer === undefined || suppressedBy !== undefined) continue;
    const one = row(location.layer);
    one.findings++;
    one.bySeverity.set(severity, (one.bySeverity.get(severity) ?? 0) + 1);
  }
  return rows;
}

/** The layers as a picture: for each its command, a bar of the packages it brought in and a bar of the findings that came with it. */
export function layerPicture(result: ScanResult): Markup | undefined {
  if (result.layers.length === 0) return undefined;
  const counts = countLayers(result);
  const most = Math.max(1, ...[...counts.values()].map((one) => one.findings));
  const mostPackages = Math.max(1, ...[...counts.values()].map((one) => one.packages));
  const key = severities.map((one) => html`<span><i class="${one}"></i>${severityWord(one)}</span>`);
  return html`<h2>Where it came in: the layers</h2><div class="card"><p class="key"><span><i class="packages"></i>packages</span>${key}</p><ol class="layers">${result.layers.map(
    (layer) => {
      const count = counts.get(layer.index) ?? { packages: 0, bySeverity: new Map<Severity, number>(), findings: 0 };
      const says = wordsOf(count);
      return html`<li${layer.base === true ? html` class="base"` : undefined}><span class="no">${layer.index}${layer.base === true ? html`<br><span class="small soft">base</span>` : undefined}</span><code>${clip(layer.command ?? layer.digest, 300)}</code><div class="bar">${bars(count, most, mostPackages, says)}<span class="says">${says}</span></div></li>`;
    },
  )}</ol></div>`;
}

function wordsOf({ packages, bySeverity, findings }: LayerCount): string {
  const parts = severities.flatMap((one) => (bySeverity.has(one) ? [`${bySeverity.get(one)} ${severityWord(one)}`] : []));
  if (packages === 0 && findings === 0) return 'no packages, no findings';
  return `${counted(packages, 'package')}, ${findings === 0 ? 'no findings' : `${counted(findings, 'finding')}: ${parts.join(', ')}`}`;
}

/** Two bars on common scales, so that layers can be compared: thin for packages, thick for findings in segments by severity. */
function bars({ packages, bySeverity }: LayerCount, most: number, mostPackages: number, says: string): Markup {
  let x = 0;
  const segments = severities.flatMap((severity) => {
    const width = ((bySeverity.get(severity) ?? 0) / most) * fullWidth;
    if (width === 0) return [];
    const at = x;
    x += width;
    return [html`<rect class="${severity}" x="${at.toFixed(1)}" y="9" width="${Math.max(2, width - 1.5).toFixed(1)}" height="17"/>`];
  });
  return html`<svg viewBox="0 0 ${fullWidth} 26" preserveAspectRatio="none" role="img" aria-label="${says}"><rect class="track" x="0" y="9" width="${fullWidth}" height="17"/><rect class="packages" x="0" y="0" width="${((packages / mostPackages) * fullWidth).toFixed(1)}" height="6"/>${segments}</svg>`;
}
