import type { Order, VersionOrder } from './order.ts';
import { compareLoose, isIdentifier, type LooseVersion, parseLoose } from './semver.ts';

/**
 * NuGet: up to four numbers, missing ones are zero, leading zeros are dropped, pre-release labels without regard to case, build metadata
 * ignored. Source: learn.microsoft.com, "NuGet package versioning" (normalised version numbers, pre-release versions).
 */
export const nuget: VersionOrder = { scheme: 'nuget', compare, valid };

function compare(a: string, b: string): Order {
  return compareLoose(folded(a), folded(b));
}

function valid(version: string): boolean {
  const text = version.trim();
  const plus = text.indexOf('+');
  const release = plus < 0 ? text : text.slice(0, plus);
  const dash = release.indexOf('-');
  const numbers = (dash < 0 ? release : release.slice(0, dash)).split('.');
  if (numbers.length > 4 || !numbers.every((number) => /^[0-9]+$/.test(number))) return false;
  const labels = [...(dash < 0 ? [] : release.slice(dash + 1).split('.')), ...(plus < 0 ? [] : text.slice(plus + 1).split('.'))];
  return labels.every(isIdentifier);
}

function folded(version: string): LooseVersion {
  return parseLoose(version.toLowerCase());
}
