import { PlimsollError } from '../model/error.ts';
import { versionOrder, versionOrders } from '../model/version/index.ts';

/**
 * A comparer of lines `a<TAB>b` for one scheme, ecosystem or distribution: -1, 0, 1, or `error` for a line that is not a pair.
 * Malformed versions are ordered as the ecosystem's own tool orders them. Errors: `usage` for a scheme that is not known.
 */
export function versionLineComparer(scheme: string): (line: string) => string {
  const order = versionOrder(scheme);
  if (order === undefined)
    throw new PlimsollError('usage', `unknown version scheme: ${scheme}`, {
      hint: `Known: ${Object.keys(versionOrders).sort().join(', ')} and their ecosystems' names.`,
    });
  return (line) => {
    const [a, b, more] = line.split('\t');
    return a === undefined || b === undefined || more !== undefined ? 'error' : String(order.compare(a, b));
  };
}
