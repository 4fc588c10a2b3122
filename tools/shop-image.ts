// Makes examples/shop into an OCI layout: `node tools/shop-image.ts OUTDIR`. Metadata of packages only; the same bytes every time.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LayerToMake, writeOciLayout } from './oci-layout.ts';

const shop = join(import.meta.dirname, '../examples/shop');

/** The layers of the example: Debian 12.0, then the application. */
export function shopLayers(): LayerToMake[] {
  return [
    { command: '/bin/sh -c #(nop) ADD file:debian-12.0-rootfs in / ', files: debianFiles(), settings: ['/bin/sh -c #(nop)  CMD ["bash"]'] },
    {
      command: 'COPY app /srv/shop # buildkit',
      files: { 'srv/shop/package.json': read('app/package.json'), 'srv/shop/server.js': read('app/server.js') },
    },
    { command: 'RUN /bin/sh -c npm install # buildkit', files: nodeModules(), settings: ['CMD ["node" "server.js"]'] },
  ];
}

function debianFiles(): Record<string, string> {
  const stanzas = rows('debian.tsv').map(([name = '', version = '', source, sourceVersion]) => {
    const from = source === undefined ? [] : [`Source: ${source}${sourceVersion === version ? '' : ` (${sourceVersion})`}`];
    return [
      `Package: ${name}`,
      'Status: install ok installed',
      'Architecture: amd64',
      ...from,
      `Version: ${version}`,
      `Description: ${name}`,
      '',
    ].join('\n');
  });
  return {
    'etc/debian_version': '12.0\n',
    'etc/os-release':
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
    'var/lib/dpkg/status': stanzas.join('\n'),
  };
}

function nodeModules(): Record<string, string> {
  return Object.fromEntries(
    rows('node-modules.tsv').map(([name = '', version = '', license = '']) => [
      `srv/shop/node_modules/${name}/package.json`,
      `${JSON.stringify({ name, version, license }, null, 2)}\n`,
    ]),
  );
}

function rows(file: string): string[][] {
  return read(file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}

function read(file: string): string {
  return readFileSync(join(shop, file), 'utf8');
}

const [out] = process.argv.slice(2);
if (out !== undefined && import.meta.filename === process.argv[1]) {
  rmSync(out, { recursive: true, force: true });
  writeOciLayout(out, 'shop:1.4', shopLayers());
}
