import { type Code, codes } from '../../model/codes.ts';
import type { UnknownCause, Warning } from '../../model/unknown.ts';
import type { LayerFacts } from './layer-facts.ts';

/**
 * What the walker could not read or use in each layer (files beyond their budget, links that lead nowhere, odd names), as unknowns and warnings.
 * That a layer ended early is the overlay's to say, and not said twice.
 */
export function layerProblems(layers: readonly (LayerFacts | undefined)[]): { causes: UnknownCause[]; warnings: Warning[] } {
  const causes: UnknownCause[] = [];
  const warnings = new Map<string, { code: Code; reason: string; first: string; count: number; hint: string }>();
  layers.forEach((layer, index) => {
    for (const { code, area, reason, hint, example, blocking } of layer?.problems ?? []) {
      const entry = codes[code];
      if (layer?.complete === false && entry.kind === 'error') continue;
      const where = `${example === '' ? '' : `${example} in `}layer ${index}`;
      if (entry.kind === 'warning') {
        const row = warnings.get(`${code}\n${reason}`) ?? { code, reason, first: where, count: 0, hint };
        row.count += 1;
        warnings.set(`${code}\n${reason}`, row);
      } else causes.push({ code, area, of: 'files', reason, hint, example: where, blocking });
    }
  });
  return {
    causes,
    warnings: [...warnings.values()].map(({ code, reason, first, count, hint }) => ({
      code,
      message: `${reason}: ${first}${count > 1 ? ` and ${count - 1} more` : ''}`,
      hint,
    })),
  };
}
