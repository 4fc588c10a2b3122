import { describe, expect, it } from 'vitest';
import { packagesText, releaseText } from '../../../test/debian-archive.ts';
import { readPackages } from './apt-packages.ts';
import { isSecurityRelease, parseRelease } from './apt-release.ts';
import { parseDeb822Sources, parseOneLineSources, securityArchives } from './apt-sources.ts';

const hash = 'a'.repeat(64);

describe('parseOneLineSources', () => {
  it.each([
    [
      'deb [ arch=amd64,arm64 signed-by=/usr/share/keyrings/x.gpg,ABCDEF! trusted=yes ] https://m.example/d bookworm-security main contrib # why',
      {
        types: ['deb'],
        uris: ['https://m.example/d'],
        suites: ['bookworm-security'],
        components: ['main', 'contrib'],
        architectures: ['amd64', 'arm64'],
        signedBy: ['/usr/share/keyrings/x.gpg', 'ABCDEF'],
        enabled: true,
      },
    ],
    [
      'deb-src http://m.example/d sid main',
      {
        types: ['deb-src'],
        uris: ['http://m.example/d'],
        suites: ['sid'],
        components: ['main'],
        architectures: [],
        signedBy: [],
        enabled: true,
      },
    ],
    [
      'deb http://m.example/d ./',
      { types: ['deb'], uris: ['http://m.example/d'], suites: ['./'], components: [], architectures: [], signedBy: [], enabled: true },
    ],
  ])('%s', (line, expected) => expect(parseOneLineSources(line)).toEqual({ entries: [expected], skipped: 0 }));

  it('counts what it cannot read and passes over comments', () =>
    expect(parseOneLineSources('# deb http://a b c\n\nrpm http://a b\ndeb only-an-address\ndeb [unclosed http://a b c')).toMatchObject({
      skipped: 3,
    }));
});

describe('parseDeb822Sources', () => {
  it('reads several stanzas, comments inside fields, continuation lines and a key', () => {
    const text = [
      '# a comment before',
      'Types: deb deb-src',
      '# http://snapshot.example/',
      'URIs: http://m.example/d',
      'Suites: bookworm',
      ' bookworm-updates',
      'Components: main',
      'Signed-By: /k.gpg',
      '',
      'types: deb',
      'uris: https://s.example/',
      'suites: bookworm-security',
      'enabled: No',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' AAAA',
      ' -----END PGP PUBLIC KEY BLOCK-----',
      '',
      'Types: deb',
      'Suites: without-address',
      '',
    ].join('\n');
    const { entries, skipped } = parseDeb822Sources(text);
    expect(skipped).toBe(1);
    expect(entries).toMatchObject([
      {
        types: ['deb', 'deb-src'],
        uris: ['http://m.example/d'],
        suites: ['bookworm', 'bookworm-updates'],
        signedBy: ['/k.gpg'],
        enabled: true,
      },
      { suites: ['bookworm-security'], enabled: false, signedBy: [] },
    ]);
    expect(entries[1]?.key?.trim()).toBe('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----');
  });
});

describe('securityArchives', () => {
  it.each([
    ['another release', 'deb http://a/d bullseye-security main', []],
    ['sources alone', 'deb-src http://a/d bookworm-security main', []],
    ['a disc', 'deb cdrom:[x]/ bookworm-security main\ndeb file:/srv bookworm-security main', []],
    ['the former name', 'deb http://a/d/ bookworm/updates main', ['http://a/d bookworm/updates']],
    ['a suite by its place in the line', 'deb http://a/d stable-security main', ['http://a/d bookworm-security']],
    ['the usual', 'deb https://a/d bookworm-security/ main', ['https://a/d bookworm-security']],
  ])('%s', (_name, line, expected) =>
    expect(securityArchives(parseOneLineSources(line).entries, 'bookworm').map(({ address, suite }) => `${address} ${suite}`)).toEqual(
      expected,
    ),
  );
});

