import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exec } from '../../base/exec.ts';
import { errorCode } from '../../base/files.ts';
import { isPlimsollError } from '../../model/error.ts';
import { compareText } from '../../model/unknown.ts';
import type { SecurityArchive } from './apt-sources.ts';

const MAX_KEYRING = 16 * 1024 ** 2;
const MAX_KEYRINGS = 200;
const MAX_TEXT = 8 * 1024 ** 2;
const GPGV_MS = 30_000;

/** One set of keys that together may vouch for a release. All of them are files and settings of this machine. */
export interface Signers {
  /** Absolute paths. */
  readonly keyrings: readonly string[];
  /** Armoured keys that stand in this machine's sources. */
  readonly keys: readonly string[];
  /** Fingerprints: only these of the keys may sign. */
  readonly only?: readonly string[];
}

/** The text that a trusted key signed, or why there is none. */
export type Verified = { readonly text: string } | { readonly problem: string };

/**
 * Who may sign a security archive, tried one after the other: what this machine's sources for it say (`Signed-By`), the Debian archive's keyring, and,
 * where those sources name no key or there are none, the keyrings that apt trusts for everything. Source: sources.list(5), apt-secure(8).
 */
export async function signersOf(hostRoot: string, archives: readonly SecurityArchive[]): Promise<Signers[]> {
  const general = await generalKeyrings(hostRoot);
  const sets: Signers[] = [];
  let usesGeneral = archives.length === 0;
  for (const { signedBy, keys } of archives) {
    const keyrings = signedBy.filter((one) => one.startsWith('/')).map((one) => join(hostRoot, one));
    const only = signedBy.filter((one) => /^[0-9A-F]{16,64}$/.test(one));
    if (keyrings.length > 0 || keys.length > 0) sets.push({ keyrings, keys });
    if (only.length > 0) sets.push({ keyrings: general, keys: [], only });
    usesGeneral ||= signedBy.length === 0 && keys.length === 0;
  }
  sets.push({ keyrings: [join(hostRoot, 'usr/share/keyrings/debian-archive-keyring.gpg')], keys: [] });
  if (usesGeneral) sets.push({ keyrings: general, keys: [] });
  const seen = new Set<string>();
  return sets.filter((set) => !seen.has(JSON.stringify(set)) && seen.add(JSON.stringify(set)));
}

async function generalKeyrings(hostRoot: string): Promise<string[]> {
  const folder = join(hostRoot, 'etc/apt/trusted.gpg.d');
  const names = (await namesIn(folder)).filter((name) => /^[^.].*\.(gpg|asc)$/.test(name)).sort(compareText);
  return [join(hostRoot, 'etc/apt/trusted.gpg'), ...names.map((name) => join(folder, name))].slice(0, MAX_KEYRINGS);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // a machine without apt, or a folder that is not ours to read: it names no keys
    if (errorCode(error) !== undefined) return [];
    throw error;
  }
}

/**
 * Verifies an inline-signed text with the host's `gpgv` and gives what gpgv wrote out, nothing else. As with apt, nothing may stand before, between or behind
 * the signed text and its signature; one good signature of a trusted key is enough, a bad one refuses the whole.
 */
