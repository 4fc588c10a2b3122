import { describe, expect, it } from 'vitest';
import { standing } from '../../../test/seen-file.ts';
import type { StandingFile } from '../../model/analyzer.ts';
import { analyzer as apk } from './apk/analyzer.ts';
import { type AssembleOptions, assemble } from './assemble.ts';
import { analyzer as dpkg } from './dpkg/analyzer.ts';
import { analyzer as npm } from './npm/analyzer.ts';
import { analyzer as npmLock } from './npm/lock-analyzer.ts';
import { analyzer as osRelease } from './os-release/analyzer.ts';
import { analyzer as repositories } from './os-release/repositories-analyzer.ts';
import { analyzer as python } from './python/analyzer.ts';
import { analyzer as rpm } from './rpm/analyzer.ts';

const STATUS = 'var/lib/dpkg/status';
const image: AssembleOptions = { kind: 'image', lockFiles: false };
const folder: AssembleOptions = { kind: 'filesystem', lockFiles: true };
const debian = standing(osRelease, 'etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', 0);
const alpine = standing(osRelease, 'etc/os-release', 'ID=alpine\nVERSION_ID=3.18.4', 0);

function status(...packages: string[]): string {
  return packages
    .map((one) => {
      const [name, version, more = ''] = one.split(' ');
      return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n${more.replace('~', ' ')}`;
    })
    .join('\n\n');
}

function metadata(name: string, version: string): string {
  return `Name: ${name}\nVersion: ${version}\n`;
}

function purls(files: readonly StandingFile[], options = image): string[] {
  return assemble(files, options).packages.map((pkg) => pkg.purl);
}

function codes(files: readonly StandingFile[], options = image): string[] {
  return assemble(files, options).causes.map((cause) => `${cause.area} ${cause.code}${cause.blocking ? ' blocking' : ''}`);
}

describe('purls', () => {
  it('name distribution, architecture and upstream of OS packages', () => {
    const text = status('libc6 1:2.36-9+deb12u1 Source:~glibc', 'bash 5.2+b1 Source:~bash~(5.2)').replace('bash~(5.2)', 'bash (5.2)');
    expect(purls([debian, standing(dpkg, STATUS, text, 0)])).toEqual([
      'pkg:deb/debian/bash@5.2%2Bb1?arch=amd64&distro=debian-12&upstream=bash%405.2',
      'pkg:deb/debian/libc6@1:2.36-9%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=glibc',
    ]);
  });

  it('name the branch where it is the release, the full version where there is one', () => {
    const db = standing(apk, 'lib/apk/db/installed', 'P:musl\nV:1.2.4-r2\nA:x86_64', 0);
    expect(purls([alpine, db])).toEqual(['pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.18.4']);
    expect(purls([alpine, db, standing(repositories, 'etc/apk/repositories', 'http://m/alpine/edge/main', 1)])).toEqual([
      'pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-edge',
    ]);
  });

  it('leave a foreign database without a distribution', () => {
    expect(purls([alpine, standing(apk, 'lib/apk/db/installed', 'P:dpkg\nV:1'), standing(dpkg, STATUS, status('hello 1'))])).toEqual([
      'pkg:apk/alpine/dpkg@1?distro=alpine-3.18.4',
      'pkg:deb/hello@1?arch=amd64',
    ]);
  });

  it.each([
    ['@Scope/Name', '1.0.0+x', 'pkg:npm/%40Scope/Name@1.0.0%2Bx'],
    ['JSONStream', '1.0.0', 'pkg:npm/JSONStream@1.0.0'],
    ['odd name!/(x)', '1 2', 'pkg:npm/odd%20name%21/%28x%29@1%202'],
    ['\\ud800', '1', 'pkg:npm/%EF%BF%BD@1'],
  ])('of npm package %s', (name, version, purl) => {
    expect(purls([standing(npm, 'node_modules/x/package.json', `{"name":"${name}","version":"${version}"}`)])).toEqual([purl]);
  });
});

describe('rows', () => {
  it('merge one purl at several places, and keep two versions of one name apart', () => {
    const files = [
      standing(python, 'usr/lib/python3/dist-packages/Foo_Bar-1.0.dist-info/METADATA', metadata('foo-bar', '1.0'), 2),
      standing(python, 'opt/venv/lib/foo_bar-1.0.dist-info/METADATA', `${metadata('Foo_Bar', '1.0')}License: MIT`, 1),
      standing(python, 'usr/local/lib/foo_bar-2.0.dist-info/METADATA', metadata('foo.bar', '2.0'), 3),
    ];
    expect(assemble(files, image).packages).toEqual([
      {
        purl: 'pkg:pypi/foo-bar@1.0',
        type: 'pypi',
        name: 'Foo_Bar',
        version: '1.0',
        layer: 1,
        locations: [
          { path: 'opt/venv/lib/foo_bar-1.0.dist-info/METADATA', layer: 1 },
          { path: 'usr/lib/python3/dist-packages/Foo_Bar-1.0.dist-info/METADATA', layer: 2 },
        ],
        licenses: ['MIT'],
        from: 'installed',
      },
      expect.objectContaining({ purl: 'pkg:pypi/foo-bar@2.0', layer: 3 }),
    ]);
  });

  it('do not depend on the order of files', () => {
    const files = [
      debian,
      standing(dpkg, STATUS, status('a 1', 'b 2'), 1, [[0, status('a 1')]]),
      standing(dpkg, 'var/lib/dpkg/status.d/a', status('a 1'), 0),
      standing(npm, 'x/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}', 1),
      standing(npm, 'y/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}', 0),
      standing(npmLock, 'package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"},"node_modules/b":{}}}', 1),
    ];
    expect(JSON.stringify(assemble([...files].reverse(), folder))).toBe(JSON.stringify(assemble(files, folder)));
  });
});

describe('the layer that brought a package in', () => {
  it.each<[string, string[], number]>([
    ['since the base', ['a 1', 'a 1', 'a 1'], 0],
    ['in the last layer', ['b 1', 'b 1', 'a 1'], 2],
    ['upgraded in the middle', ['a 0', 'a 1', 'a 1'], 1],
    ['removed and back', ['a 1', 'b 1', 'a 1'], 2],
    ['downgraded and back', ['a 1', 'a 0', 'a 1'], 2],
  ])('%s', (_, versions, layer) => {
    const [base = '', middle = '', last = ''] = versions;
    const file = standing(dpkg, STATUS, status(last), 2, [
      [0, status(base)],
      [1, status(middle)],
    ]);
    expect(assemble([debian, file], image).packages.find((pkg) => pkg.name === 'a')?.layer).toBe(layer);
  });

  it('tells architectures apart', () => {
    const both = `${status('a 1')}\n\n${status('a 1').replace('amd64', 'i386')}`;
    const file = standing(dpkg, STATUS, both, 1, [[0, status('a 1')]]);
    expect(assemble([debian, file], image).packages.map((pkg) => [pkg.arch, pkg.layer])).toEqual([
      ['amd64', 0],
      ['i386', 1],
    ]);
  });

  it('is unknown without layers', () => {
    const [pkg] = assemble([debian, standing(dpkg, STATUS, status('a 1'))], folder).packages;
    expect(pkg?.layer).toBeUndefined();
    expect(pkg?.locations).toEqual([{ path: STATUS }]);
  });
});

describe('owners', () => {
  const egg = 'usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO';
  const six = metadata('six', '1.16.0');
  const owner = 'pkg:deb/debian/python3-six@1.16?arch=amd64&distro=debian-12';
  const list = (path: string, key = 'python3-six') => standing(dpkg, `var/lib/dpkg/info/${key}.list`, `/.\n/${path}\n`, 1);
  const db = standing(dpkg, STATUS, status('python3-six 1.16'), 1);

  function ownerOf(files: readonly StandingFile[], options = image): string | undefined {
    return assemble([debian, db, ...files], options).packages.find((pkg) => pkg.type === 'pypi')?.owner;
  }

  it('are found in the file list', () => expect(ownerOf([standing(python, egg, six, 1), list(egg)])).toBe(owner));

  it('are found through merged folders, in either spelling', () => {
    expect(ownerOf([standing(python, egg, six, 1), list(egg.replace('usr/', ''))])).toBe(owner);
    expect(ownerOf([standing(python, egg.replace('usr/', ''), six, 1), list(egg)])).toBe(owner);
  });

  it("are found through the target's own links", () => {
    const files = [standing(python, 'srv/six.egg-info/PKG-INFO', six, 1), list('opt/six.egg-info/PKG-INFO')];
    expect(ownerOf(files)).toBeUndefined();
    expect(ownerOf(files, { ...image, resolve: (path) => path.replace(/^opt\//, 'srv/') })).toBe(owner);
  });

  it('are found by the key with an architecture', () => {
    const multi = standing(dpkg, STATUS, `${status('python3-six 1.16')}Multi-Arch: same`, 1);
    const files = [debian, multi, standing(python, egg, six, 1), list(egg, 'python3-six:amd64')];
    expect(assemble(files, image).packages.find((pkg) => pkg.type === 'pypi')?.owner).toBe(owner);
  });

  it('do not answer for a copy elsewhere, not even of the same version', () => {
    expect(
      ownerOf([standing(python, egg, six, 1), standing(python, 'usr/local/lib/six.egg-info/PKG-INFO', six, 1), list(egg)]),
    ).toBeUndefined();
  });

  it('do not answer for a file that a later layer wrote over', () => {
    expect(ownerOf([standing(python, egg, metadata('six', '1.17.0'), 2, [[1, six]]), list(egg)])).toBeUndefined();
  });

  it('still answer when a later layer only touched the file', () => {
    expect(ownerOf([standing(python, egg, six, 2, [[1, six]]), list(egg)])).toBe(owner);
  });

  it('are not found in lists of packages that are gone', () =>
    expect(ownerOf([standing(python, egg, six, 1), list(egg, 'gone')])).toBeUndefined());
});

describe('lock files', () => {
  const lock = standing(
    npmLock,
    'app/package-lock.json',
    '{"packages":{"node_modules/a":{"version":"1.0.0"},"node_modules/d":{"version":"1.0.0","dev":true},"node_modules/x":{}}}',
  );
  const installed = standing(npm, 'app/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}');

  it('count in a folder, without what only development needs', () => {
    const { packages, counted, causes } = assemble([lock], folder);
    expect(packages.map((pkg) => [pkg.purl, pkg.from])).toEqual([['pkg:npm/a@1.0.0', 'locked']]);
    expect(counted).toEqual({ dev: 1, 'lock-file': 1 });
    expect(causes).toHaveLength(1);
  });

  it('count with development when asked', () => {
    const { packages } = assemble([lock], { ...folder, includeDev: true });
    expect(packages.map((pkg) => [pkg.name, pkg.dev])).toEqual([
      ['a', undefined],
      ['d', true],
    ]);
  });

  it('are left out of images, with their faults, unless asked for', () => {
    expect(assemble([lock], image)).toEqual({ packages: [], causes: [], counted: { 'lock-file': 1, 'locked-ignored': 2 } });
    expect(purls([lock], { ...image, lockFiles: true })).toEqual(['pkg:npm/a@1.0.0']);
  });

  it('give way to what is installed', () => {
    const [pkg] = assemble([lock, installed], folder).packages;
    expect([pkg?.from, pkg?.locations.map((place) => place.path)]).toEqual([
      'installed',
      ['app/node_modules/a/package.json', 'app/package-lock.json'],
    ]);
  });
});

describe('the distribution', () => {
  function releaseWith(...files: StandingFile[]): string | undefined {
    const { distro } = assemble(files, image);
    return distro && `${distro.id} ${distro.release ?? '-'} ${distro.name}`;
  }
  const sid = standing(osRelease, 'usr/lib/os-release', 'ID=debian\nPRETTY_NAME="Debian"\nVERSION_CODENAME=forky');

  it.each<[string, StandingFile[], string | undefined]>([
    [
      'etc before usr/lib',
      [standing(osRelease, 'usr/lib/os-release', 'ID=alpine\nVERSION_ID=3.1.1'), debian],
      'debian 12 Debian GNU/Linux 12 (bookworm)',
    ],
    ['usr/lib when etc has no ID', [standing(osRelease, 'etc/os-release', 'NAME=x'), sid], 'debian testing Debian'],
    ['sid by debian_version', [sid, standing(osRelease, 'etc/debian_version', 'forky/sid')], 'debian sid Debian'],
    [
      'the point release in the name',
      [debian, standing(osRelease, 'etc/debian_version', '12.10')],
      'debian 12 Debian GNU/Linux 12.10 (bookworm)',
    ],
    [
      'no point release of another',
      [debian, standing(osRelease, 'etc/debian_version', '11.1')],
      'debian 12 Debian GNU/Linux 12 (bookworm)',
    ],
    [
      'the special file before the general',
      [
        standing(osRelease, 'etc/redhat-release', 'Red Hat Enterprise Linux Server release 5.11'),
        standing(osRelease, 'etc/oracle-release', 'Oracle Linux Server release 5.11'),
      ],
      'ol 5 Oracle Linux Server release 5.11',
    ],
    [
      'Ubuntu before its debian_version',
      [
        standing(osRelease, 'etc/debian_version', 'squeeze/sid'),
        standing(osRelease, 'etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04'),
      ],
      'ubuntu 10.04 ubuntu 10.04',
    ],
    ['repositories are no distribution', [standing(repositories, 'etc/apk/repositories', 'http://m/alpine/edge/main')], undefined],
    [
      'repositories say nothing of others',
      [debian, standing(repositories, 'etc/apk/repositories', 'http://m/alpine/edge/main')],
      'debian 12 Debian GNU/Linux 12 (bookworm)',
    ],
  ])('%s', (_, files, expected) => expect(releaseWith(...files)).toBe(expected));
});

describe('unknowns', () => {
  const fedora = standing(osRelease, 'etc/os-release', 'ID=fedora\nVERSION_ID=42');
  const sqlite = standing(rpm, 'usr/lib/sysimage/rpm/rpmdb.sqlite', '');
  const full = standing(dpkg, STATUS, status('a 1'));

  it.each<[string, StandingFile[], string[]]>([
    ['nothing at all', [], []],
    ['a complete image', [debian, full], []],
    ['no database where Debian has one', [debian], ['deb package-database-missing blocking']],
    ['an emptied database', [debian, standing(dpkg, STATUS, '')], ['deb package-database-missing blocking']],
    [
      'an empty one beside status.d',
      [debian, standing(dpkg, STATUS, ''), standing(dpkg, 'var/lib/dpkg/status.d/a', 'Package: a\nVersion: 1')],
      [],
    ],
    [
      'a database that is none',
      [debian, standing(dpkg, STATUS, 'bogus')],
      ['deb package-database-unread blocking', 'deb package-record-invalid'],
    ],
    ['rpm, not read', [fedora, sqlite], ['rpm package-database-unread blocking']],
    ['rpm expected, none there', [fedora], ['rpm package-database-missing blocking']],
    [
      'a relative',
      [standing(osRelease, 'etc/os-release', 'ID=own\nID_LIKE="ubuntu debian"\nVERSION_ID=1')],
      ['deb package-database-missing blocking'],
    ],
    ['another database than expected', [alpine, full], ['apk package-database-missing blocking']],
    ['no distribution', [full], ['os distro-unknown blocking']],
    [
      'a distribution nobody reads',
      [standing(osRelease, 'etc/os-release', 'ID=nixos\nVERSION_ID=24.05')],
      ['os distro-unsupported blocking'],
    ],
    [
      'a name of the prototype',
      [standing(osRelease, 'etc/os-release', 'ID=constructor\nVERSION_ID=1')],
      ['os distro-unsupported blocking'],
    ],
    ['no release', [standing(osRelease, 'etc/os-release', 'ID=ubuntu'), full], ['os distro-release-unknown blocking']],
    [
      'no release where there is none',
      [standing(osRelease, 'etc/os-release', 'ID=wolfi\nVERSION_ID=20230201'), standing(apk, 'lib/apk/db/installed', 'P:a\nV:1')],
      [],
    ],
    ['a name that is none', [standing(npm, 'node_modules/a/package.json', '{"name":"//","version":"1"}')], ['npm package-record-invalid']],
    ['a bad record', [standing(npm, 'node_modules/a/package.json', '{')], ['npm package-record-invalid']],
  ])('%s', (_, files, expected) => expect(codes(files)).toEqual(expected));
});