describe('parseRelease', () => {
  it('leaves out names that lead elsewhere and rows that are none', () => {
    const names = [
      '../../etc/passwd',
      '/etc/passwd',
      'main/../../x',
      './x',
      'a//b',
      'a\\b',
      '%2e%2e/x',
      '.hidden',
      'main/?x',
      '-rf',
      'main/binary-amd64/Packages.xz',
    ];
    const text = `Label: L\nSHA256:\n${names.map((name) => ` ${hash} 1 ${name}`).join('\n')}\n ${hash} x y\n zz 1 y\nMD5Sum:\n ${'b'.repeat(32)} 1 other\n`;
    const release = parseRelease(text);
    expect([...release.files.keys()]).toEqual(['main/binary-amd64/Packages.xz']);
    expect(release.skipped).toBe(12);
  });

  it.each([
    ['Sat, 02 Jul 2016 05:20:50 UTC', '2016-07-02T05:20:50.000Z'],
    ['Sat, 2 Jul 2016 5:20:50 +0000', '2016-07-02T05:20:50.000Z'],
    ['Sat, 02 Jul 2016 05:20:50 +0200', undefined],
    ['2016-07-02', undefined],
    ['02 Foo 2016 05:20:50 UTC', undefined],
    ['', undefined],
  ])('date %s', (text, expected) => {
    const { date } = parseRelease(`Date: ${text}\n`);
    expect(date === undefined ? undefined : new Date(date).toISOString()).toBe(expected);
  });

  it.each([
    ['of the release', {}, true],
    ['of another release', { codename: 'bullseye-security' }, false],
    ['of Debian 10', { codename: 'bookworm' }, true],
    ['not a security archive by its label, but by its suite', { label: 'Debian' }, true],
  ])('a security archive %s', (_name, options, expected) =>
    expect(isSecurityRelease(parseRelease(releaseText({}, options)), 'bookworm')).toBe(expected),
  );
});

describe('readPackages', () => {
  const text = [
    packagesText([
      { name: 'openssl', version: '3.0.2-1', source: 'openssl-src (3.0.2)' },
      { name: 'other', version: '1' },
      { name: 'curl', version: '1:7.0-1', arch: 'all' },
    ]),
    'Package: noversion\nArchitecture: amd64\n',
    'Package: badversion\nVersion: not a version\nArchitecture: amd64\n',
    'Package: noarch\nVersion: 1\n',
    'Version: 1\nArchitecture: amd64\n',
    'Architecture: amd64\nVersion: 2\nPackage: late\nDescription: x\n Package: inner\n',
  ].join('\n');
  const wanted = new Set(['openssl', 'curl', 'noversion', 'badversion', 'noarch', 'late', 'inner']);

  it.each([1, 2, 7, 100_000])('reads the same in pieces of %i bytes', (size) => {
    const reader = readPackages(wanted);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    expect(reader.finish()).toEqual({
      packages: [
        { name: 'openssl', version: '3.0.2-1', arch: 'amd64', source: { name: 'openssl-src', version: '3.0.2' } },
        { name: 'curl', version: '1:7.0-1', arch: 'all', source: { name: 'curl', version: '1:7.0-1' } },
        { name: 'late', version: '2', arch: 'amd64', source: { name: 'late', version: '2' } },
      ],
      stanzas: 8,
      skipped: 4,
    });
  });

  it('keeps to its memory: a stanza without end costs that stanza', () => {
    const reader = readPackages(new Set(['huge', 'after']));
    reader.push(Buffer.from('Package: huge\nVersion: 1\nArchitecture: amd64\nX: '));
    for (let at = 0; at < 64; at++) reader.push(Buffer.alloc(256 * 1024, 120));
    reader.push(Buffer.from('\n'));
    reader.push(Buffer.from('\nPackage: after\nVersion: 1\nArchitecture: amd64\n'));
    expect(reader.finish()).toMatchObject({ packages: [{ name: 'after' }], skipped: 1 });
  });

  it('is fast on an index of 60 MB', () => {
    const filler = `Package: filler\nVersion: 1\nArchitecture: amd64\nDescription: ${'x'.repeat(800)}\n\n`;
    const chunk = Buffer.from(filler.repeat(300));
    const reader = readPackages(new Set(['wanted']));
    const began = performance.now();
    for (let bytes = 0; bytes < 60e6; bytes += chunk.length) reader.push(chunk);
    expect(reader.finish().stanzas).toBeGreaterThan(60_000);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