export async function verifyInline(bytes: Buffer, sets: readonly Signers[], exec: Exec, signal: AbortSignal): Promise<Verified> {
  const shape = misshapen(bytes);
  if (shape !== undefined) return { problem: shape };
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-keys-'));
  try {
    const problems = new Set<string>();
    for (const [at, set] of sets.entries()) {
      const keyrings = await prepare(set, join(folder, `set${at}`));
      if (keyrings.length === 0) continue;
      const answer = await askGpgv(bytes, keyrings, set.only, folder, exec, signal);
      if ('text' in answer) return answer;
      problems.add(answer.problem);
    }
    return { problem: [...problems][0] ?? 'this machine has no keyring that could vouch for it' };
  } catch (error) {
    if (isPlimsollError(error) && error.code !== 'interrupted') return { problem: error.message };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Source: RFC 4880 section 7: one cleartext message, its signature, nothing else. */
function misshapen(bytes: Buffer): string | undefined {
  if (bytes.length > MAX_TEXT) return 'it is larger than a release file may be';
  const lines = bytes
    .toString('latin1')
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  const armour = lines.flatMap((line, at) => (line.startsWith('-----') ? [{ line: line.trimEnd(), at }] : []));
  const [begin, signature, end, more] = armour;
  if (
    begin?.line !== '-----BEGIN PGP SIGNED MESSAGE-----' ||
    signature?.line !== '-----BEGIN PGP SIGNATURE-----' ||
    end?.line !== '-----END PGP SIGNATURE-----'
  )
    return 'it is not one signed text with its signature';
  if (more !== undefined || begin.at !== 0 || end.at !== lines.length - 1) return 'there is text outside the signed part';
  return undefined;
}

/** Files that gpgv reads: keyrings as they are, armoured ones and keys of sources as binary copies. What is not there is left out. */
async function prepare(set: Signers, prefix: string): Promise<string[]> {
  const ready: string[] = [];
  const copy = async (text: string): Promise<void> => {
    const binary = dearmour(text);
    if (binary.length === 0) return;
    const path = `${prefix}-${ready.length}.gpg`;
    await writeFile(path, binary, { mode: 0o600 });
    ready.push(path);
  };
  for (const path of set.keyrings) {
    const bytes = await readKeyring(path);
    if (bytes === undefined || bytes.length === 0) continue;
    if (bytes.subarray(0, 4096).toString('latin1').includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) await copy(bytes.toString('latin1'));
    else ready.push(path);
  }
  for (const key of set.keys) await copy(key);
  return ready;
}

async function readKeyring(path: string): Promise<Buffer | undefined> {
  try {
    const about = await stat(path);
    return about.isFile() && about.size <= MAX_KEYRING ? await readFile(path) : undefined;
  } catch (error) {
    // a keyring that is not there vouches for nothing
    if (errorCode(error) !== undefined) return undefined;
    throw error;
  }
}

/** The bytes of armoured public keys, one behind the other, which is a keyring. Source: RFC 4880 section 6.2; gpgv checks the packets, so the CRC is not needed. */
function dearmour(text: string): Buffer {
  const blocks = text.replace(/\r/g, '').matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----\n(.*?)-----END PGP PUBLIC KEY BLOCK-----/gs);
  return Buffer.concat(
    [...blocks].map(([, body = '']) => {
      const blank = body.search(/^[ \t]*$/m);
      const data = blank < 0 ? body : body.slice(blank);
      return Buffer.from(data.replace(/^=[A-Za-z0-9+/]{4}$/m, ''), 'base64');
    }),
  );
}

async function askGpgv(
  bytes: Buffer,
  keyrings: readonly string[],
  only: readonly string[] | undefined,
  home: string,
  exec: Exec,
  signal: AbortSignal,
): Promise<Verified> {
  const { stdout, stderr } = await exec.run({
    program: 'gpgv',
    args: ['--homedir', home, '--status-fd', '2', '--output', '-', ...keyrings.flatMap((path) => ['--keyring', path])],
    stdin: once(bytes),
    maxBytes: MAX_TEXT,
    timeoutMs: GPGV_MS,
    signal,
  });
  const { good, bad, problem } = readStatus(stderr);
  const accepted = only === undefined ? good : good.filter((signer) => signer.some((print) => only.some((one) => print.endsWith(one))));
  if (bad || accepted.length === 0 || stdout.length === 0)
    return {
      problem: bad ? 'its signature is bad' : good.length > 0 ? 'it is signed, but not by the key that this machine demands' : problem,
    };
  return { text: stdout.toString('utf8') };
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * gpgv's status lines. A signature counts when `GOODSIG` (neither expired nor revoked, unlike `EXPKEYSIG`, `REVKEYSIG`) and `VALIDSIG` come together; the exit
 * status does not tell, being 2 where one of several signing keys is not in the keyring. Source: GnuPG, doc/DETAILS.
 */
function readStatus(stderr: string): { good: string[][]; bad: boolean; problem: string } {
  const good: string[][] = [];
  let isGood = false;
  let bad = false;
  let problem = 'it carries no signature that gpgv can read';
  for (const line of stderr.split('\n')) {
    const [mark, word, ...rest] = line.split(' ');
    if (mark !== '[GNUPG:]') continue;
    if (word === 'NEWSIG') isGood = false;
    else if (word === 'GOODSIG') isGood = true;
    else if (word === 'VALIDSIG' && isGood) good.push([rest[0] ?? '', rest[9] ?? ''].filter((print) => print !== ''));
    else if (word === 'BADSIG') bad = true;
    else if (word === 'NO_PUBKEY') problem = `it is signed by a key (${rest[0] ?? ''}) that this machine's keyrings do not hold`;
    else if (word === 'EXPKEYSIG') problem = 'the key that signed it has expired';
    else if (word === 'REVKEYSIG') problem = 'the key that signed it is revoked';
    else if (word === 'EXPSIG') problem = 'its signature has expired';
  }
  return { good, bad, problem };
}
