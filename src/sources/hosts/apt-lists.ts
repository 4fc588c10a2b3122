import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Exec } from '../../base/exec.ts';
import { errorCode, openFile } from '../../base/files.ts';
import { isPlimsollError } from '../../model/error.ts';
import { compareText } from '../../model/unknown.ts';
import { type Asked, gather, type IndexAnswer, packings, readIndex, type Tried } from './apt-index.ts';
import { type AptRelease, isSecurityRelease, parseRelease } from './apt-release.ts';
import { type Signers, verifyInline } from './apt-verify.ts';

const LISTS = 'var/lib/apt/lists';
const MAX_NAMES = 20_000;
const MAX_RELEASES = 64;
const MAX_RELEASE = 8 * 1024 ** 2;

/**
 * What apt's lists in a root file system offer: every security release of the codename, newest first. Empty when there is none. Source: apt-get(8), FILES;
 * a list is named after its address, `/` as `_`.
 */
export async function readLists(
  root: string,
  asked: Asked,
  signers: readonly Signers[],
  exec: Exec,
  signal: AbortSignal,
): Promise<Tried[]> {
  const names = await namesBelow(root, LISTS);
  const tried: Tried[] = [];
  for (const name of names.filter((one) => /^[\w.%+~@:-]+_InRelease$/.test(one)).slice(0, MAX_RELEASES)) {
    const path = `${LISTS}/${name}`;
    const bytes = await readBelow(root, path, MAX_RELEASE);
    // an unverified look, only to leave other archives alone
    if (bytes === undefined || !isSecurityRelease(parseRelease(bytes.toString('utf8')), asked.codename)) continue;
    const verified = await verifyInline(bytes, signers, exec, signal);
    if ('problem' in verified) {
      tried.push({ kind: 'unverified', reason: `${path}: ${verified.problem}`, example: path });
      continue;
    }
    const release = parseRelease(verified.text);
    if (!isSecurityRelease(release, asked.codename)) continue;
    const prefix = name.slice(0, -'InRelease'.length);
    tried.push(
      await gather(release, path, asked, (component, arch) =>
        readList(root, names, prefix, { release, component, arch }, asked, exec, signal),
      ),
    );
  }
  return tried.sort((a, b) => dateOf(b) - dateOf(a));
}

function dateOf(tried: Tried): number {
  return tried.kind === 'answer' ? (tried.release.date ?? 0) : -1;
}

async function readList(
  root: string,
  names: readonly string[],
  prefix: string,
  which: { readonly release: AptRelease; readonly component: string; readonly arch: string },
  asked: Asked,
  exec: Exec,
  signal: AbortSignal,
): Promise<IndexAnswer> {
  const path = `${which.component}/binary-${which.arch}/Packages`;
  const base = `${prefix}${path.replaceAll('/', '_')}`;
  const packing = packings.find((ending) => names.includes(base + ending));
  if (packing === undefined) return { kind: 'absent' };
  const file = await openBelow(root, `${LISTS}/${base}${packing}`);
  if (file === undefined) return { kind: 'unread', reason: 'it is not a file that can be read' };
  const { files } = which.release;
  const [plain, packed] = [files.get(path), files.get(path + packing)];
  try {
    const rows = { ...(plain === undefined ? {} : { plain }), ...(packed === undefined ? {} : { packed }) };
    return await readIndex({ packing, bytes: file.stream(), ...rows }, asked.names, exec, signal);
  } finally {
    file.close();
  }
}

/** Names in a folder of a root file system, sorted; none when it is not there, not readable, or leads outside. */
export async function namesBelow(root: string, path: string): Promise<string[]> {
  const inside = await resolveBelow(root, path);
  if (inside === undefined) return [];
  try {
    return (await readdir(inside)).sort(compareText).slice(0, MAX_NAMES);
  } catch (error) {
    if (errorCode(error) !== undefined) return [];
    throw error;
  }
}

/** The bytes of a file of a root file system; undefined when it is not there, no regular file, larger than `maxBytes`, or leads outside. */
export async function readBelow(root: string, path: string, maxBytes: number): Promise<Buffer | undefined> {
  const file = await openBelow(root, path);
  if (file === undefined) return undefined;
  try {
    return file.size > maxBytes ? undefined : Buffer.from(file.read(0, file.size));
  } finally {
    file.close();
  }
}

async function openBelow(root: string, path: string): Promise<Awaited<ReturnType<typeof openFile>>> {
  const inside = await resolveBelow(root, path);
  if (inside === undefined) return undefined;
  try {
    return await openFile(inside);
  } catch (error) {
    if (isPlimsollError(error, 'target-not-found')) return undefined;
    throw error;
  }
}

/** Where a path of the root really stands, as long as no link leads out of it. */
async function resolveBelow(root: string, path: string): Promise<string | undefined> {
  try {
    const [real, inside] = [await realpath(root), await realpath(join(root, path))];
    return inside.startsWith(real.endsWith(sep) ? real : real + sep) ? inside : undefined;
  } catch (error) {
    // not there, a loop of links, or not ours to read
    if (errorCode(error) !== undefined) return undefined;
    throw error;
  }
}
