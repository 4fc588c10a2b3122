import type { Evidence, Finding, FindingLocation } from '../../model/finding.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { counted, dataAges, dataAgeWords, removedBy } from '../../model/scan-words.ts';
import { severityRank } from '../../model/severity.ts';
import { severityWord } from './layers.ts';
import { clip, html, idLink, type Markup } from './markup.ts';

/** Findings in detail; beyond this number only their row is written, so that the page stays one that opens. */
const detailed = 1000;
const shownActions = 10;
const locationLength = 200;

function whereWords({ layer, path, command }: FindingLocation): string {
  if (layer === undefined) return clip(path, locationLength);
  return `layer ${layer}${command === undefined ? '' : `: ${clip(command, locationLength)}`}`;
}

/** What to do, in order, each with the findings it removes. */
export function actionSection({ actions, summary }: ScanResult): Markup | undefined {
  if (actions.length === 0) return undefined;
  const shown = actions.slice(0, shownActions);
  const more = actions.length - shown.length;
  return html`<h2>Do first</h2><p class="soft">${more > 0 ? `The first ${shown.length} of ${actions.length} actions` : counted(shown.length, 'action')} ${shown.length === 1 ? 'removes' : 'remove'} ${removedBy(shown)} of ${counted(summary.active, 'finding')}.</p><ol class="actions card">${shown.map(
    ({ title, findings, command, location, exploited, critical }) => {
      const ids = [...new Set(findings.map((one) => one.split(' ')[0] ?? ''))];
      return html`<li><div><b>${clip(title, 300)}</b> ${exploited > 0 ? html`<span class="tag critical">exploited: ${exploited}</span> ` : undefined}${
        critical > 0 ? html`<span class="tag critical">critical: ${critical}</span>` : undefined
      }${location === undefined ? undefined : html`<br><span class="small soft">${whereWords(location)}</span>`}</div><span class="num">removes ${findings.length}</span><div class="small">${
        command === undefined ? undefined : html`<pre><code>${clip(command, 1000)}</code></pre>`
      }${ids.slice(0, 3).map((id, i) => html`${i > 0 ? ', ' : ''}${idLink(id)}`)}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}</div></li>`;
    },
  )}</ol>${more > 0 ? html`<p class="soft small">And ${more} more in the JSON report.</p>` : undefined}`;
}

/** What could not be known, with the next step. Marked so that nobody takes it for a pass. */
export function unknownSection({ unknowns, summary }: ScanResult): Markup | undefined {
  if (unknowns.length === 0) return undefined;
  const rows = [...unknowns].sort((a, b) => Number(b.blocking) - Number(a.blocking));
  const says =
    summary.blockingUnknowns > 0
      ? `${counted(summary.blockingUnknowns, 'row')} of ${unknowns.length} ${summary.blockingUnknowns === 1 ? 'forbids' : 'forbid'} a verdict: findings may be missing from this page.`
      : 'No verdict depends on these, but the result is no more than what could be seen.';
  return html`<section class="card warn"><h2>${summary.blockingUnknowns > 0 ? 'Unknown: this is not a pass' : 'Unknown: what this result does not say'}</h2><p>${says}</p><div class="scroll"><table><thead><tr><th scope="col">Area</th><th scope="col">What is not known</th><th scope="col">Next step</th></tr></thead><tbody>${rows.map(
    ({ area, reason, subject, hint, blocking, examples }) =>
      html`<tr><th scope="row">${clip(area, 60)}${blocking ? undefined : html`<br><span class="small soft">note</span>`}</th><td>${clip(reason, 400)}: ${clip(subject, 100)}${
        examples.length === 0 ? undefined : html`<br><span class="small soft">such as ${clip(examples.join(', '), 300)}</span>`
      }</td><td><code>${clip(hint, 300)}</code></td></tr>`,
  )}</tbody></table></div></section>`;
}

