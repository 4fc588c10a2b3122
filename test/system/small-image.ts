import { type BuiltImage, buildImage, type ImageSpec, type Tree } from '../build-image.ts';

const osRelease =
  'ID=debian\nNAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';

/** A dpkg status file of packages `[name, version]`. */
export function dpkgStatus(packages: readonly (readonly [name: string, version: string])[]): string {
  return packages
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nDescription: ${name}\n`,
    )
    .join('\n');
}

const npm = (name: string, version: string): string => JSON.stringify({ name, version, license: 'MIT' });
const python = (name: string, version: string): string => `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nText.\n`;

/** Five layers: Debian, npm and Python packages, a whiteout, an opaque folder, a changed database. Three packages of them are gone in the end. */
export function smallLayers(): Tree[] {
  const site = 'usr/lib/python3/dist-packages';
  return [
    {
      'etc/': '',
      'etc/os-release': osRelease,
      'var/lib/dpkg/status': dpkgStatus([
        ['libc6', '2.36-9'],
        ['openssl', '3.0.9-1'],
        ['zlib1g', '1:1.2.13.dfsg-1'],
      ]),
    },
    {
      'srv/app/node_modules/lodash/package.json': npm('lodash', '4.17.4'),
      'srv/app/node_modules/minimist/package.json': npm('minimist', '1.2.0'),
      'srv/app/node_modules/left-pad/package.json': npm('left-pad', '1.3.0'),
      'srv/app/node_modules/@types/node/package.json': npm('@types/node', '20.0.0'),
      'srv/app/node_modules/copy': { type: 'symlink', target: 'lodash' },
    },
    {
      [`${site}/requests-2.28.1.dist-info/METADATA`]: python('requests', '2.28.1'),
      [`${site}/six-1.16.0.dist-info/METADATA`]: python('six', '1.16.0'),
      'opt/old/node_modules/request/package.json': npm('request', '2.88.0'),
    },
    { 'srv/app/node_modules/.wh.left-pad': '', 'opt/old/.wh..wh..opq': '', [`${site}/.wh.six-1.16.0.dist-info`]: '' },
    {
      'var/lib/dpkg/status': dpkgStatus([
        ['libc6', '2.36-9'],
        ['openssl', '3.0.9-1'],
        ['zlib1g', '1:1.2.13.dfsg-1'],
        ['curl', '7.88.1-10'],
      ]),
    },
  ];
}

/** The image of {@link smallLayers}. */
export function smallImage(spec: Partial<ImageSpec> = {}): BuiltImage {
  return buildImage({ layers: smallLayers(), labels: { 'org.example.name': 'small' }, tags: ['small:1'], ...spec });
}
