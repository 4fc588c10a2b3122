import { createHash } from 'node:crypto';
import type { Exec } from '../../base/exec.ts';
import type { AvailablePackage, AvailableUpdates } from '../../model/available-update.ts';
import { isPlimsollError } from '../../model/error.ts';
import type { UnknownCause } from '../../model/unknown.ts';
import { type PackagesIndex, readPackages } from './apt-packages.ts';
import type { AptRelease, ReleaseFile } from './apt-release.ts';

const MAX_UNPACKED = 512 * 1024 ** 2;
const UNPACK_MS = 120_000;

/** Endings of index files, the ones that unpack fastest first. */
export const packings = ['', '.lz4', '.zst', '.xz', '.gz'] as const;

/** How an index is packed, by the ending of its name; what comes out is judged by its hash. */
export type IndexPacking = (typeof packings)[number];

/** What is asked of the indexes. */
export interface Asked {
  /** `bookworm`; a plain word. */
  readonly codename: string;
  /** The machine's own architecture, then foreign ones. */
  readonly archs: readonly string[];
  /** Names of installed packages. */
  readonly names: ReadonlySet<string>;
}

/** A stored index, with the rows of the verified release that it has to agree with. */
export interface StoredIndex {
  readonly packing: IndexPacking;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Row of the unpacked file. */
  readonly plain?: ReleaseFile;
  /** Row of the packed file; it decides where there is no row of the unpacked one. */
  readonly packed?: ReleaseFile;
}

/** One index, read; or why not: `absent` (nothing there), `unread` (a program or connection is missing), `false` (not what the release vouches for). */
export type IndexAnswer =
  | { readonly kind: 'read'; readonly index: PackagesIndex }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread' | 'false'; readonly reason: string };

const programs: Readonly<Record<Exclude<IndexPacking, ''>, readonly [string, ...string[]]>> = {
  '.lz4': ['lz4', '-d', '-c', '-q'],
  '.zst': ['zstd', '-d', '-c', '-q', '--memory=256MB'],
  '.xz': ['xz', '-d', '-c', '-q', '--memlimit-decompress=256MiB'],
  '.gz': ['gzip', '-d', '-c', '-q'],
};

/** Unpacks an index with the host's program, reads it and compares it with the release. What was read of a false one is dropped. */
export async function readIndex(stored: StoredIndex, names: ReadonlySet<string>, exec: Exec, signal: AbortSignal): Promise<IndexAnswer> {
  const reader = readPackages(names);
  const plain = tally();
  const packed = tally();
  const take = (chunk: Uint8Array): void => {
    plain.add(chunk);
    reader.push(chunk);
  };
  try {
    // what is longer than the release says is false already
    const maxBytes = Math.min(stored.plain?.size ?? MAX_UNPACKED, MAX_UNPACKED);
    const problem = await unpack(stored.packing, tapped(stored.bytes, packed.add), { maxBytes, take }, exec, signal);
    if (problem !== undefined) return { kind: 'false', reason: problem };
  } catch (error) {
    if (!isPlimsollError(error) || error.code === 'interrupted') throw error;
    return { kind: error.code === 'program-missing' ? 'unread' : 'false', reason: error.message };
  }
  const agrees = stored.plain !== undefined ? plain.is(stored.plain) : stored.packed !== undefined && packed.is(stored.packed);
  if (!agrees) return { kind: 'false', reason: 'it is not the file that the signed release names (size or SHA-256 differ)' };
  return { kind: 'read', index: reader.finish() };
}

async function unpack(
  packing: IndexPacking,
  bytes: AsyncIterable<Uint8Array>,
  out: { readonly maxBytes: number; readonly take: (chunk: Uint8Array) => void },
  exec: Exec,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (packing === '') {
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > out.maxBytes) return `it is larger than ${out.maxBytes} bytes`;
      out.take(chunk);
    }
    return undefined;
  }
  const [program, ...args] = programs[packing];
  const { status } = await exec.run({ program, args, stdin: bytes, maxBytes: out.maxBytes, timeoutMs: UNPACK_MS, signal, write: out.take });
  return status === 0 ? undefined : `${program} cannot unpack it: it is cut or damaged`;
}

