import { createHash } from 'node:crypto';
import type { Exec } from '../../base/exec.ts';
import { isPlimsollError } from '../../model/error.ts';
import type { Http } from '../../model/ports.ts';
import { type Asked, gather, type IndexAnswer, readIndex, type Tried } from './apt-index.ts';
import { type AptRelease, isSecurityRelease, parseRelease } from './apt-release.ts';
import type { SecurityArchive } from './apt-sources.ts';
import { type Signers, verifyInline } from './apt-verify.ts';

const MAX_RELEASE = 8 * 1024 ** 2;
const MAX_PACKED = 96 * 1024 ** 2;
const SILENCE_MS = 30_000;

/** What one security archive offers. Its address has to come from this machine's configuration or from the user. Source: Debian repository format. */
export async function askArchive(
  archive: SecurityArchive,
  asked: Asked,
  signers: readonly Signers[],
  http: Http,
  exec: Exec,
  signal: AbortSignal,
): Promise<Tried> {
  const base = `${archive.address}/dists/${archive.suite}`;
  const shown = withoutCredentials(base);
  const inRelease = await fetchBytes(`${base}/InRelease`, MAX_RELEASE, http, signal);
  if ('reason' in inRelease) return { kind: 'unavailable', reason: inRelease.reason, example: shown };
  const verified = await verifyInline(inRelease.bytes, signers, exec, signal);
  if ('problem' in verified) return { kind: 'unverified', reason: `${shown}/InRelease: ${verified.problem}`, example: shown };
  const release = parseRelease(verified.text);
  if (!isSecurityRelease(release, asked.codename))
    return { kind: 'unverified', reason: `${shown} is signed, but it is not the security archive of ${asked.codename}`, example: shown };
  return gather(release, shown, asked, (component, arch) =>
    fetchIndex(base, release, `${component}/binary-${arch}`, asked, http, exec, signal),
  );
}

async function fetchIndex(
  base: string,
  release: AptRelease,
  folder: string,
  asked: Asked,
  http: Http,
  exec: Exec,
  signal: AbortSignal,
): Promise<IndexAnswer> {
  const plain = release.files.get(`${folder}/Packages`);
  let failure: IndexAnswer = { kind: 'absent' };
  // a false file outweighs one that cannot be had; of two of a kind the first tells more
  const note = (answer: IndexAnswer): void => {
    if (failure.kind === 'absent' || (failure.kind === 'unread' && answer.kind === 'false')) failure = answer;
  };
  for (const packing of ['.xz', '.gz', ''] as const) {
    const row = release.files.get(`${folder}/Packages${packing}`);
    if (row === undefined) continue;
    if (row.size > MAX_PACKED) {
      note({ kind: 'unread', reason: `it is larger than ${MAX_PACKED} bytes` });
      continue;
    }
    const byHash = release.byHash ? [`${base}/${folder}/by-hash/SHA256/${row.sha256}`] : [];
    for (const address of [...byHash, `${base}/${folder}/Packages${packing}`]) {
      const answer = await fetchBytes(address, row.size, http, signal);
      if ('reason' in answer) {
        note(answer.isTooLarge ? different : { kind: 'unread', reason: answer.reason });
        continue;
      }
      const { bytes } = answer;
      if (bytes.length !== row.size || createHash('sha256').update(bytes).digest('hex') !== row.sha256) {
        note(different);
        continue;
      }
      const stored = { packing, bytes: once(bytes), packed: row, ...(plain === undefined ? {} : { plain }) };
      const read = await readIndex(stored, asked.names, exec, signal);
      if (read.kind === 'read') return read;
      note(read);
      break;
    }
  }
  return failure;
}

const different: IndexAnswer = { kind: 'false', reason: 'it is not the file that the signed release names (size or SHA-256 differ)' };

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

type Fetched = { readonly bytes: Buffer } | { readonly reason: string; readonly isTooLarge: boolean };

async function fetchBytes(address: string, maxBytes: number, http: Http, signal: AbortSignal): Promise<Fetched> {
  try {
    const answer = await http.get(address, { maxBytes, timeoutMs: SILENCE_MS, signal });
    if (answer.status !== 200) return { reason: `${withoutCredentials(address)} answers with status ${answer.status}`, isTooLarge: false };
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body()) chunks.push(Uint8Array.from(chunk));
    return { bytes: Buffer.concat(chunks) };
  } catch (error) {
    if (signal.aborted || !isPlimsollError(error)) throw error;
    return { reason: error.message, isTooLarge: error.code === 'feed-too-large' };
  }
}

/** An address without user name and password, for people to read. */
export function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href.replace(/\/+$/, '');
}
