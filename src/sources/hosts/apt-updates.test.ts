import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveNow, debPackage, packagesText, type ReleaseOptions, releaseText, writeBelow } from '../../../test/debian-archive.ts';
import type { Exec } from '../../base/exec.ts';
import type { Distro } from '../../model/distro.ts';
import { PlimsollError } from '../../model/error.ts';
import type { Http } from '../../model/ports.ts';
import { findUpdates, type UpdatesDeps } from './apt-updates.ts';

const debian: Distro = { id: 'debian', version: '12', codename: 'bookworm', name: 'Debian 12', like: [], release: '12' };
const installed = [debPackage('openssl', '3.0.1-1'), debPackage('dpkg', '1.21.22'), debPackage('libc6', '2.36-9', 'i386')];
const index = packagesText([
  { name: 'openssl', version: '3.0.2-1' },
  { name: 'unrelated', version: '1' },
]);
const lists = 'var/lib/apt/lists/mirror.example_security_dists_bookworm-security_';
const source = 'deb http://mirror.example/security bookworm-security main\n';
const base = 'http://mirror.example/security/dists/bookworm-security';

/** Stands in for a clear-signed text: the name of the key stands where the signature would. */
const signed = (text: string, key = 'trusted'): string =>
  `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${text}-----BEGIN PGP SIGNATURE-----\n\n${key}\n-----END PGP SIGNATURE-----\n`;

/** Programs of the host as they behave: gpgv by the key's name, gzip for real, every other packer as if it were gzip. */
function fakeExec(missing: readonly string[] = []): Exec & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    async run({ program, args, stdin, write }) {
      ran.push([program, ...args].join(' '));
      if (missing.includes(program)) throw new PlimsollError('program-missing', `the program ${program} is not installed on this machine`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of stdin ?? []) chunks.push(chunk);
      const input = Buffer.concat(chunks);
      if (program === 'gpgv') {
        const [, text = '', key = ''] = /\n\n(.*)-----BEGIN PGP SIGNATURE-----\n\n(.*)\n-----END/s.exec(input.toString()) ?? [];
        const [word, ...rest] = { trusted: ['GOODSIG'], bad: ['BADSIG'], expired: ['EXPKEYSIG'] }[key] ?? ['NO_PUBKEY'];
        const status = [
          `NEWSIG`,
          `${word} ABCD1234 name${rest.join('')}`,
          ...(word === 'GOODSIG' || word === 'EXPKEYSIG' ? [`VALIDSIG FFFF 2026-03-02 1 0 4 0 1 8 01 EEEE`] : []),
        ];
        return {
          status: word === 'GOODSIG' ? 0 : 2,
          stdout: Buffer.from(text),
          stderr: status.map((line) => `[GNUPG:] ${line}\n`).join(''),
        };
      }
      try {
        write?.(gunzipSync(input));
        return { status: 0, stdout: Buffer.alloc(0), stderr: '' };
      } catch (error) {
        return { status: 1, stdout: Buffer.alloc(0), stderr: String(error) };
      }
    },
  };
}

/** A mirror that knows these addresses; others are 404. */
function fakeHttp(files: Readonly<Record<string, Buffer | string>>): Http & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async get(url, { maxBytes }) {
      asked.push(url);
      const bytes = files[url];
      if (bytes !== undefined && Buffer.byteLength(bytes) > maxBytes)
        throw new PlimsollError('feed-too-large', `${url} is larger than ${maxBytes} bytes`);
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(bytes ?? 'not found');
      }
      return { status: bytes === undefined ? 404 : 200, headers: {}, url, body };
    },
  };
}

/** A mirror's files by address, its release changed by `options` and by `edit`. */
function mirror(options: ReleaseOptions = {}, key = 'trusted', packed: Buffer = gzipSync(index)): Record<string, Buffer | string> {
  const text = releaseText({ 'main/binary-amd64/Packages': index, 'main/binary-amd64/Packages.xz': packed }, options);
  return { [`${base}/InRelease`]: signed(text, key), [`${base}/main/binary-amd64/Packages.xz`]: packed };
}

const onDisk = (options: ReleaseOptions = {}, key = 'trusted'): Record<string, Buffer | string> => ({
  [`${lists}InRelease`]: signed(releaseText({ 'main/binary-amd64/Packages': index }, options), key),
  [`${lists}main_binary-amd64_Packages.lz4`]: gzipSync(index),
});

