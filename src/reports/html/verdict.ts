import type { ScanResult } from '../../model/scan-result.ts';
import { counted, lifecycleWords, noneKnownWords, removedBy, shortDistro } from '../../model/scan-words.ts';
import { type Severity, severities } from '../../model/severity.ts';
import { severityWord } from './layers.ts';
import { clip, html, type Markup } from './markup.ts';

const firstActions = 5;

/** Three sentences for who reads nothing else: what is wrong, what to do first, what is not known. */
export function verdictCards(result: ScanResult): Markup {
  return html`<div class="verdict"><section class="card bad"><h2 class="lead">What is wrong</h2>${wrongWords(result)}</section><section class="card do"><h2 class="lead">What to do first</h2>${doWords(result)}</section><section class="card dunno"><h2 class="lead">What is not known</h2>${unknownWords(result)}</section></div>`;
}

function wrongWords(result: ScanResult): Markup {
  const { summary, target, run } = result;
  const life = target.distro && lifecycleWords(shortDistro(target.distro), target.lifecycle, run.at);
  const lifeLine = life === undefined ? undefined : html`<p>${life}.</p>`;
  if (summary.active === 0) return html`<p>${noneKnownWords(result)}</p>${lifeLine}`;
  const worst = severities.find((one) => summary.bySeverity[one] > 0);
  const worstWords = worst === undefined ? '' : `, ${summary.bySeverity[worst]} of them ${severityWord(worst)}`;
  return html`<p><b>${counted(summary.active, 'finding')}</b>${worstWords}.${
    summary.exploited > 0
      ? html` <b class="critical">${summary.exploited} ${summary.exploited === 1 ? 'is' : 'are'} exploited in the wild.</b>`
      : undefined
  }</p><p class="soft">A fix is known for ${summary.fixable}.${summary.hidden > 0 ? ` ${summary.hidden} are hidden by a display filter.` : ''}</p>${lifeLine}`;
}

function doWords({ actions, summary }: ScanResult): Markup {
  const [first] = actions;
  if (first === undefined)
    return html`<p>${summary.active === 0 ? 'Nothing is known that calls for an action.' : 'No action is known yet that removes a finding.'}</p>`;
  const shown = actions.slice(0, firstActions);
  return html`<p><b>${clip(first.title, 160)}</b></p><p class="soft">It removes ${counted(first.findings.length, 'finding')}. ${
    shown.length > 1 ? `The first ${shown.length} actions together remove ${removedBy(shown)} of ${summary.active}.` : ''
  }</p>`;
}

function unknownWords({ unknowns, summary }: ScanResult): Markup {
  const [first] = [...unknowns].sort((a, b) => Number(b.blocking) - Number(a.blocking));
  if (first === undefined)
    return html`<p>Nothing came up that could not be read or matched.</p><p class="soft">What this version does not look at is named at the end.</p>`;
  const verdict = summary.blockingUnknowns > 0 ? html`<b>This is not a pass.</b> ` : undefined;
  return html`<p>${verdict}${clip(first.area, 40)}: ${clip(first.reason, 200)} (${clip(first.subject, 80)}).</p>${
    unknowns.length > 1 ? html`<p class="soft">And ${unknowns.length - 1} more, below.</p>` : undefined
  }`;
}

/** The counts that the page is summed up in. */
export function countCards({ summary, packages, layers }: ScanResult): Markup {
  const cards: readonly (readonly [string, number, Severity | ''])[] = [
    ...severities.map((one) => [severityWord(one), summary.bySeverity[one], one] as const),
    ['exploited', summary.exploited, 'critical'],
    ['with a fix', summary.fixable, ''],
    ['not counted', summary.suppressed, ''],
    ['packages', packages.length, ''],
    ...(layers.length > 0 ? [['layers', layers.length, ''] as const] : []),
  ];
  return html`<ul class="counts">${cards.map(([word, count, severity]) => html`<li class="${count === 0 ? 'zero' : severity}"><b>${count}</b>${word}</li>`)}</ul>`;
}
