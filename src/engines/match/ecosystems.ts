import type { Distro } from '../../model/distro.ts';
import type { Package } from '../../model/package.ts';
import { compareText } from '../../model/unknown.ts';
import { families } from './families/table.ts';

/** Which data would be asked for these packages, by OSV's names (`Debian:12`, `npm`). What cannot be matched asks for nothing. */
export function ecosystemsOf(packages: readonly Package[], distro: Distro | undefined): string[] {
  const types = new Set(packages.map((item) => item.type));
  const names = [...types].map((type) => families[type].ecosystem(distro)).filter((name) => typeof name === 'string');
  return [...new Set(names)].sort(compareText);
}
