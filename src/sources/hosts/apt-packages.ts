import type { AvailablePackage } from '../../model/available-update.ts';
import { versionOrder } from '../../model/version/index.ts';

const MAX_STANZA = 1024 * 1024;
const MAX_KEPT = 200_000;

/** What an index holds of the packages that were asked for. */
export interface PackagesIndex {
  readonly packages: readonly AvailablePackage[];
  /** All stanzas, asked for or not. */
  readonly stanzas: number;
  /** Asked for, but without a usable name, version or architecture, or beyond a budget. */
  readonly skipped: number;
}

/** Reads an index piece by piece: `push` the bytes in order, then `finish`. */
export interface PackagesReader {
  push(chunk: Uint8Array): void;
  finish(): PackagesIndex;
}

/**
 * Reads `Packages` of a Debian repository, keeping the packages of `wanted` alone. Source: Debian repository format, "Packages indices"; Debian policy 5.1.
 * Memory: one stanza (1 MiB at most) and what is kept. Other stanzas are passed over without reading their fields.
 */
export function readPackages(wanted: ReadonlySet<string>): PackagesReader {
  const packages: AvailablePackage[] = [];
  let pending = '';
  let stanzas = 0;
  let skipped = 0;
  let isTooLong = false;

  function take(stanza: string): void {
    if (stanza.trim() === '') return;
    stanzas++;
    const name = nameOf(stanza);
    if (name === undefined) {
      skipped++;
      return;
    }
    if (!wanted.has(name)) return;
    const item = readStanza(name, stanza);
    if (item === undefined || packages.length >= MAX_KEPT) skipped++;
    else packages.push(item);
  }

  return {
    push(chunk) {
      // names, versions and architectures are ASCII: one byte, one character, no matter where a chunk is cut
      const text = pending + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      let start = 0;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', start)) {
        if (isTooLong) skipped++;
        else take(text.slice(start, end));
        isTooLong = false;
        start = end + 2;
      }
      pending = text.slice(start);
      if (pending.length > MAX_STANZA) {
        isTooLong = true;
        // the end of a stanza may be cut in two
        pending = pending.slice(-1);
      }
    },
    finish() {
      if (isTooLong) skipped++;
      else take(pending);
      pending = '';
      isTooLong = false;
      return { packages, stanzas, skipped };
    },
  };
}

function nameOf(stanza: string): string | undefined {
  if (stanza.startsWith('Package: ')) {
    const end = stanza.indexOf('\n');
    return (end < 0 ? stanza.slice(9) : stanza.slice(9, end)).trim();
  }
  return field(stanza, 'Package');
}

function field(stanza: string, name: string): string | undefined {
  const value = new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(stanza)?.[1]?.trim();
  return value === '' ? undefined : value;
}

function readStanza(name: string, stanza: string): AvailablePackage | undefined {
  const version = field(stanza, 'Version');
  const arch = field(stanza, 'Architecture');
  if (version === undefined || arch === undefined || !isVersion(version)) return undefined;
  const match = /^(\S+)(?:\s+\(([^)]+)\))?$/.exec(field(stanza, 'Source') ?? name);
  return { name, version, arch, source: { name: match?.[1] ?? name, version: match?.[2] ?? version } };
}

function isVersion(text: string): boolean {
  return versionOrder('deb')?.valid(text) === true;
}
