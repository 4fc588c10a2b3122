import * as z from 'zod';
import { openAdvisories } from '../sources/advisories/index.ts';
import { matchLine } from './match-lines.ts';

const request = z.object({ store: z.string(), lines: z.array(z.string()), now: z.date() });

/** Task of the pool: answers many lines of `dev match` over one store, for embedders who match while their main thread does something else. */
export async function matchLines(input: unknown): Promise<string[]> {
  const { store, lines, now } = request.parse(input);
  const index = openAdvisories(store);
  try {
    return lines.map((line) => matchLine(line, index, now));
  } finally {
    index.close();
  }
}