async function* tapped(bytes: AsyncIterable<Uint8Array>, add: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    add(chunk);
    yield chunk;
  }
}

/** Size and SHA-256 of what went by. */
function tally(): { add(chunk: Uint8Array): void; is(row: ReleaseFile): boolean } {
  const hash = createHash('sha256');
  let size = 0;
  return {
    add(chunk) {
      size += chunk.length;
      hash.update(chunk);
    },
    is: (row) => size === row.size && hash.digest('hex') === row.sha256,
  };
}

/** An answer of one release, or why there is none. `unverified`: something is there that nobody vouches for. */
export type Tried =
  | {
      readonly kind: 'answer';
      readonly available: AvailableUpdates;
      readonly release: AptRelease;
      readonly causes: readonly UnknownCause[];
    }
  | { readonly kind: 'unverified' | 'unavailable'; readonly reason: string; readonly example?: string };

/**
 * Reads the indexes of a verified release: `main` of the machine's own architecture has to be there, or there is no answer. Other components count where they
 * are; what is there and cannot be used is a cause.
 */
export async function gather(
  release: AptRelease,
  source: string,
  asked: Asked,
  open: (component: string, arch: string) => Promise<IndexAnswer>,
): Promise<Tried> {
  const packages: AvailablePackage[] = [];
  const causes: UnknownCause[] = [];
  const [nativeArch = ''] = asked.archs;
  let skipped = 0;
  for (const arch of asked.archs)
    for (const component of componentsOf(release, arch)) {
      const answer = await open(component, arch);
      const example = `${component}/binary-${arch}`;
      if (answer.kind === 'read') {
        packages.push(...answer.index.packages);
        skipped += answer.index.skipped;
        continue;
      }
      const reason = answer.kind === 'absent' ? 'its package index is not there' : answer.reason;
      const isMain = component === 'main';
      if (isMain && arch === nativeArch)
        return {
          kind: answer.kind === 'false' ? 'unverified' : 'unavailable',
          reason: `${source}: ${example}: ${reason}`,
          example: source,
        };
      if (answer.kind === 'absent' && !isMain) continue;
      causes.push({
        code: answer.kind === 'false' ? 'updates-unverified' : 'updates-unavailable',
        area: 'updates',
        of: 'package indexes',
        reason: `a package index of the security archive was not used: ${reason}`,
        hint: 'Run `apt-get update` on the target and scan again.',
        example,
        blocking: answer.kind === 'false',
      });
    }
  if (!componentsOf(release, nativeArch).includes('main'))
    return { kind: 'unavailable', reason: `${source} has no packages for ${nativeArch}`, example: source };
  if (skipped > 0) causes.push(skippedCause(skipped, source));
  const asOf = release.date === undefined ? {} : { asOf: new Date(release.date).toISOString() };
  const title = [release.label ?? release.origin, release.codename].filter((word) => word !== undefined).join(' ');
  return { kind: 'answer', available: { release: title, source, ...asOf, nativeArch, packages }, release, causes };
}

function skippedCause(count: number, example: string): UnknownCause {
  return {
    code: 'package-record-invalid',
    area: 'updates',
    of: 'stanzas',
    reason: 'records of a package index lack a usable name, version or architecture',
    hint: 'Run `apt-get update` on the target and scan again.',
    count,
    example,
    blocking: false,
  };
}

/** Components that have packages of an architecture, `main` first. */
function componentsOf(release: AptRelease, arch: string): string[] {
  const components = new Set<string>();
  for (const path of release.files.keys()) {
    const match = /^([a-z0-9-]+)\/binary-([a-z0-9-]+)\/Packages(?:\.xz|\.gz|\.zst)?$/.exec(path);
    if (match?.[1] !== undefined && match[2] === arch) components.add(match[1]);
  }
  return [...components].sort((a, b) => Number(b === 'main') - Number(a === 'main') || (a < b ? -1 : 1));
}
