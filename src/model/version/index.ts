import { schemeNames } from './aliases.ts';
import { apk } from './apk.ts';
import { composer } from './composer.ts';
import { cran } from './cran.ts';
import { deb } from './deb.ts';
import { gem } from './gem.ts';
import { go } from './go.ts';
import { hackage } from './hackage.ts';
import { hex } from './hex.ts';
import { maven } from './maven.ts';
import { nuget } from './nuget.ts';
import type { VersionOrder, VersionScheme } from './order.ts';
import { pypi } from './pep440.ts';
import { pub } from './pub.ts';
import { rpm } from './rpm.ts';
import { cratesIo, npm, semver } from './semver.ts';

export type { Order, VersionOrder, VersionScheme } from './order.ts';

/** Every scheme with its order. */
export const versionOrders: Readonly<Record<VersionScheme, VersionOrder>> = {
  deb,
  apk,
  rpm,
  semver,
  npm,
  go,
  pypi,
  maven,
  gem,
  composer,
  nuget,
  cran,
  hackage,
  hex,
  pub,
  'crates.io': cratesIo,
};

const byName: ReadonlyMap<string, VersionOrder> = new Map(
  Object.values(versionOrders).flatMap((order) => [order.scheme, ...schemeNames[order.scheme]].map((name) => [name, order] as const)),
);

/**
 * The order that a scheme, a package-url type, an OSV ecosystem (`Debian:12`, `Rocky Linux`) or a distribution goes by, whatever the case.
 * Undefined for a name we do not know: the caller has to say so, never to guess an order.
 */
export function versionOrder(name: string): VersionOrder | undefined {
  const colon = name.indexOf(':');
  return byName.get((colon < 0 ? name : name.slice(0, colon)).trim().toLowerCase());
}
