import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openExec } from '../src/base/exec.ts';
import { type OpenHttp, openHttp } from '../src/base/http.ts';
import { judgeWaiting } from '../src/engines/match/index.ts';
import type { Distro } from '../src/model/distro.ts';
import type { Package } from '../src/model/package.ts';
import { versionOrder } from '../src/model/version/index.ts';
import { namesBelow } from '../src/sources/hosts/apt-lists.ts';
import { findUpdates, type UpdatesAnswer, type UpdatesDeps } from '../src/sources/hosts/apt-updates.ts';
import { analyzer as dpkg } from '../src/sources/packages/dpkg/analyzer.ts';
import { archiveNow, debPackage, packagesText, releaseText, writeBelow } from './debian-archive.ts';
import { learn, packagesOf } from './seen-file.ts';

/** The reason why a test of the real system is skipped; under `PLIMSOLL_REQUIRE_SYSTEM=1` it fails instead. */
function missing(what: string, isThere: boolean): string | undefined {
  if (isThere) return undefined;
  if (process.env.PLIMSOLL_REQUIRE_SYSTEM === '1') throw new Error(`${what}, and PLIMSOLL_REQUIRE_SYSTEM=1`);
  return what;
}

const programs = ['gpg', 'gpgv', 'xz', 'lz4', 'zstd', 'gzip'].filter((name) => !existsSync(join('/usr/bin', name)));
const noPrograms = missing(`not installed: ${programs.join(', ')}`, programs.length === 0);
const signal = new AbortController().signal;
const bookworm: Distro = { id: 'debian', version: '12', codename: 'bookworm', name: 'Debian 12', like: [], release: '12' };

