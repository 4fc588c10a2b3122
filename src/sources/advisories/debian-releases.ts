/** Debian's codenames and version numbers, oldest first. Source: debian.org/releases, distro-info-data `debian.csv`. */
export const debianReleases: Readonly<Record<string, string>> = {
  buzz: '1.1',
  rex: '1.2',
  bo: '1.3',
  hamm: '2.0',
  slink: '2.1',
  potato: '2.2',
  woody: '3.0',
  sarge: '3.1',
  etch: '4',
  lenny: '5',
  squeeze: '6',
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
};

/**
 * The ecosystem of a release (`Debian:12`) by its codename or by a suite of it: `bookworm-security`, `bookworm-backports`.
 * `undefined` for names that move (`unstable`, `stable`, `experimental`).
 */
export function debianEcosystem(suite: string): string | undefined {
  const codename = /^[a-z]+/.exec(suite)?.[0] ?? '';
  return Object.hasOwn(debianReleases, codename) ? `Debian:${debianReleases[codename]}` : undefined;
}
