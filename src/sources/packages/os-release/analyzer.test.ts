import { describe, expect, it } from 'vitest';
import { learn, readMode } from '../../../../test/seen-file.ts';
import type { Distro } from '../../../model/distro.ts';
import { analyzer } from './analyzer.ts';
import { analyzer as repositories } from './repositories-analyzer.ts';

function distroIn(path: string, text: string): Distro | undefined {
  for (const fact of learn(analyzer, path, text).facts) if (fact.kind === 'distro') return fact.distro;
  return undefined;
}

function short(distro: Distro | undefined): string | undefined {
  return distro && [distro.id, distro.version ?? '-', distro.codename ?? '-', distro.release ?? '-'].join(' ');
}

describe('os-release', () => {
  it.each<[string, string | undefined]>([
    ['ID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"', 'debian 12 bookworm 12'],
    ['ID=debian\nPRETTY_NAME="Debian GNU/Linux trixie/sid"\nVERSION_CODENAME=trixie', 'debian - trixie sid'],
    ['ID=debian\nPRETTY_NAME="Debian GNU/Linux buster/sid"', 'debian - - sid'],
    ['ID=debian\nPRETTY_NAME="Debian GNU/Linux"\nVERSION_CODENAME=forky', 'debian - forky testing'],
    ['ID=debian', 'debian - - -'],
    ['ID=ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy', 'ubuntu 22.04 jammy 22.04'],
    ['ID=ubuntu\nVERSION="12.04.5 LTS, Precise Pangolin"\nVERSION_ID="12.04"', 'ubuntu 12.04 - 12.04'],
    ['ID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME="Alpine Linux v3.18"', 'alpine 3.18.4 - v3.18'],
    ['ID=alpine\nPRETTY_NAME="Alpine Linux v3.18"', 'alpine - - v3.18'],
    ['ID=alpine\nVERSION_ID=3.19_alpha20230901\nPRETTY_NAME="Alpine Linux edge"', 'alpine 3.19_alpha20230901 - edge'],
    ['ID=alpine\nVERSION_ID=3.20_alpha1', 'alpine 3.20_alpha1 - edge'],
    ['ID="rhel"\nVERSION_ID="9.4"', 'rhel 9.4 - 9'],
    ['ID=fedora\nVERSION_ID=42\nVERSION_CODENAME=""', 'fedora 42 - 42'],
    ['ID=arch\nBUILD_ID=rolling', 'arch - - -'],
    ['ID="opensuse-tumbleweed"\nVERSION_ID="20220412"', 'opensuse-tumbleweed 20220412 - -'],
    ['ID=wolfi\nVERSION_ID=20230201', 'wolfi 20230201 - -'],
    ['  ID=vyos\r\n  VERSION_ID="1.4-rolling"\r\n', 'vyos 1.4-rolling - 1.4-rolling'],
    ['ID=\'quoted\'\nVERSION_ID="a\\"b\\$c"', 'quoted a"b$c - a"b$c'],
    ['ID=DEBIAN\nVERSION_ID="7"', 'debian 7 - 7'],
    ['ID=first\nID=last', 'last - - -'],
    ['# ID=comment\nID="unclosed', 'unclosed - - -'],
    ['NAME="Alpine Linux"\nVERSION_ID=3.15.4', undefined],
    ['ID=', undefined],
    ['ID=""', undefined],
  ])('%j', (text, expected) => expect(short(distroIn('etc/os-release', text))).toBe(expected));

  it('gives names and relatives', () => {
    expect(
      distroIn(
        'usr/lib/os-release',
        'ID=rocky\nNAME="Rocky Linux"\nVERSION="9.3 (Blue Onyx)"\nVERSION_ID=9.3\nID_LIKE="rhel  CentOS fedora"',
      ),
    ).toEqual({
      id: 'rocky',
      name: 'Rocky Linux 9.3 (Blue Onyx)',
      version: '9.3',
      release: '9',
      like: ['rhel', 'centos', 'fedora'],
    });
  });

  it('names a file without an ID, and passes over an empty one', () => {
    expect(learn(analyzer, 'etc/os-release', 'NAME=x').skipped).toEqual([
      expect.objectContaining({ area: 'os', example: 'etc/os-release', blocking: false }),
    ]);
    expect(learn(analyzer, 'etc/os-release', ' \n')).toEqual({ facts: [], skipped: [] });
  });

  it('reads hostile lines in linear time', () => {
    expect(distroIn('etc/os-release', `${' '.repeat(500_000)}\nID=x\nVERSION=${'('.repeat(400_000)}`)?.id).toBe('x');
  });
});

describe('older release files', () => {
  it.each<[string, string, string | undefined]>([
    ['etc/alpine-release', '2.6.6\n', 'alpine 2.6.6 - v2.6'],
    ['etc/alpine-release', 'x', undefined],
    ['etc/debian_version', '6.0.10\n', 'debian 6.0.10 - 6.0'],
    ['etc/debian_version', '12.10', 'debian 12.10 - 12'],
    ['etc/debian_version', 'trixie/sid', 'debian - trixie sid'],
    ['etc/debian_version', 'forky', 'debian - forky testing'],
    ['etc/debian_version', 'x', undefined],
    ['etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid', 'ubuntu 10.04 lucid 10.04'],
    ['etc/lsb-release', 'DISTRIB_CODENAME=lucid', undefined],
    ['etc/redhat-release', 'CentOS release 5.11 (Final)', 'centos 5.11 - 5'],
    ['etc/redhat-release', 'Red Hat Enterprise Linux Server release 6.5 (Santiago)', 'rhel 6.5 - 6'],
    ['etc/oracle-release', 'Oracle Linux Server release 5.11', 'ol 5.11 - 5'],
    ['etc/enterprise-release', 'Enterprise Linux Enterprise Linux Server release 5.11 (Carthage)', 'ol 5.11 - 5'],
    ['etc/system-release', 'Amazon Linux AMI release 2018.03', 'amzn 2018.03 - 2018.03'],
    ['etc/SuSE-release', 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4', 'sles 11 - 11'],
    ['etc/SuSE-release', 'openSUSE 13.2 (x86_64)\nVERSION = 13.2', 'opensuse 13.2 - 13.2'],
    ['etc/redhat-release', 'Something else release 3', undefined],
  ])('%s %j', (path, text, expected) => {
    expect(readMode(analyzer, path)).toBe('full');
    expect(short(distroIn(path, text))).toBe(expected);
  });
});

describe('apk repositories', () => {
  it.each<[string, string | undefined]>([
    ['https://dl-cdn.alpinelinux.org/alpine/v3.18/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.18/community\n', 'v3.18'],
    ['http://mirror/alpine/edge/main', 'edge'],
    ['http://mirror/alpine/v3.18/main\nhttp://mirror/alpine/edge/testing\n', 'v3.18'],
    ['http://mirror/alpine/v3.18/main\n@edge http://mirror/alpine/edge/main\n#http://mirror/alpine/edge/main', 'v3.18'],
    ['http://mirror/alpine/v3.18/main\nhttp://mirror/alpine/edge/main\n', undefined],
    ['/media/cdrom/v3.18/main/', 'v3.18'],
    ['http://mirror/alpine/latest-stable/main', undefined],
    ['https://packages.wolfi.dev/os', undefined],
    ['', undefined],
  ])('%j', (text, release) => {
    const facts = learn(repositories, 'etc/apk/repositories', text).facts;
    expect(facts.map((fact) => (fact.kind === 'distro' ? fact.distro.release : fact.kind))).toEqual(release === undefined ? [] : [release]);
  });
});
