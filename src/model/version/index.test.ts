import { describe, expect, it } from 'vitest';
import { type VersionScheme, versionOrder, versionOrders } from './index.ts';

/** From low to high; versions in one row are equal. Every pair of the chain is compared, in both directions. */
const chains: Readonly<Record<VersionScheme, readonly (readonly string[])[]>> = {
  deb: [
    ['1~~'],
    ['1~~a'],
    ['1~'],
    ['1', '0:1', '1-0', '01', '1-00', ' 1 '],
    ['1-0a'],
    ['1-0+b1'],
    ['1-1~bpo11+1'],
    ['1-1', '0:1-01'],
    ['1-1.1'],
    ['1-10'],
    ['1a'],
    ['1é'],
    ['1+dfsg-2'],
    ['1.0-1-1'],
    ['1.0.99999999999999999999'],
    ['1.0.100000000000000000000'],
    ['1:0'],
    ['10:0'],
  ],
  apk: [
    ['2_alpha'],
    ['2_alpha1'],
    ['2_beta'],
    ['2_pre'],
    ['2_rc'],
    ['2_what', '2_why'],
    ['2'],
    ['2-r0', '2-r00'],
    ['2-r10'],
    ['2~ab'],
    ['2_cvs'],
    ['2_git20200101'],
    ['2_p1'],
    ['2_p10'],
    ['2a'],
    ['2b_rc'],
    ['2b'],
    ['2.0'],
    ['2.02'],
    ['2.1'],
    ['2.9'],
    ['2.10'],
    ['10'],
  ],
  rpm: [
    ['~1'],
    ['1~rc1'],
    ['1~rc1^git1'],
    ['1', '0:1', '1.', '01'],
    ['1-0'],
    ['1-0.el8'],
    ['1-1', '0:1-1', '1-1_'],
    ['1-1.el8_4'],
    ['1-1.el8_10'],
    ['1^'],
    ['1^20200101-1'],
    ['1.a'],
    ['1.0'],
    ['1.0.1'],
    ['1.9'],
    ['1.10'],
    ['1:0'],
    ['10:0'],
  ],
  semver: [
    ['latest'],
    ['1.0.0-0'],
    ['1.0.0-9'],
    ['1.0.0-10'],
    ['1.0.0-Z'],
    ['1.0.0-a'],
    ['1.0.0-a.0'],
    ['1.0.0-a-b'],
    ['1.0.0', 'v1.0.0', '1.0.0+x', '1.0', '1'],
    ['1.0.1'],
    ['1.9.0'],
    ['1.10.0'],
    ['18446744073709551616.0.0'],
  ],
  npm: [['1.0.0-rc', '1.0.0rc'], ['1.0.0-rc.1'], ['1.0.0', ' v1.0.0', '=1.0.0', '1.0.0+5'], ['1.0.1-0'], ['1.0.1']],
  go: [
    ['master', '', '1.02.0', 'v1.2.3.4'],
    ['v0.0.0-20200101000000-abcdefabcdef'],
    ['v0.0.0-20210101000000-0123456789ab'],
    ['v0.1.0'],
    ['go1.21rc2', '1.21.0-rc.2', 'v1.21.0-rc.2', '1.21rc2'],
    ['go1.21', '1.21.0', 'v1.21', 'go1.21.0 X:boringcrypto'],
    ['go1.21.1'],
    ['go1.21.10'],
    ['v2.0.0+incompatible', 'v2.0.0', 'v2'],
  ],
  pypi: [
    ['nightly-a'],
    ['nightly-b'],
    ['2004d'],
    ['1.dev0', '1.0.dev', '1-DEV_0'],
    ['1a.dev1'],
    ['1a', '1.0-alpha.0', '1a0'],
    ['1a1.post1'],
    ['1b2', '1beta-2'],
    ['1rc1', '1c1', '1-preview1', '1pre1'],
    ['1', 'v1.0', '01.0.0', ' 1.0 '],
    ['1+abc'],
    ['1+abc.1', '1+ABC-1'],
    ['1+5'],
    ['1.post0.dev1'],
    ['1.post0', '1-0', '1rev', '1.r0'],
    ['1.0.1'],
    ['1.2'],
    ['1.10'],
    ['1!0'],
  ],
  maven: [
    ['1-alpha-1', '1a1', '1.0.ALPHA1'],
    ['1-beta', '1.0-beta'],
    ['1-milestone1', '1m1'],
    ['1-rc', '1-CR'],
    ['1-SNAPSHOT'],
    ['1', '1.0', '1-ga', '1.0.0.Final', '1.RELEASE', '1-0'],
    ['1-sp'],
    ['1-jre8'],
    ['1-jre11'],
    ['1-zulu'],
    ['1-1', '1-ga-1'],
    ['1-2'],
    ['1.1'],
    ['1.9'],
    ['1.10'],
    ['99999999999999999999'],
  ],
  gem: [
    ['1.0.0.a'],
    ['1.0.0.a.1', '1.a1'],
    ['1.0.0.b'],
    ['1.0.0-1', '1.pre.1'],
    ['1', '1.0', '1.0.0', '01'],
    ['1.0.0.1'],
    ['1.9'],
    ['1.10.a'],
    ['1.10'],
  ],
  composer: [
    ['dev-main'],
    ['1.0-dev', 'v1.0-dev'],
    ['1.0-alpha1', '1.0a1', '1.0.a.1'],
    ['1.0-beta2'],
    ['1.0-RC1', '1.0rc1'],
    ['1.0', 'V1.0', '1.0+build'],
    ['1.0.0'],
    ['1.0-p1', '1.0pl1'],
    ['1.9'],
    ['1.10'],
  ],
  nuget: [
    ['1.0.0-Alpha', '1.0.0-alpha'],
    ['1.0.0-alpha.2'],
    ['1.0.0-alpha.10'],
    ['1.0.0-beta'],
    ['1', '1.0', '1.0.0.0', '01.0', '1.0.0+sha'],
    ['1.0.0.1'],
    ['1.9'],
    ['1.10'],
  ],
  cran: [['0.9'], ['0.10', '0-10', '0.010'], ['0.10.0'], ['1.0'], ['1.0-1'], ['1.1']],
  hackage: [['1'], ['1.0'], ['1.0.0'], ['1.9'], ['1.10']],
  hex: [['1.0.0-dev'], ['1.0.0-rc.0'], ['1.0.0', '1.0.0+5'], ['1.0.1']],
  pub: [['1.0.0-a'], ['1.0.0'], ['1.0.0+1'], ['1.0.0+2'], ['1.0.0+10'], ['1.0.0+a'], ['1.0.1-0']],
  'crates.io': [['1.0.0-alpha'], ['1.0.0', '1.0.0+build'], ['1.0.1']],
};

