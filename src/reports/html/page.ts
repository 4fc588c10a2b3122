import type { ScanResult } from '../../model/scan-result.ts';
import { counted, packageWords, shortDigest, shortDistro } from '../../model/scan-words.ts';
import { severities } from '../../model/severity.ts';
import { base64, sha256 } from '../../model/sha256.ts';
import { layerPicture, severityWord } from './layers.ts';
import { clip, html, type Markup } from './markup.ts';
import { actionSection, basisSection, findingSection, suppressedSection, unknownSection } from './sections.ts';
import { script, style } from './style.ts';
import { countCards, verdictCards } from './verdict.ts';

/** One target of a page. */
export interface PageEntry {
  readonly result: ScanResult;
  /** A sentence of the one who made the page, shown below the target's name. */
  readonly note?: string;
}

/**
 * One self-contained page about one or several targets; several get an overview first. Nothing is fetched and nothing runs but the page's own
 * script: the policy allows one script and one style sheet, by hash. Source: CSP Level 3, 2.3.1 (hash-source).
 */
export function renderPage(entries: readonly PageEntry[]): string {
  const [only, ...others] = entries;
  const isOne = only !== undefined && others.length === 0;
  const title = isOne ? `${clip(only.result.target.name, 100)}: scan report` : `${counted(entries.length, 'target')}: scan report`;
  const body = isOne
    ? html`${target(only, 'h1', undefined)}`
    : html`<h1>${counted(entries.length, 'target')}</h1>${overview(entries)}${entries.map((entry, i) => html`<section class="target" id="t${i + 1}">${target(entry, 'h2', i)}</section>`)}`;
  const run = only?.result.run;
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${{ markup: policy }}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><title>${title}</title><style>${{ markup: style }}</style></head><body><a class="skip" href="#main">To the report</a><header>${mark()}<b>Plimsoll</b><span class="small">scan report${run === undefined ? '' : `, ${run.at.slice(0, 16).replace('T', ' ')} UTC`}</span><button type="button" id="theme">Light / dark</button></header><main id="main">${body}</main><footer>Made by plimsoll ${run?.version ?? ''}. This page is complete in itself and contacts nobody; links lead to the advisories.</footer><script>${{ markup: script }}</script></body></html>
`;
  return page.markup;
}

function hashOf(text: string): string {
  return `'sha256-${base64(sha256(text))}'`;
}

/** The load line of a ship: a ring and a line through it. */
function mark(): Markup {
  return html`<svg viewBox="0 0 26 26" aria-hidden="true"><circle cx="13" cy="13" r="8.5" fill="none" stroke="currentColor" stroke-width="2.6"/><path d="M1 13h24" stroke="currentColor" stroke-width="2.6"/></svg>`;
}

function target({ result, note }: PageEntry, heading: 'h1' | 'h2', i: number | undefined): Markup {
  const { target: of, layers, packages, run } = result;
  const facts = [
    ...(of.digest === undefined ? [] : [shortDigest(of.digest)]),
    ...(of.distro === undefined ? [] : [shortDistro(of.distro)]),
    `${counted(packages.length, 'package')}${packages.length === 0 ? '' : ` (${packageWords(result)})`}${layers.length === 0 ? '' : ` in ${counted(layers.length, 'layer')}`}`,
    ...(of.config?.architecture === undefined ? [] : [of.config.architecture]),
    ...(run.durationMs > 0 ? [`${(run.durationMs / 1000).toFixed(1)} s`] : []),
  ];
  const name = clip(of.name, 300);
  const details = html`${actionSection(result)}${unknownPart(result)}${layerPicture(result)}${findingSection(result)}${suppressedSection(result)}${basisSection(result)}`;
  const head = heading === 'h1' ? html`<h1>${name}</h1>` : html`<h2>${name}</h2>`;
  const body = i === undefined ? details : html`<details class="all"><summary>All about ${name}</summary>${details}</details>`;
  return html`${head}<p class="soft">${clip(facts.join(' · '), 400)}</p>${note === undefined ? undefined : html`<p>${clip(note, 600)}</p>`}${verdictCards(result)}${countCards(result)}${body}`;
}

function unknownPart(result: ScanResult): Markup | undefined {
  const section = unknownSection(result);
  return section === undefined ? undefined : html`<div class="gap"></div>${section}`;
}

/** One row a target, so that they can be compared; the unknown column says where a small number means little. */
function overview(entries: readonly PageEntry[]): Markup {
  const shown = severities.slice(0, 4);
  return html`<div class="card scroll"><table><thead><tr><th scope="col">Target</th><th scope="col" class="num">Packages</th><th scope="col" class="num">Findings</th>${shown.map((one) => html`<th scope="col" class="num">${severityWord(one)}</th>`)}<th scope="col" class="num">Exploited</th><th scope="col">Do first</th><th scope="col">Not known</th></tr></thead><tbody>${entries.map(
    ({ result: { target: of, summary, packages, actions } }, i) =>
      html`<tr><th scope="row"><a href="#t${i + 1}">${clip(of.name, 80)}</a></th><td class="num">${packages.length}</td><td class="num"><b>${summary.active}</b></td>${shown.map((one) => html`<td class="num">${summary.bySeverity[one] === 0 ? html`0` : html`<b class="${one}">${summary.bySeverity[one]}</b>`}</td>`)}<td class="num">${summary.exploited}</td><td>${clip(actions[0]?.title ?? 'no action known', 100)}</td><td>${
        summary.blockingUnknowns > 0
          ? html`<b>not a pass:</b> ${summary.blockingUnknowns} blocking`
          : summary.unknowns > 0
            ? counted(summary.unknowns, 'note')
            : 'nothing came up'
      }</td></tr>`,
  )}</tbody></table></div>`;
}