describe('findUpdates', () => {
  let root = '';
  let hostRoot = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'target-'));
    hostRoot = mkdtempSync(join(tmpdir(), 'host-'));
    writeBelow(hostRoot, { 'usr/share/keyrings/debian-archive-keyring.gpg': 'keys' });
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    rmSync(hostRoot, { recursive: true });
  });

  async function find(
    more: Partial<UpdatesDeps> = {},
    distro = debian,
  ): Promise<{ versions: string[]; from: string | undefined; causes: string[]; hints: string }> {
    const deps = { exec: fakeExec(), hostRoot, trusted: [], now: archiveNow, ...more };
    const { available, causes } = await findUpdates({ root, packages: installed, distro }, deps, new AbortController().signal);
    return {
      versions: (available?.packages ?? []).map(({ name, version }) => `${name} ${version}`),
      from: available?.source,
      causes: causes.map(({ code, blocking }) => `${code}${blocking ? '!' : ''}`),
      hints: causes.map(({ reason, hint }) => `${reason} ${hint}`).join('\n'),
    };
  }

  describe('from lists on disk', () => {
    it('answers, and asks nobody', async () => {
      writeBelow(root, onDisk());
      writeBelow(hostRoot, { 'etc/apt/sources.list': source });
      const http = fakeHttp(mirror());
      expect(await find({ http })).toMatchObject({
        versions: ['openssl 3.0.2-1'],
        from: `${lists}InRelease`,
        causes: ['updates-unfixed-unknown'],
        hints: expect.stringContaining('plimsoll db update Debian'),
      });
      expect(http.asked).toEqual([]);
    });

    it.each<[string, () => Record<string, Buffer | string>, string[], RegExp]>([
      ['signed by another key', () => onDisk({}, 'other'), ['updates-unverified!'], /signed by a key \(ABCD1234\)/],
      ['signed by an expired key', () => onDisk({}, 'expired'), ['updates-unverified!'], /has expired/],
      ['a bad signature', () => onDisk({}, 'bad'), ['updates-unverified!'], /signature is bad/],
      [
        'text before the signed part',
        () => ({ ...onDisk(), [`${lists}InRelease`]: `Label: x\n${signed(releaseText({}))}` }),
        ['updates-unverified!'],
        /outside the signed part/,
      ],
      [
        'text behind the signature',
        () => ({ ...onDisk(), [`${lists}InRelease`]: `${signed(releaseText({}))}Codename: x\n` }),
        ['updates-unverified!'],
        /outside the signed part/,
      ],
      [
        'two signed texts',
        () => ({ ...onDisk(), [`${lists}InRelease`]: signed(releaseText({})) + signed(releaseText({})) }),
        ['updates-unverified!'],
        /outside the signed part/,
      ],
      [
        'no signature at all',
        () => ({ ...onDisk(), [`${lists}InRelease`]: releaseText({}) }),
        ['updates-unverified!'],
        /not one signed text/,
      ],
      [
        'a swapped index',
        () => ({ ...onDisk(), [`${lists}main_binary-amd64_Packages.lz4`]: gzipSync(`${index}\n`) }),
        ['updates-unverified!'],
        /differ/,
      ],
      [
        'a cut index',
        () => ({ ...onDisk(), [`${lists}main_binary-amd64_Packages.lz4`]: gzipSync(index).subarray(0, 40) }),
        ['updates-unverified!'],
        /cut or damaged/,
      ],
      [
        'an index that is missing',
        () => ({ [`${lists}InRelease`]: onDisk()[`${lists}InRelease`] ?? '' }),
        ['updates-unavailable'],
        /not there/,
      ],
      ['lists of another release', () => onDisk({ codename: 'bullseye-security' }), ['updates-unavailable'], /offline/],
      [
        'lists of another archive',
        () => onDisk({ label: 'Debian', suite: 'stable', codename: 'bookworm' }),
        ['updates-unavailable'],
        /offline/,
      ],
    ])('%s gives no answer', async (_name, files, causes, words) => {
      writeBelow(root, files());
      const answer = await find();
      expect(answer).toMatchObject({ versions: [], from: undefined, causes });
      expect(answer.hints).toMatch(words);
    });

    it.each([
      ['gpgv', 'updates-unverified!'],
      ['lz4', 'updates-unavailable'],
    ])('without %s: %s', async (program, cause) => {
      writeBelow(root, onDisk());
      const answer = await find({ exec: fakeExec([program]) });
      expect(answer).toMatchObject({ versions: [], causes: [cause] });
      expect(answer.hints).toContain(`the program ${program} is not installed`);
    });

    it('says that this machine has no keyring', async () => {
      rmSync(join(hostRoot, 'usr'), { recursive: true });
      writeBelow(root, { ...onDisk(), 'usr/share/keyrings/debian-archive-keyring.gpg': 'keys of the target' });
      const exec = fakeExec();
      expect(await find({ exec })).toMatchObject({ causes: ['updates-unverified!'], hints: expect.stringContaining('no keyring') });
      expect(exec.ran).toEqual([]);
    });

    it.each<[string, ReleaseOptions]>([
      ['eight days old', { date: 'Sun, 22 Feb 2026 12:00:00 UTC' }],
      ['past its validity', { validUntil: 'Mon, 02 Mar 2026 12:30:00 UTC' }],
      ['without a date', { date: 'yesterday' }],
    ])('%s: answers and says so', async (_name, options) => {
      writeBelow(root, onDisk(options));
      expect(await find()).toMatchObject({ versions: ['openssl 3.0.2-1'], causes: ['data-old', 'updates-unfixed-unknown'] });
    });

    it('follows no link out of the target', async () => {
      const outside = mkdtempSync(join(tmpdir(), 'outside-'));
      writeBelow(
        outside,
        Object.fromEntries(Object.entries(onDisk()).map(([path, bytes]) => [path.replace('var/lib/apt/lists/', ''), bytes])),
      );
      writeBelow(root, { 'var/lib/apt/x': '' });
      symlinkSync(outside, join(root, 'var/lib/apt/lists'));
      const answer = await find();
      rmSync(outside, { recursive: true });
      expect(answer).toMatchObject({ versions: [], causes: ['updates-unavailable'] });
    });

    it('takes keys and programs of this machine alone', async () => {
      writeBelow(root, {
        ...onDisk(),
        'etc/apt/sources.list': `deb [signed-by=/etc/own.gpg] http://mirror.example/security bookworm-security main\n`,
        'etc/own.gpg': 'x',
        'usr/bin/gpgv': 'x',
      });
      writeBelow(hostRoot, {
        'etc/apt/sources.list.d/a.sources':
          'Types: deb\nURIs: http://mirror.example/security\nSuites: bookworm-security\nComponents: main\nSigned-By: /etc/apt/keyrings/a.asc\n',
        'etc/apt/keyrings/a.asc': '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n',
        'etc/apt/trusted.gpg.d/third-party.gpg': 'keys',
      });
      const exec = fakeExec();
      await find({ exec });
      expect(exec.ran.filter((line) => line.startsWith('gpgv')).join('\n')).toMatch(/--keyring \S*plimsoll-keys-\S*\/set0-0\.gpg$/);
      expect(exec.ran.join('\n')).not.toContain(root);
      expect(exec.ran.join('\n')).not.toContain('third-party');
    });
  });

  describe('from an archive', () => {
    it.each<[string, () => void, Partial<UpdatesDeps>]>([
      ['that this machine uses', () => writeBelow(hostRoot, { 'etc/apt/sources.list': source }), {}],
      ['that the user trusts', () => undefined, { trusted: ['http://mirror.example/security/'] }],
    ])('%s', async (_name, prepare, more) => {
      prepare();
      const http = fakeHttp(mirror());
      expect(await find({ http, ...more })).toMatchObject({
        versions: ['openssl 3.0.2-1'],
        from: base,
        causes: ['updates-unfixed-unknown'],
      });
      expect(http.asked).toEqual([`${base}/InRelease`, `${base}/main/binary-amd64/Packages.xz`]);
    });

    it('never asks the archive that the target names', async () => {
      writeBelow(root, {
        'etc/apt/sources.list':
          'deb http://user:pw@mirror.example/security bookworm-security main\ndeb http://evil.example/$(id) bookworm-security main\n',
      });
      const http = fakeHttp(mirror());
      const answer = await find({ http });
      expect(http.asked).toEqual([]);
      expect(answer.causes).toEqual(['updates-untrusted-repository', 'updates-untrusted-repository']);
      expect(answer.hints).toContain('--trust-repository http://mirror.example/security\n');
      expect(answer.hints).toContain("--trust-repository 'http://evil.example/$(id)'");
      expect(answer.hints).not.toContain('pw@');
    });

    it('is asked under the hash where the archive says so, and under the name when that fails', async () => {
      const http = fakeHttp(mirror({ byHash: true }));
      expect(await find({ http, trusted: ['http://mirror.example/security'] })).toMatchObject({ versions: ['openssl 3.0.2-1'] });
      expect(http.asked[1]).toMatch(/by-hash\/SHA256\/[0-9a-f]{64}$/);
      expect(http.asked[2]).toBe(`${base}/main/binary-amd64/Packages.xz`);
    });

    it('replaces old lists', async () => {
      writeBelow(root, onDisk({ date: 'Sun, 22 Feb 2026 12:00:00 UTC' }));
      expect(await find({ http: fakeHttp(mirror()), trusted: ['http://mirror.example/security'] })).toMatchObject({
        from: base,
        causes: ['updates-unfixed-unknown'],
      });
    });

    it('answers instead of lists that nobody vouches for, which stay named', async () => {
      writeBelow(root, onDisk({}, 'other'));
      expect(await find({ http: fakeHttp(mirror()), trusted: ['http://mirror.example/security'] })).toMatchObject({
        from: base,
        causes: ['updates-unverified', 'updates-unfixed-unknown'],
      });
    });

    it.each<[string, Record<string, Buffer | string>, string, RegExp]>([
      ['signed by another key', mirror({}, 'other'), 'updates-unverified!', /signed by a key/],
      ['of another release', mirror({ codename: 'bullseye-security' }), 'updates-unverified!', /not the security archive of bookworm/],
      [
        'with a swapped index of the same size',
        { ...mirror(), [`${base}/main/binary-amd64/Packages.xz`]: Buffer.alloc(gzipSync(index).length) },
        'updates-unverified!',
        /differ/,
      ],
      [
        'with a longer index',
        { ...mirror(), [`${base}/main/binary-amd64/Packages.xz`]: Buffer.alloc(5000) },
        'updates-unverified!',
        /differ/,
      ],
      ['whose index does not unpack', mirror({}, 'trusted', Buffer.from('not packed')), 'updates-unverified!', /cut or damaged/],
      ['that is not there', {}, 'updates-unavailable', /status 404/],
      ['that answers with a page', { [`${base}/InRelease`]: '<html>' }, 'updates-unverified!', /not one signed text/],
    ])('%s: no answer', async (_name, files, cause, words) => {
      const answer = await find({ http: fakeHttp(files), trusted: ['http://mirror.example/security'] });
      expect(answer).toMatchObject({ versions: [], causes: [cause] });
      expect(answer.hints).toMatch(words);
    });

    it('of a release whose table leads elsewhere asks for nothing but indexes', async () => {
      const text = releaseText({
        '../../../etc/passwd': 'x',
        'main/binary-amd64/../../Packages': 'x',
        'http://evil.example/binary-amd64/Packages': 'x',
      });
      const http = fakeHttp({ [`${base}/InRelease`]: signed(text) });
      expect(await find({ http, trusted: ['http://mirror.example/security'] })).toMatchObject({ causes: ['updates-unavailable'] });
      expect(http.asked).toEqual([`${base}/InRelease`]);
    });
  });

  it('does not let a codename lead an address elsewhere', async () => {
    const http = fakeHttp({});
    const answer = await find({ http, trusted: ['http://mirror.example/security'] }, { ...debian, codename: '../../x?' });
    expect(answer.causes).toEqual(['updates-unavailable']);
    expect(http.asked).toEqual([]);
  });

  it('says nothing where no Debian package is installed', async () => {
    const deps = { exec: fakeExec(), hostRoot, trusted: [], now: archiveNow };
    expect(await findUpdates({ root, packages: [], distro: debian }, deps, new AbortController().signal)).toEqual({ causes: [] });
  });

  it('stops when it is interrupted', async () => {
    const signal = AbortSignal.abort();
    const http: Http = { get: () => Promise.reject(new PlimsollError('interrupted', 'interrupted')) };
    const deps = { exec: fakeExec(), hostRoot, trusted: ['http://mirror.example/security'], now: archiveNow, http };
    await expect(findUpdates({ root, packages: installed, distro: debian }, deps, signal)).rejects.toMatchObject({ code: 'interrupted' });
  });
});