const validity: Readonly<Record<VersionScheme, { inside: readonly string[]; outside: readonly string[] }>> = {
  deb: {
    inside: ['1', '1:2.0~rc1-3+b1', '0.1-2-3', '1:2:3'],
    outside: ['', 'a1', '1-', ':1', 'x:1', '1 2', '1-2_3', '4294967296:1', '1é'],
  },
  apk: {
    inside: ['1', '1.2.3a_rc1_p2~0af-r4'],
    outside: ['', 'a', '1..2', '1-r', '1_foo', '1-1', '1.2.3ab', '1-r1-r2'],
  },
  rpm: { inside: ['1', '1:2~rc1^git-3.el9_2'], outside: ['', '1-', '1 2', 'a:1', '1-2-3'] },
  semver: { inside: ['1.2.3', 'v1.2.3', '1.2.3-a.1+b'], outside: ['1.2', '1.2.3.4', '01.2.3', '1.2.3-', '1.2.3-01', '1.2.3+', '1.2.x'] },
  npm: { inside: ['1.2.3', ' v1.2.3 '], outside: ['1.2', '=1.2.3.4', 'latest', '1.2.3rc'] },
  go: {
    inside: ['v1.2.3', '1.2', 'go1.21rc1', 'v2.0.0+incompatible'],
    outside: ['', 'v1.2.3.4', 'v01.2.3', '(devel)', 'v1.2-rc', 'v1.2.3-'],
  },
  pypi: { inside: ['1', '1!2.0a1.post2.dev3+local.4', 'V1.0-1'], outside: ['', '1.0-x', 'latest', '1..2', '1.0+', '1.0.dev1.2'] },
  maven: { inside: ['1', '1.0-SNAPSHOT', 'r09', '2.0_1'], outside: ['', '1 0', '$' + '{version}', '[1,2)', 'a/b'] },
  gem: { inside: ['1', '1.0.rc1', '1.0-java'], outside: ['', 'a', '1..2', '1.', '1_0', '>= 1'] },
  composer: {
    inside: ['1', 'v1.2.3.4-RC1', '1.0-beta.2-dev', '2010-01-02', '20100102.1'],
    outside: ['', 'dev-main', '1.0.x', '1.2.3.4.5', 'main'],
  },
  nuget: { inside: ['1', '1.2.3.4-beta.1+5'], outside: ['', '1.2.3.4.5', '1.', '1.0-', 'v1.0', '1.0-b_1'] },
  cran: { inside: ['1.0', '1.0-1'], outside: ['', '1', '1.', '1.a', '1--2'] },
  hackage: { inside: ['1', '0.1.0.0'], outside: ['', '01', '1.a', '1-tag', '1..2', '1234567890'] },
  hex: { inside: ['1.0.0', '1.0.0-rc.1+b'], outside: ['1.0', 'v1.0.0', '1.0.0-01'] },
  pub: { inside: ['1.0.0', '1.0.0-01+2', '01.0.0'], outside: ['1.0', '1.0.0-', '1.0.0+a_b', 'v1.0.0'] },
  'crates.io': { inside: ['1.0.0', '1.0.0-a+b'], outside: ['1.0', 'v1.0.0'] },
};

