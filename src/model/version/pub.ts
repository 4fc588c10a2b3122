import { compareLists, compareNumber, type Order, type VersionOrder } from './order.ts';
import { compareIdentifiers, compareLoose, isIdentifier, parseLoose } from './semver.ts';

/**
 * Dart and Flutter: Semantic Versioning where build metadata counts too: a build is above the plain version, and builds are ordered like
 * pre-releases. Leading zeros are allowed. Source: dart.dev, "Package versioning"; package pub_semver, class Version.
 */
export const pub: VersionOrder = { scheme: 'pub', compare, valid };

function compare(a: string, b: string): Order {
  const left = parseLoose(a);
  const right = parseLoose(b);
  const order = compareLoose(left, right);
  if (order !== 0) return order;
  if (left.build.length === 0 || right.build.length === 0) return compareNumber(left.build.length, right.build.length);
  return compareLists(left.build, right.build, compareIdentifiers);
}

function valid(version: string): boolean {
  const { numbers, text } = parseLoose(version);
  if (text !== undefined || numbers.length !== 3) return false;
  const rest = /^[0-9]+\.[0-9]+\.[0-9]+([-+].*)?$/s.exec(version);
  if (rest === null) return false;
  const plus = version.indexOf('+');
  const release = plus < 0 ? version : version.slice(0, plus);
  const dash = release.indexOf('-');
  const pre = dash < 0 ? [] : release.slice(dash + 1).split('.');
  const build = plus < 0 ? [] : version.slice(plus + 1).split('.');
  return [...pre, ...build].every(isIdentifier);
}