/** Every finding that is counted, in the order of priority; sortable where the script runs, whole where it does not. */
export function findingSection({ findings }: ScanResult): Markup | undefined {
  const active = findings.filter((finding) => finding.suppressedBy === undefined).sort((a, b) => a.priority - b.priority);
  if (active.length === 0) return undefined;
  const note =
    active.length > detailed
      ? html`<p class="soft small">Evidence is shown for the first ${detailed}; the JSON report has all.</p>`
      : undefined;
  return html`<h2>Findings</h2>${note}<div class="card"><p class="tools"><input type="search" aria-label="Filter findings" placeholder="Filter: package, id, word"><output class="soft small"></output></p><div class="scroll"><table class="findings"><thead><tr><th scope="col" class="num">#</th><th scope="col">Severity</th><th scope="col">Id</th><th scope="col">Package</th><th scope="col">Installed → fixed</th><th scope="col">Why it stands here</th></tr></thead><tbody>${active.map(
    (finding, i) => findingRow(finding, i),
  )}</tbody></table></div></div>`;
}

function findingRow(finding: Finding, i: number): Markup {
  const { id, severity, subject, installed, fixed, status, location, title, reasons, exploited } = finding;
  const fixedWords = fixed === undefined ? (status === 'will_not_fix' ? 'will not be fixed' : 'no fix known') : `→ ${clip(fixed, 80)}`;
  const layer = location?.layer === undefined ? undefined : html`<br><span class="small soft">layer ${location.layer}</span>`;
  return html`<tr><td class="num prio" data-k="${i}">${i + 1}</td><td data-k="${severityRank(severity)}"><span class="tag ${severity}">${severityWord(severity)}</span>${
    exploited ? html` <span class="tag critical">exploited</span>` : undefined
  }</td><td class="id">${idLink(id)}</td><td>${clip(subject.name, 120)}${layer}</td><td>${clip(installed, 80)} <span class="soft">${fixedWords}</span></td><td>${clip(reasons.join('; '), 300)}${
    i < detailed ? details(finding, title) : undefined
  }</td></tr>`;
}

function details({ evidence, aliases, comparison, location, rating, epss, fix }: Finding, title: string): Markup {
  const row = (name: string, value: string | Markup | undefined): Markup | undefined =>
    value === undefined || value === '' ? undefined : html`<dt>${name}</dt><dd>${value}</dd>`;
  const range =
    comparison === undefined
      ? ''
      : Object.entries(comparison.range)
          .map(([key, value]) => `${key} ${clip(String(value), 80)}`)
          .join(', ');
  const rated =
    rating === undefined
      ? ''
      : [rating.value, `by ${rating.source}`, rating.score, rating.vector].filter((one) => one !== undefined).join(' ');
  return html`<details><summary>evidence</summary><dl>${row('What', clip(title, 400))}${row('Where', location === undefined ? undefined : `${clip(location.path, locationLength)}`)}${row('Remedy', fix === undefined ? undefined : clip(`${fix.text} ${fix.command ?? ''}`.trim(), 400))}${row(
    'Rated',
    clip(rated, 200),
  )}${row('EPSS', epss === undefined ? undefined : String(epss))}${row('Also known as', aliases.length === 0 ? undefined : html`${aliases.slice(0, 10).map((id, i) => html`${i > 0 ? ', ' : ''}${idLink(id)}`)}`)}${row(
    'Compared',
    range === '' ? undefined : `${comparison?.scheme} ${clip(comparison?.installed ?? '', 80)} against: ${range}`,
  )}${evidence.slice(0, 5).map((one) => row(`Evidence (${clip(one.source, 40)})`, evidenceWords(one)))}</dl></details>`;
}

function evidenceWords({ says, asOf }: Evidence): string {
  return `${clip(says, 300)}${asOf === undefined ? '' : ` (data of ${asOf.slice(0, 10)})`}`;
}