describe.each(Object.values(versionOrders))('$scheme', (order) => {
  it('orders its chain, pair by pair', () => {
    const flat = chains[order.scheme].flatMap((equal, rank) => equal.map((version) => ({ version, rank })));
    const wrong = flat.flatMap((a) =>
      flat
        .filter((b) => order.compare(a.version, b.version) !== Math.sign(a.rank - b.rank))
        .map((b) => [a.version, order.compare(a.version, b.version), b.version]),
    );
    expect(wrong).toEqual([]);
  });

  it('knows its grammar', () => {
    const { inside, outside } = validity[order.scheme];
    expect(inside.filter((version) => !order.valid(version))).toEqual([]);
    expect(outside.filter((version) => order.valid(version))).toEqual([]);
  });
});

describe('versionOrder', () => {
  it.each([
    ['alpine', 'apk'],
    ['Alpine:v3.18', 'apk'],
    ['Debian:12', 'deb'],
    ['Ubuntu:22.04:LTS', 'deb'],
    ['redhat', 'rpm'],
    ['Red Hat:rhel_aus:8.4::appstream', 'rpm'],
    ['AlmaLinux:9', 'rpm'],
    ['Rocky Linux', 'rpm'],
    ['SUSE', 'rpm'],
    ['openSUSE', 'rpm'],
    ['packagist', 'composer'],
    ['PyPI', 'pypi'],
    ['RubyGems', 'gem'],
    ['crates.io', 'crates.io'],
    ['cargo', 'crates.io'],
    ['golang', 'go'],
    ['NuGet', 'nuget'],
    ['CRAN', 'cran'],
    ['Hackage', 'hackage'],
    ['Hex', 'hex'],
    ['Pub', 'pub'],
    ['Maven:https://repo1.maven.org/maven2', 'maven'],
  ])('%s goes by %s', (name, scheme) => {
    expect(versionOrder(name)?.scheme).toBe(scheme);
  });

  it.each(['', 'constructor', 'windows', '__proto__', ':12'])('does not guess for %j', (name) => {
    expect(versionOrder(name)).toBeUndefined();
  });
});
