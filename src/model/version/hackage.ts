import { compareComponents, compareLists, type Order, type VersionOrder } from './order.ts';

/**
 * Hackage: integers separated by dots, compared from the left; the longer of two equal beginnings is higher (so 1.0 < 1.0.0).
 * Source: Haskell Package Versioning Policy; Cabal user guide, `version` (no leading zeros, at most nine digits each).
 */
export const hackage: VersionOrder = {
  scheme: 'hackage',
  compare,
  valid: (version) => version.split('.').every((component) => /^(?:0|[1-9][0-9]{0,8})$/.test(component)),
};

function compare(a: string, b: string): Order {
  return compareLists(a.trim().split('.'), b.trim().split('.'), compareComponents);
}
