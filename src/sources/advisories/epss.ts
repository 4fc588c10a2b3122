import { dateOf } from './fields.ts';
import type { Importer } from './importer.ts';

const line = /^(CVE-\d{4}-\d{4,})[,;](\d(?:\.\d+)?(?:[eE]-\d+)?)[,;](\d(?:\.\d+)?(?:[eE]-\d+)?)$/;
const start = /^\s*(?:#model_version:[^\n]*\n)?(?:cve,epss,percentile\s*\n)?CVE-\d{4}-\d{4,}[,;][\d.eE-]+[,;]/;

/**
 * Probability of exploitation in the next 30 days, by FIRST: its own CSV with a `#model_version:…,score_date:…` comment and a header, or
 * lines `cve;epss;percentile` without either. Numbers are kept to five decimals, which is what FIRST publishes.
 * Source: first.org/epss/data_stats.
 */
export const importer: Importer = {
  id: 'epss',
  kind: 'epss',
  title: 'Exploit Prediction Scoring System (EPSS)',
  licence: 'free use with attribution',
  attribution: 'EPSS data by FIRST.org, https://www.first.org/epss/',

  accepts(file) {
    return start.test(file.text.slice(0, 512));
  },

  read(file, emit) {
    for (let from = 0; from < file.text.length; ) {
      const end = file.text.indexOf('\n', from);
      const text = file.text.slice(from, end === -1 ? undefined : end).trim();
      from = end === -1 ? file.text.length : end + 1;
      const match = line.exec(text);
      const [, cve, score, percentile] = match ?? [];
      if (cve !== undefined && Number(score) <= 1 && Number(percentile) <= 1) {
        emit.epss({ cve, score: round(Number(score)), percentile: round(Number(percentile)) });
      } else if (text.startsWith('#')) {
        const date = dateOf(/score_date:([^,\s]+)/.exec(text)?.[1]);
        if (date !== undefined) emit.published(date);
      } else if (text !== '' && text !== 'cve,epss,percentile') emit.skipped('line that is no score', text.slice(0, 80));
    }
  },
};

function round(value: number): number {
  return Math.round(value * 100_000) / 100_000;
}
