import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Package } from '../src/model/package.ts';

/** One version of one binary package, as an index lists it. */
export interface Offer {
  readonly name: string;
  readonly version: string;
  readonly arch?: string;
  readonly source?: string;
}

/** Text of a `Packages` file. */
export function packagesText(offers: readonly Offer[]): string {
  return offers
    .map(({ name, version, arch = 'amd64', source }) =>
      [
        `Package: ${name}`,
        ...(source === undefined ? [] : [`Source: ${source}`]),
        `Version: ${version}`,
        `Architecture: ${arch}`,
        'Description: é',
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** Fields of a Release that a test may change; the rest is a security archive of bookworm, signed an hour before {@link archiveNow}. */
export interface ReleaseOptions {
  readonly label?: string;
  readonly codename?: string;
  readonly suite?: string;
  readonly date?: string;
  readonly validUntil?: string;
  readonly byHash?: boolean;
}

/** The time of a run against the archive. */
export const archiveNow = new Date('2026-03-02T13:00:00Z');

/** Text of a Release over the files given by name. */
export function releaseText(files: Readonly<Record<string, Uint8Array | string>>, options: ReleaseOptions = {}): string {
  const rows = Object.entries(files).map(([name, bytes]) => ` ${sha256(bytes)} ${String(Buffer.byteLength(bytes)).padStart(8)} ${name}`);
  return [
    'Origin: Debian',
    `Label: ${options.label ?? 'Debian-Security'}`,
    `Suite: ${options.suite ?? 'stable-security'}`,
    `Codename: ${options.codename ?? 'bookworm-security'}`,
    `Date: ${options.date ?? 'Mon, 02 Mar 2026 12:00:00 UTC'}`,
    `Valid-Until: ${options.validUntil ?? 'Mon, 09 Mar 2026 12:00:00 UTC'}`,
    ...(options.byHash === true ? ['Acquire-By-Hash: yes'] : []),
    'SHA256:',
    ...rows,
    '',
  ].join('\n');
}

/** Lower-case hexadecimal SHA-256. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes files below a root folder, making the folders. */
export function writeBelow(root: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
}

/** An installed Debian package. */
export function debPackage(name: string, version: string, arch = 'amd64', source?: Package['source']): Package {
  const purl = `pkg:deb/debian/${name}@${version}?arch=${arch}`;
  const locations = [{ path: 'var/lib/dpkg/status' }];
  return {
    purl,
    type: 'deb',
    name,
    version,
    arch,
    locations,
    licenses: [],
    from: 'installed',
    ...(source === undefined ? {} : { source }),
  };
}
