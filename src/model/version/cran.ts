import { compareComponents, compareLists, type Order, type VersionOrder } from './order.ts';

/**
 * CRAN: at least two integers separated by `.` or `-`, compared from the left; the longer of two equal beginnings is higher.
 * Source: "Writing R Extensions", 1.1.1 The DESCRIPTION file; R documentation, `package_version`.
 */
export const cran: VersionOrder = { scheme: 'cran', compare, valid: (version) => /^[0-9]+(?:[.-][0-9]+)+$/.test(version) };

function compare(a: string, b: string): Order {
  return compareLists(a.trim().split(/[.-]/), b.trim().split(/[.-]/), compareComponents);
}