describe.skipIf(noPrograms !== undefined)(
  `with the programs of this machine${noPrograms === undefined ? '' : ` (skipped: ${noPrograms})`}`,
  () => {
    const index = packagesText([
      { name: 'openssl', version: '3.0.2-1' },
      { name: 'filler', version: '1'.repeat(4000) },
    ]);
    const prefix = 'var/lib/apt/lists/m_dists_bookworm-security_';
    const keyring = 'usr/share/keyrings/debian-archive-keyring.gpg';
    let work = '';
    let root = '';
    let hostRoot = '';
    let server: Server;
    let http: OpenHttp;
    let address = '';
    let served: Record<string, Buffer> = {};
    let asked: string[] = [];
    let keys: { readonly binary: Buffer; readonly armoured: string; readonly print: string };

    const gpg = (args: readonly string[], input = ''): Buffer =>
      execFileSync('gpg', ['--homedir', join(work, 'home'), '--batch', '--quiet', '--no-tty', ...args], {
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    const sign = (text: string, user = 'archive@test'): Buffer => gpg(['--local-user', user, '--clearsign'], text);
    const pack = (program: string, text: string): Buffer => execFileSync(program, ['-c', '-q'], { input: text });

    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), 'gnupg-'));
      mkdirSync(join(work, 'home'), { mode: 0o700 });
      for (const user of ['archive@test', 'other@test']) gpg(['--passphrase', '', '--quick-gen-key', user, 'ed25519', 'sign', 'never']);
      const print = /^fpr:+([0-9A-F]+):/m.exec(gpg(['--with-colons', '--fingerprint', 'archive@test']).toString())?.[1] ?? '';
      keys = { binary: gpg(['--export', 'archive@test']), armoured: gpg(['--armor', '--export', 'archive@test']).toString(), print };
      server = createServer((request, response) => {
        asked.push(request.url ?? '');
        const bytes = served[request.url ?? ''];
        response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${portOf(server)}/debian-security`;
      http = openHttp({ userAgent: 'plimsoll/test' });
    });
    afterAll(async () => {
      execFileSync('gpgconf', ['--homedir', join(work, 'home'), '--kill', 'gpg-agent']);
      await http.close();
      server.close();
      rmSync(work, { recursive: true });
    });
    beforeEach(() => {
      for (const name of ['root', 'host']) rmSync(join(work, name), { recursive: true, force: true });
      [root, hostRoot, served, asked] = [join(work, 'root'), join(work, 'host'), {}, []];
      mkdirSync(root);
      writeBelow(hostRoot, { [keyring]: keys.binary });
    });

    const find = (more: Partial<UpdatesDeps> = {}): Promise<UpdatesAnswer> =>
      findUpdates(
        { root, packages: [debPackage('openssl', '3.0.1-1')], distro: bookworm },
        { exec: openExec(), hostRoot, trusted: [], now: archiveNow, ...more },
        signal,
      );
    const inRelease = (): Buffer => sign(releaseText({ 'main/binary-amd64/Packages': index }));
    const codes = ({ causes }: UpdatesAnswer): string[] => causes.map(({ code }) => code);

    it.each([
      ['lz4', '.lz4'],
      ['xz', '.xz'],
      ['zstd', '.zst'],
      ['gzip', '.gz'],
      ['cat', ''],
    ])('reads lists that %s packed, and refuses them cut short', async (program, ending) => {
      const packed = program === 'cat' ? Buffer.from(index) : pack(program, index);
      writeBelow(root, { [`${prefix}InRelease`]: inRelease(), [`${prefix}main_binary-amd64_Packages${ending}`]: packed });
      const whole = await find();
      expect([whole.available?.packages.map(({ version }) => version), codes(whole)]).toEqual([['3.0.2-1'], ['updates-unfixed-unknown']]);
      writeBelow(root, { [`${prefix}main_binary-amd64_Packages${ending}`]: packed.subarray(0, packed.length - 9) });
      const cut = await find();
      expect([cut.available, codes(cut), cut.causes[0]?.blocking]).toEqual([undefined, ['updates-unverified'], true]);
    });

    it.each<[string, (signed: Buffer) => Buffer | string]>([
      ['a changed letter', (signed) => signed.toString().replace('Origin: Debian', 'Origin: debian')],
      ['text in front', (signed) => `Origin: x\n${signed}`],
      ['text behind', (signed) => `${signed}Origin: x\n`],
      ['two texts', (signed) => `${signed}${signed}`],
      ['a signature that is cut out', (signed) => signed.toString().replace(/(BEGIN PGP SIGNATURE-----\n).*(\n-----END)/s, '$1$2')],
      ['another key', () => sign(releaseText({ 'main/binary-amd64/Packages': index }), 'other@test')],
    ])('refuses a release with %s', async (_name, change) => {
      writeBelow(root, { [`${prefix}InRelease`]: change(inRelease()), [`${prefix}main_binary-amd64_Packages.lz4`]: pack('lz4', index) });
      const answer = await find();
      expect([answer.available, codes(answer)]).toEqual([undefined, ['updates-unverified']]);
    });

    it.each<[string, (own: typeof keys) => Record<string, Buffer | string>]>([
      [
        'in an armoured keyring',
        ({ armoured }) => ({
          'etc/apt/keyrings/a.asc': armoured,
          'etc/apt/sources.list': `deb [signed-by=/etc/apt/keyrings/a.asc] ADDRESS bookworm-security main\n`,
        }),
      ],
      [
        'in the source itself',
        ({ armoured }) => ({
          'etc/apt/sources.list.d/a.sources': `Types: deb\nURIs: ADDRESS\nSuites: bookworm-security\nComponents: main\nSigned-By:\n${armoured.trimEnd().replace(/^$/gm, '.').replace(/^/gm, ' ')}\n`,
        }),
      ],
      [
        'among those for everything',
        ({ binary }) => ({ 'etc/apt/trusted.gpg.d/a.gpg': binary, 'etc/apt/sources.list': 'deb ADDRESS bookworm-security main\n' }),
      ],
      [
        'among those for everything, by its fingerprint',
        ({ binary, print }) => ({
          'etc/apt/trusted.gpg.d/a.gpg': binary,
          'etc/apt/sources.list': `deb [signed-by=${print}] ADDRESS bookworm-security main\n`,
        }),
      ],
    ])('asks the archive of this machine, whose key stands %s', async (_name, files) => {
      rmSync(join(hostRoot, keyring));
      const named = Object.entries(files(keys)).map(([path, text]) => [
        path,
        typeof text === 'string' ? text.replace('ADDRESS', address) : text,
      ]);
      writeBelow(hostRoot, Object.fromEntries(named));
      const packed = pack('xz', index);
      served = {
        '/debian-security/dists/bookworm-security/InRelease': sign(
          releaseText({ 'main/binary-amd64/Packages': index, 'main/binary-amd64/Packages.xz': packed }),
        ),
        '/debian-security/dists/bookworm-security/main/binary-amd64/Packages.xz': packed,
      };
      const answer = await find({ http });
      expect([answer.available?.packages.map(({ version }) => version), codes(answer)]).toEqual([['3.0.2-1'], ['updates-unfixed-unknown']]);
      expect(answer.available?.source).toBe(`${address}/dists/bookworm-security`);
    });

    it('refuses a key that this machine demands another for', async () => {
      rmSync(join(hostRoot, keyring));
      const list = `deb [signed-by=${'0'.repeat(40)}] ${address} bookworm-security main\n`;
      writeBelow(hostRoot, { 'etc/apt/trusted.gpg.d/a.gpg': keys.binary, 'etc/apt/sources.list': list });
      served = { '/debian-security/dists/bookworm-security/InRelease': inRelease() };
      const answer = await find({ http });
      expect([answer.available, codes(answer)]).toEqual([undefined, ['updates-unverified']]);
    });

    it('contacts nobody that only the target names', async () => {
      writeBelow(root, { 'etc/apt/sources.list': `deb ${address} bookworm-security main\n`, [keyring]: keys.binary });
      const answer = await find({ http });
      expect([codes(answer), asked]).toEqual([['updates-untrusted-repository'], []]);
      expect(answer.causes[0]?.hint).toContain(`--trust-repository ${address}`);
    });

    it('survives a bomb', async () => {
      const bomb = execFileSync('sh', ['-c', 'head -c 100000000 /dev/zero | xz -0 -c'], { maxBuffer: 2 ** 26 });
      writeBelow(root, { [`${prefix}InRelease`]: inRelease(), [`${prefix}main_binary-amd64_Packages.xz`]: bomb });
      const answer = await find();
      expect([answer.available, codes(answer)]).toEqual([undefined, ['updates-unverified']]);
    });
  },
);

describe("this machine's own lists", async () => {
  const codename =
    /^VERSION_CODENAME=(\w+)$/m.exec(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '')?.[1] ?? '';
  const lists = await namesBelow('/', 'var/lib/apt/lists');
  const isThere =
    existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/gpgv') && lists.some((name) => name.endsWith(`_${codename}-security_InRelease`));
  const reason = missing('no Debian with lists of its security archive', isThere);

  it.skipIf(reason !== undefined)(`tell what apt-get tells${reason === undefined ? '' : ` (skipped: ${reason})`}`, async () => {
    const packages = packagesOf(learn(dpkg, 'var/lib/dpkg/status', readFileSync('/var/lib/dpkg/status'))).map(
      ({ name, version, arch, source }): Package => debPackage(name, version, arch, source),
    );
    const { available } = await findUpdates(
      { root: '/', packages, distro: { ...bookworm, codename } },
      { exec: openExec(), hostRoot: '/', trusted: [], now: new Date() },
      signal,
    );
    expect(available).toBeDefined();
    if (available === undefined) return;
    const apt = aptUpgrades();
    const expected = [...apt].filter(([, { isSecurity }]) => isSecurity).map(([name, { version }]) => `${name} ${version}`);
    const own = new Map(
      packages.flatMap((item) => judgeWaiting(available, [item]).map((finding) => [item.name, finding.fixed ?? ''] as const)),
    );
    // what a point release has overtaken since: apt takes that, the fix waits all the same
    const isOvertaken = (name: string, version: string): boolean => {
      const other = apt.get(name);
      return other !== undefined && !other.isSecurity && (versionOrder('deb')?.compare(other.version, version) ?? -1) >= 0;
    };
    const left = [...own].filter(([name, version]) => !isOvertaken(name, version)).map(([name, version]) => `${name} ${version}`);
    expect(left.sort()).toEqual(expected.sort());
  });
});

function portOf(server: Server): number {
  const at = server.address();
  return typeof at === 'object' && at !== null ? at.port : 0;
}

/** What `apt-get -s dist-upgrade` would install, by name; source: apt-get(8), `--simulate`. */
function aptUpgrades(): Map<string, { version: string; isSecurity: boolean }> {
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
  const text = execFileSync('apt-get', ['-s', '-o', 'Debug::NoLocking=1', '--ignore-hold', 'dist-upgrade'], {
    encoding: 'utf8',
    env,
    maxBuffer: 2 ** 26,
  });
  const found = new Map<string, { version: string; isSecurity: boolean }>();
  for (const [, name = '', version = '', origins = ''] of text.matchAll(/^Inst (\S+) \[[^\]]+\] \((\S+) ([^)]*)\)/gm))
    found.set(name, { version, isSecurity: origins.includes('Debian-Security:') });
  return found;
}
