import { describe, expect, it } from 'vitest';
import { learn, names, packagesOf, readMode } from '../../../../test/seen-file.ts';
import { analyzer } from './analyzer.ts';

const STATUS = 'var/lib/dpkg/status';

function record(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

const apt = record({ Package: 'apt', Status: 'install ok installed', Architecture: 'amd64', Version: '2.6.1' });

describe('dpkg status', () => {
  it.each([
    ['install ok installed', 'package'],
    ['hold ok installed', 'package'],
    ['install reinstreq half-configured', 'package'],
    ['install ok unpacked', 'package'],
    ['install ok triggers-awaited', 'package'],
    ['install ok triggers-pending', 'package'],
    ['deinstall ok config-files', 'nothing'],
    ['purge ok not-installed', 'nothing'],
    ['install reinstreq half-installed', 'skip'],
    ['install ok', 'skip'],
    ['install ok installed twice', 'skip'],
    ['install ok INSTALLED', 'skip'],
    ['', 'skip'],
  ])('state %j is a %s', (status, outcome) => {
    const { facts, skipped } = learn(analyzer, STATUS, record({ Package: 'a', Status: status, Version: '1' }));
    const got = facts.some((fact) => fact.kind === 'package') ? 'package' : skipped.length > 0 ? 'skip' : 'nothing';
    expect(got).toBe(outcome);
  });

  it.each<[string, { name: string; version: string } | undefined]>([
    ['Source: glibc', { name: 'glibc', version: '1.0-1+b1' }],
    ['Source: glibc (2.36-9)', { name: 'glibc', version: '2.36-9' }],
    ['Source: p (1.0-1)', { name: 'p', version: '1.0-1' }],
    ['Source: p (1.0-1+b1)', undefined],
    ['Source: p', undefined],
    ['Source: glibc (', { name: 'glibc', version: '1.0-1+b1' }],
    ['Source: ()', undefined],
    ['Homepage: x', undefined],
  ])('reads %s', (line, source) => {
    const text = `Package: p\nStatus: install ok installed\nVersion: 1.0-1+b1\n${line}`;
    expect(packagesOf(learn(analyzer, STATUS, text))[0]?.source).toEqual(source);
  });

  it('keeps reading after bad records and names each with its line', () => {
    const text = `Package:\nVersion: 1\n\n${apt}\n\nPackage: nover\nStatus: install ok installed\n\nVersion: 2\n\n${apt.replace('apt', 'dpkg')}\n`;
    const learned = learn(analyzer, STATUS, text);
    expect(names(learned)).toEqual(['apt@2.6.1', 'dpkg@2.6.1']);
    expect(learned.skipped.map((skip) => skip.example)).toEqual([`${STATUS}:1 ()`, `${STATUS}:9 nover`, `${STATUS}:12`]);
    expect(learned.skipped.every((skip) => skip.code === 'package-record-invalid' && skip.area === 'deb')).toBe(true);
    expect(learned.facts[0]).toEqual({ kind: 'database', type: 'dpkg', read: true });
  });

  it('is not fooled by what stands in continuation lines, other fields, case, line ends and repeated fields', () => {
    const text = [
      'Package: real\r',
      'Status: install ok installed\r',
      'version: 1\r',
      'Version: 99\r',
      'Package: smuggled\r',
      'Description: text\r',
      ' Package: inner\r',
      ' .\r',
      'Conffiles:\r',
      '\tVersion: 7\r',
      '\r',
      ' \t\r',
      'no field here\r',
    ].join('\n');
    const learned = learn(analyzer, STATUS, text);
    expect(names(learned)).toEqual(['real@1']);
    expect(learned.skipped).toMatchObject([
      {
        reason: 'a dpkg record that states two values of one field; the first was taken',
        example: `${STATUS}:1 real (Version)`,
        blocking: true,
      },
      { reason: 'a dpkg record without a package name', blocking: false },
    ]);
  });

  it.each(['Status: deinstall ok config-files', 'Version: 99', 'Package: other'])('blocks where a record also states %s', (line) => {
    const { skipped } = learn(analyzer, STATUS, `${line}\n${record({ Package: 'a', Status: 'install ok installed', Version: '1' })}`);
    expect(skipped.map((skip) => skip.blocking)).toEqual([true]);
  });

  it('keeps odd names and versions as written, and wrong UTF-8 as U+FFFD', () => {
    const bytes = Buffer.concat([Buffer.from('Package: A_\nStatus: install ok installed\nVersion: v..\xc3\x28', 'latin1')]);
    expect(names(learn(analyzer, STATUS, bytes))).toEqual(['A_@v..\ufffd(']);
  });

  it('gives the key under which file lists stand only where it differs', () => {
    const keys = [apt, `${apt}\nMulti-Arch: same`, `${apt}\nMulti-Arch: foreign`].map(
      (text) => packagesOf(learn(analyzer, STATUS, text))[0]?.key,
    );
    expect(keys).toEqual([undefined, 'apt:amd64', undefined]);
  });

  it.each([
    ['', true],
    ['\n\n', true],
    ['bogus status', false],
    ['Packet: x\nVersion: 1\n', false],
    [`garbage\n\n${apt}`, true],
  ])('says whether %j was read', (text, read) => {
    expect(learn(analyzer, STATUS, text).facts[0]).toEqual({ kind: 'database', type: 'dpkg', read });
  });

  it('bounds the skips of a hostile file and stays quick', () => {
    const learned = learn(analyzer, STATUS, 'Package: x\nStatus: broken\n\n'.repeat(200_000));
    expect(learned.skipped).toHaveLength(1001);
    expect(learned.skipped.at(-1)?.reason).toContain('more than 1000');
  });

  it('stops at its budget of records and says so', () => {
    const learned = learn(analyzer, STATUS, `${apt}\n\n`.repeat(500_001));
    expect(packagesOf(learned)).toHaveLength(500_000);
    expect(learned.skipped).toEqual([expect.objectContaining({ code: 'file-too-large', blocking: true })]);
    expect(learned.facts[0]).toEqual({ kind: 'database', type: 'dpkg', read: false });
  });
});

describe('status.d of distroless images', () => {
  it('needs no Status, honours one that is there, and keys file lists by the file', () => {
    const learned = learn(
      analyzer,
      'var/lib/dpkg/status.d/base',
      'Package: base-files\nVersion: 12.4\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n',
    );
    expect(packagesOf(learned)).toEqual([{ type: 'deb', name: 'base-files', version: '12.4', key: 'base' }]);
    expect(learned.skipped).toEqual([]);
  });

  it('takes owned evidence from md5sums', () => {
    const sum = '0123456789abcdef0123456789abcdef';
    const text = `${sum}  usr/lib/python3/dist-packages/six-1.16.egg-info/PKG-INFO\n${sum}  usr/bin/x\nbroken\n`;
    expect(learn(analyzer, 'var/lib/dpkg/status.d/six.md5sums', text).facts).toEqual([
      { kind: 'owned-files', key: 'six', paths: ['usr/lib/python3/dist-packages/six-1.16.egg-info/PKG-INFO'] },
    ]);
  });
});

describe('file lists', () => {
  it('keeps only what can be evidence', () => {
    const text =
      '/.\n/usr/lib/node_modules/npm/package.json\n/usr/lib/node_modules/npm/lib/package.json\n/usr/lib/x.dist-info/METADATA\n/usr/lib/x.dist-info/WHEEL';
    expect(learn(analyzer, 'var/lib/dpkg/info/nodejs:amd64.list', text).facts).toEqual([
      { kind: 'owned-files', key: 'nodejs:amd64', paths: ['usr/lib/node_modules/npm/package.json', 'usr/lib/x.dist-info/METADATA'] },
    ]);
    expect(learn(analyzer, 'var/lib/dpkg/info/bash.list', '/bin/bash\n/usr/share/info/bash.info.gz\n').facts).toEqual([]);
  });

  it.each([
    ['var/lib/dpkg/status', 'full'],
    ['var/lib/dpkg/status-old', 'skip'],
    ['var/lib/dpkg/status.d/libc6', 'full'],
    ['var/lib/dpkg/status.d/libc6.md5sums', 'full'],
    ['var/lib/dpkg/status.d/libc6.postinst', 'skip'],
    ['var/lib/dpkg/info/libc6:amd64.list', 'full'],
    ['var/lib/dpkg/info/libc6:amd64.md5sums', 'skip'],
    ['srv/var/lib/dpkg/status', 'skip'],
  ])('reads %s: %s', (path, mode) => expect(readMode(analyzer, path)).toBe(mode));
});
