import { compareDigits, compareLists, compareNumber, type Order, type VersionOrder } from './order.ts';
import { compareIdentifiers, isIdentifier, isPlainNumber } from './semver.ts';

/**
 * Go modules and the standard library. A leading `v` is optional here, since advisories leave it out. Pseudo-versions are ordinary
 * pre-releases, `+incompatible` is build metadata and does not count, `v1` and `v1.2` are short for `.0`. A string that is no version is
 * below every version and equal to every other such string. Source: go.dev/ref/mod#versions; package golang.org/x/mod/semver.
 * Releases of Go itself (`go1.21rc2`) read as `1.21.0-rc.2`, the form of the Go vulnerability database.
 */
export const go: VersionOrder = { scheme: 'go', compare, valid: (version) => parse(version) !== undefined };

interface GoVersion {
  numbers: string[];
  pre: string[];
}

function compare(a: string, b: string): Order {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) return compareNumber(left === undefined ? 0 : 1, right === undefined ? 0 : 1);
  for (let i = 0; i < 3; i++) {
    const order = compareDigits(left.numbers[i] ?? '', right.numbers[i] ?? '');
    if (order !== 0) return order;
  }
  if (left.pre.length === 0 || right.pre.length === 0) return compareNumber(right.pre.length, left.pre.length);
  return compareLists(left.pre, right.pre, compareIdentifiers);
}

function parse(version: string): GoVersion | undefined {
  return parseToolchain(version) ?? parseModule(version.replace(/^v/, ''));
}

/** `go1.21`, `go1.21.3`, `1.21rc2`; what follows a space (` X:boringcrypto`) names the experiment it was built with. */
function parseToolchain(version: string): GoVersion | undefined {
  const found = /^(go)?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:(alpha|beta|rc)([0-9]+))?(?: .*)?$/s.exec(version);
  if (found === null) return undefined;
  const [, prefix, major = '', minor = '', patch = '', stage, count = ''] = found;
  if (prefix === undefined && stage === undefined) return undefined;
  return { numbers: [major, minor, patch], pre: stage === undefined ? [] : [stage, count] };
}

function parseModule(version: string): GoVersion | undefined {
  const plus = version.indexOf('+');
  const release = plus < 0 ? version : version.slice(0, plus);
  const dash = release.indexOf('-');
  const numbers = (dash < 0 ? release : release.slice(0, dash)).split('.');
  const pre = dash < 0 ? [] : release.slice(dash + 1).split('.');
  if (numbers.length > 3 || !numbers.every(isPlainNumber)) return undefined;
  if (numbers.length < 3 && release.length + (plus < 0 ? 0 : 1) > numbers.join('.').length) return undefined;
  if (
    plus >= 0 &&
    !version
      .slice(plus + 1)
      .split('.')
      .every(isIdentifier)
  )
    return undefined;
  if (!pre.every((id) => isIdentifier(id) && (!/^[0-9]+$/.test(id) || isPlainNumber(id)))) return undefined;
  return { numbers, pre };
}