/** What is not counted, with whose word and until when. */
export function suppressedSection({ findings }: ScanResult): Markup | undefined {
  const rows = findings.filter((finding) => finding.suppressedBy !== undefined);
  if (rows.length === 0) return undefined;
  const words = {
    ignore: 'waived',
    'not-affected': 'not affected, says the vendor',
    owner: 'the distribution answers for it',
    vex: 'not affected, says a VEX statement',
  };
  return html`<h2>Not counted, and why</h2><div class="card scroll"><table><thead><tr><th scope="col">Id</th><th scope="col">Package</th><th scope="col">Severity</th><th scope="col">How</th><th scope="col">Reason</th></tr></thead><tbody>${rows.map(
    ({ id, subject, installed, severity, suppressedBy }) => {
      const { by = 'ignore', reason = '', owner, expires } = suppressedBy ?? {};
      const notes = [...(owner === undefined ? [] : [owner]), ...(expires === undefined ? [] : [`until ${expires}`])].join(', ');
      return html`<tr><td class="id">${idLink(id)}</td><td>${clip(subject.name, 120)} <span class="soft">${clip(installed, 80)}</span></td><td>${severityWord(severity)}</td><td>${words[by]}</td><td>${clip(reason, 400)}${notes === '' ? '' : ` (${clip(notes, 200)})`}</td></tr>`;
    },
  )}</tbody></table></div>`;
}

/** On what the result rests, how to get it again, and what was not looked at. */
export function basisSection(result: ScanResult): Markup {
  const { run, target, data, warnings, counted: aside } = result;
  const repeat = [
    'plimsoll scan',
    shellWord(target.name),
    '--now',
    run.at,
    ...(run.mode === 'verify-layers' ? ['--verify-layers'] : []),
    '--scanners',
    run.scanners.join(','),
    '--format html=report.html',
  ];
  return html`${
    warnings.length === 0
      ? undefined
      : html`<h2>Warnings</h2><ul class="card warnings">${warnings.slice(0, 100).map(({ message, hint }) => html`<li>${clip(message, 400)}${hint === undefined ? undefined : html` <span class="soft">${clip(hint, 300)}</span>`}</li>`)}</ul>`
  }<h2>What this rests on</h2><div class="card"><div class="scroll"><table><thead><tr><th scope="col">Data</th><th scope="col">As of</th><th scope="col">Coverage</th><th scope="col">Terms of the source</th></tr></thead><tbody>${dataAges(
    data,
    run.at,
  ).map(
    (one) =>
      html`<tr><th scope="row">${clip(one.label, 80)}</th><td>${clip(dataAgeWords({ ...one, partial: false }), 80)}</td><td>${one.partial ? html`<b>partial</b>${one.reason === undefined ? '' : `: ${clip(one.reason, 200)}`}` : 'full'}</td><td>${termsOf(one.source)}</td></tr>`,
  )}</tbody></table></div>${data.length === 0 ? html`<p><b>No advisory data was used.</b></p>` : undefined}${
    run.notCovered.length === 0
      ? undefined
      : html`<p class="soft">This version does not look at: ${clip(run.notCovered.join(', '), 600)}.</p>`
  }${
    Object.keys(aside).length === 0
      ? undefined
      : html`<p class="soft">Seen and not counted as packages: ${clip(
          Object.keys(aside)
            .sort()
            .map((key) => `${aside[key]} ${key}`)
            .join(', '),
          400,
        )}.</p>`
  }<h3>To get this result again</h3><pre><code>${clip(repeat.join(' '), 1000)}</code></pre><p class="small soft">with the same advisory data; ${run.tool} ${run.version}, layers read: ${run.mode}.</p></div>`;
}

/** A name from the command line, quoted where a shell would read more into it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Terms of the sources that are known by name. A source that is missing here is not free: `plimsoll db status` prints the terms of every one. */
function termsOf(source: string): string {
  const name = source.toLowerCase();
  if (name === 'kev') return 'CC0-1.0, CISA';
  if (name === 'epss') return 'attribution to FIRST';
  if (name === 'pypa' || name === 'ghsa') return 'CC-BY-4.0';
  return 'see plimsoll db status';
}
