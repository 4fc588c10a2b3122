import { readFileSync } from 'node:fs';
import { decompress } from 'fzstd';
import { describe, expect, it } from 'vitest';
import type { Analyzer } from '../src/model/analyzer.ts';
import { analyzer as apk } from '../src/sources/packages/apk/analyzer.ts';
import { analyzer as dpkg } from '../src/sources/packages/dpkg/analyzer.ts';
import { analyzer as npm } from '../src/sources/packages/npm/analyzer.ts';
import { analyzer as npmLock } from '../src/sources/packages/npm/lock-analyzer.ts';
import { analyzer as osRelease } from '../src/sources/packages/os-release/analyzer.ts';
import { analyzer as python } from '../src/sources/packages/python/analyzer.ts';
import { type Cases, caseRows, requireCases } from './cases.ts';
import { learn, names, packagesOf } from './seen-file.ts';

interface CaseFile {
  readonly path: string;
  readonly text?: string;
  readonly base64?: string;
}

const releases = requireCases('cases/scan/os-release.jsonl');
const releasesExpected = requireCases('cases/scan/os-release-expected.jsonl');
const trivy = requireCases('cases/scan/trivy-parsers.jsonl.zst');
const trivyExpected = requireCases('cases/scan/trivy-parsers-expected.jsonl.zst');
const syft = requireCases('cases/scan/syft-catalogers.jsonl.zst');
const missing = [releases, releasesExpected, trivy, trivyExpected, syft].find((one) => one.missing !== undefined)?.missing;
const note = missing === undefined ? '' : ` (skipped: ${missing})`;

function compressedRows<Row>({ path }: Cases): Row[] {
  if (path === undefined) return [];
  const text = Buffer.from(decompress(readFileSync(path))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Row => JSON.parse(line));
}

const trivyFiles = compressedRows<CaseFile>(trivy);
const syftFiles = compressedRows<CaseFile>(syft);

function contentOf(files: readonly CaseFile[], path: string): string | Buffer {
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`no case file ${path}`);
  return file.text ?? Buffer.from(file.base64 ?? '', 'base64');
}

function short(path: string, text: string): string {
  for (const fact of learn(osRelease, path, text).facts)
    if (fact.kind === 'distro') return `${fact.distro.id} ${fact.distro.version ?? '-'} ${fact.distro.release ?? '-'}`;
  return 'none';
}

/** The family names of the other scanner, as `ID`s. */
const families: Readonly<Record<string, readonly string[]>> = {
  ActiveState: ['activestate'],
  Alma: ['almalinux'],
  Azure: ['azurelinux'],
  CBLMariner: ['mariner'],
  CentOSStream: ['centos'],
  OpenSUSELeap: ['opensuse-leap', 'opensuse'],
  OpenSUSETumbleweed: ['opensuse-tumbleweed'],
  Oracle: ['ol'],
  RedHat: ['rhel'],
  SLEMicro: ['sle-micro', 'sle-micro-rancher', 'sl-micro'],
};

/** Deliberate differences: the other scanner drops what it does not know or what has no VERSION_ID, we keep what the file says and name the rest unknown. */
const keptNevertheless: Readonly<Record<string, string>> = {
  'testdata/unknown': 'unknown 4.3.2 4.3.2',
  'testdata/no-version': 'alpine - v3.15',
};

describe.skipIf(missing !== undefined)(`release files${note}`, () => {
  interface Expected {
    readonly inputFile: string;
    readonly want: { readonly OS: { readonly Family: { readonly go: string }; readonly Name: string } } | null;
  }
  const files = caseRows<CaseFile>(releases);

  it.each(caseRows<Expected>(releasesExpected))('$inputFile', ({ inputFile, want }) => {
    const got = short('etc/os-release', String(contentOf(files, `pkg/fanal/analyzer/os/release/${inputFile}`)));
    if (want === null) return expect(got).toBe(keptNevertheless[inputFile] ?? 'none');
    const family = want.OS.Family.go.replace('types.', '');
    const [id, version] = got.split(' ');
    expect(families[family] ?? [family.toLowerCase()]).toContain(id);
    expect(version).toBe(want.OS.Name);
  });

  const folders = files.filter(({ path }) => /^(?:alpine|debian|ubuntu)\/testdata\/.*os-release$/.test(path));
  it.each(folders)('$path is the release of its folder', ({ path, text = '' }) => {
    const [, distribution = '', release = ''] = /^(\w+)\/testdata\/(?:\w*dist\/)?([^/]+)\//.exec(path) ?? [];
    // One Debian file stands among Ubuntu's as the case that must not be taken for Ubuntu.
    const id = path === 'ubuntu/testdata/dist/11/etc/os-release' ? 'debian' : distribution;
    const named = id !== 'alpine' || release === 'edge' ? release : `v${release}`;
    const got = short('etc/os-release', text).split(' ');
    expect([got[0], got[2]]).toEqual([id, named]);
  });

  const texts = files.filter(({ path }) => path.endsWith('.txtar'));
  it.each(texts)('$path', ({ text = '' }) => {
    const [input = '', , distribution = ''] = text.split(/^-- .* --$/m).slice(1);
    const expected: { did: string; version_id?: string } = JSON.parse(distribution);
    expect(short('etc/os-release', input).split(' ').slice(0, 2)).toEqual([expected.did, expected.version_id ?? '-']);
  });

  it.each([
    ['alpine_2_6_6', 'etc/alpine-release', 'alpine 2.6.6 v2.6'],
    ['alpine_3_7_0', 'etc/os-release', 'alpine 3.7.0 v3.7'],
    ['alpine_release_corrupt', 'etc/alpine-release', 'none'],
    ['centos_5', 'etc/redhat-release', 'centos 5.11 5'],
    ['centos_6', 'etc/redhat-release', 'centos 6.9 6'],
    ['centos_7', 'etc/os-release', 'centos 7 7'],
    ['debian_6', 'etc/debian_version', 'debian 6.0.10 6.0'],
    ['debian_9', 'etc/os-release', 'debian 9 9'],
    ['debian_unstable', 'etc/os-release', 'debian - sid'],
    ['debian_version_corrupt', 'etc/debian_version', 'none'],
    ['lsb_release_corrupt', 'etc/lsb-release', 'none'],
    ['oraclelinux_5_11', 'etc/oracle-release', 'ol 5.11 5'],
    ['oraclelinux_5_11', 'etc/enterprise-release', 'ol 5.11 5'],
    ['oraclelinux_6_9', 'etc/os-release', 'ol 6.9 6'],
    ['os_release_corrupt', 'etc/os-release', 'none'],
    ['redhat_6_5', 'etc/redhat-release', 'rhel 6.5 6'],
    ['redhat_7', 'etc/redhat-release', 'rhel 7.0 7'],
    ['sles_15', 'etc/os-release', 'sles 15 15'],
    ['ubuntu_10_04', 'etc/lsb-release', 'ubuntu 10.04 10.04'],
    ['ubuntu_18_04', 'etc/os-release', 'ubuntu 18.04 18.04'],
  ])('%s %s', (folder, path, expected) => {
    expect(short(path, String(contentOf(files, `test/fixtures/os/${folder}/fs/${path}`)))).toBe(expected);
  });

  it('reads the old package databases beside them', () => {
    const expected: { results: { AnalyzeType: string; Analysis: { Name: string; Version: string; Source: string }[] }[] } = JSON.parse(
      String(contentOf(files, 'test/fixtures/os/alpine_2_6_6/analyzer-expect.json')),
    );
    const wanted = expected.results
      .find((result) => result.AnalyzeType === 'Apk')
      ?.Analysis.map((one) => `${one.Name} ${one.Version} ${one.Source}`);
    const db = learn(apk, 'lib/apk/db/installed', contentOf(files, 'test/fixtures/os/alpine_2_6_6/fs/lib/apk/db/installed'));
    expect(packagesOf(db).map((pkg) => `${pkg.name} ${pkg.version} ${pkg.source?.name ?? pkg.name}`)).toEqual(wanted);
    const ubuntu = learn(dpkg, 'var/lib/dpkg/status', contentOf(files, 'test/fixtures/os/ubuntu_10_04/fs/var/lib/dpkg/status'));
    expect(names(ubuntu).length).toBeGreaterThan(90);
    expect(ubuntu.skipped).toEqual([]);
  });
});

describe.skipIf(missing !== undefined)(`npm lock files${note}`, () => {
  interface Variable {
    readonly file: string;
    readonly var?: string;
    readonly value?: readonly { readonly ID: string; readonly DependsOn: readonly string[] }[];
  }
  const variables = compressedRows<Variable>(trivyExpected).filter((row) => row.file === 'nodejs/npm/parse_testcase.go');

  function lockPackages(files: readonly CaseFile[], path: string): string[] {
    return names(learn(npmLock, 'package-lock.json', contentOf(files, path)));
  }

  it.each([
    ['npmDeps', 'v1'],
    ['npmDeps', 'v2'],
    ['npmDeps', 'v3'],
    ['npmV3WithWorkspaceDeps', 'v3_with_workspace'],
    ['npmV3WithPeerDependenciesDeps', 'v3_with_peer'],
    ['npmV3WithoutRootDepsFieldDeps', 'v3_without_root_deps_field'],
    ['npmV3WithSameDevAndNonDevDeps', 'v3_with-same-dev-and-non-dev'],
  ])('give every package of %s in %s', (variable, file) => {
    const rows = variables.find((row) => row.var === variable)?.value ?? [];
    const wanted = new Set(rows.flatMap((row) => [row.ID, ...row.DependsOn]));
    // Deliberate difference: folders of the project itself (workspaces, linked) are its own code, counted and not listed.
    for (const own of ['function1', 'nested_func@1.0.0', 'func1@1.0.0']) wanted.delete(own);
    expect(wanted.size).toBeGreaterThan(1);
    const got = lockPackages(trivyFiles, `nodejs/npm/testdata/package-lock_${file}.json`).map((name) => name.replace(' dev', ''));
    expect([...wanted].filter((name) => !got.includes(name))).toEqual([]);
  });

  it('gives the same packages for one project in versions 1, 2 and 3', () => {
    const [v1, v2, v3] = ['v1', 'v2', 'v3'].map((version) =>
      lockPackages(trivyFiles, `nodejs/npm/testdata/package-lock_${version}.json`).sort(),
    );
    expect(v2).toEqual(v3);
    expect(v1).toEqual(v3);
    expect(v3?.length).toBeGreaterThan(30);
  });

  it.each<[string, string[]]>([
    ['v3_broken_link', []],
    ['v3_with_workspace', ['debug@2.6.9', 'debug@2.5.2', 'ms@0.7.2', 'ms@2.0.0']],
    ['v3_with_workspace_as_object', ['lodash@4.17.21']],
    ['v3_without_root_deps_field', ['debug@2.6.9', 'ms@2.0.0']],
    ['v3_with-same-dev-and-non-dev', ['fsevents@1.2.9 dev', 'minimist@0.0.8', 'mkdirp@0.5.1 dev', 'node-pre-gyp@0.12.0 dev']],
    ['v3_with_legacy_licenses', ['tv4@1.3.0', 'pause-stream@0.0.11', 'mustache@2.3.2']],
  ])('%s', (file, expected) =>
    expect(lockPackages(trivyFiles, `nodejs/npm/testdata/package-lock_${file}.json`).sort()).toEqual(expected.sort()),
  );

  it.each<[string, string[]]>([
    ['pkg-lock/alias-package-lock-1', ['case@1.6.2', 'case@1.6.3', '@bundled-es-modules/chai@4.2.2']],
    ['pkg-lock/alias-package-lock-2', ['case@1.6.2', 'case@1.6.3', '@bundled-es-modules/chai@4.2.2']],
    ['pkg-lock/array-license-package-lock', ['pause-stream@0.0.11', 'through@2.3.8']],
    [
      'pkg-lock/nested-package-lock-1',
      [
        'parent@1.0.0',
        'shared@1.0.0',
        'middle@1.0.0',
        'shared@0.5.0',
        'duplicate@1.0.0',
        'shared@2.0.0',
        'dev-parent@1.0.0 dev',
        'dev-nested@1.0.0 dev',
      ],
    ],
    [
      'pkg-lock/package-lock-2',
      ['@types/prop-types@15.7.5', '@types/react@18.0.17', '@types/scheduler@0.16.2', 'csstype@3.1.0', 'async@3.2.4 dev'],
    ],
    ['corrupt/package-lock', []],
  ])('%s', (file, expected) => expect(lockPackages(syftFiles, `javascript/testdata/${file}.json`).sort()).toEqual(expected.sort()));

  it('gives the licences of a list', () => {
    const path = 'nodejs/npm/testdata/package-lock_v3_with_legacy_licenses.json';
    const packages = packagesOf(learn(npmLock, 'package-lock.json', contentOf(trivyFiles, path)));
    expect(packages.map((pkg) => pkg.licenses)).toEqual([['Public Domain', 'MIT'], ['MIT', 'Apache2'], ['MIT']]);
  });
});

interface ParserRow<Want> {
  readonly file: string;
  readonly row: {
    readonly input?: string;
    readonly inputFile?: string;
    readonly want?: Want;
    readonly wantErr?: unknown;
  };
}

interface WantedPackage {
  readonly Name?: string;
  readonly Version?: string;
  readonly Licenses?: readonly string[] | null;
}

function parserRows<Want>(file: string): ParserRow<Want>[] {
  return compressedRows<ParserRow<Want>>(trivyExpected).filter(
    (one) => one.file === file && one.row !== undefined && (one.row.input ?? one.row.inputFile) !== undefined,
  );
}

function described(analyzer: Analyzer, path: string, content: string | Buffer): string {
  const [pkg] = packagesOf(learn(analyzer, path, content));
  return pkg === undefined ? 'none' : `${pkg.name}@${pkg.version} ${(pkg.licenses ?? []).join(' | ')}`.trim();
}

function wantedText({ Name = '', Version = '', Licenses }: WantedPackage): string {
  return `${Name}@${Version} ${(Licenses ?? []).join(' | ')}`.trim();
}

describe.skipIf(missing !== undefined)(`package.json${note}`, () => {
  /** Deliberate differences: a name that is not URL-safe is kept as written, so that matching can call it unknown; without a version nothing is installed. */
  const differs: Readonly<Record<string, string>> = {
    'testdata/invalid_name.json': '@invalid/packageName/@1.0.0 ISC',
    'testdata/without_version_package.json': 'none',
    'testdata/without_name_and_version_package.json': 'none',
  };

  it.each(parserRows<{ Package: WantedPackage }>('nodejs/packagejson/parse_test.go'))('$row.inputFile', ({ row }) => {
    const { inputFile = '', want, wantErr } = row;
    const got = described(npm, 'node_modules/x/package.json', contentOf(trivyFiles, `nodejs/packagejson/${inputFile}`));
    expect(got).toBe(differs[inputFile] ?? (wantErr === undefined && want !== undefined ? wantedText(want.Package) : 'none'));
  });

  it.each([
    ['pkg-json/package-license-object', 'npm@6.14.6 ISC'],
    ['pkg-json/package-license-objects', 'npm@6.14.6 MIT | Apache-2.0'],
    ['pkg-json/package-malformed-license', 'npm@6.14.6 MIT'],
    ['pkg-json/package-no-license', 'npm@6.14.6'],
    ['pkg-json/package-private', 'npm@6.14.6 Artistic-2.0'],
    ['pkg-json/package-partial', 'none'],
    ['pkg-json/package-repo-string', 'function-bind@1.1.1 MIT'],
    ['corrupt/package', 'none'],
    ['pkg-lock/node_modules/@actions/core/package', '@actions/core@1.6.0 MIT'],
  ])('%s', (file, expected) => {
    expect(described(npm, 'node_modules/x/package.json', contentOf(syftFiles, `javascript/testdata/${file}.json`))).toBe(expected);
  });
});

describe.skipIf(missing !== undefined)(`Python metadata${note}`, () => {
  /** Deliberate differences: `UNKNOWN` is no licence, and a licence file is not a licence's name. */
  const noLicense = (text: string) => text.replace(/ (?:UNKNOWN|file:\/\/\S+)$/, '');

  it.each(parserRows<WantedPackage[]>('python/packaging/parse_test.go'))('$row.input', ({ row }) => {
    const { input = '', want = [], wantErr } = row;
    const [wanted] = want;
    const got = described(python, 'x.dist-info/METADATA', contentOf(trivyFiles, `python/packaging/${input}`));
    expect(got).toBe(wantErr === undefined && wanted !== undefined ? noLicense(wantedText(wanted)) : 'none');
  });

  it.each([
    ['Python-2.7.egg-info', 'Python@2.7.'],
    ['empty-1.0.0-py3.8.egg-info', 'none'],
    ['site-packages/no-version/no-version-py3.8.egg-info', 'none'],
    ['site-packages/partial.dist-info/METADATA', 'Pygments@2.6.1 '],
    ['site-packages/malformed-record/dist-info/METADATA', 'Pygments@2.6.1 '],
    ['site-packages/uppercase/dist-name/DIST-INFO/METADATA', 'Pygments@2.6.1 '],
    ['site-packages/uppercase/egg-name/EGG-INFO/PKG-INFO', 'requests@2.22.0 '],
    ['site-packages/nested/egg-name/egg-info/PKG-INFO', 'requests@2.22.0 '],
    ['site-packages/nested/egg-name/egg-info/PKG-INFO-INVALID', 'mxnet@1.8.0'],
    ['site-packages/test/test.egg-info', 'requests@2.22.0 '],
    ['glob-paths/site-packages/x.dist-info/METADATA', 'none'],
  ])('%s', (path, expected) => {
    expect(described(python, path, contentOf(syftFiles, `python/testdata/${path}`))).toMatch(
      new RegExp(`^${expected.replaceAll('.', '\\.')}`),
    );
  });
});

describe.skipIf(missing !== undefined)(`OS package databases${note}`, () => {
  it.each<[string, string[], number]>([
    ['single', ['apt@1.8.2'], 0],
    ['multiple', ['tzdata@2020a-0+deb10u1', 'util-linux@2.33.1-0.1'], 2],
    ['corrupt', [], 1],
    ['empty', [], 1],
    ['deinstall', ['linux-image-6.14.0-1012-aws@6.14.0-1012.12~24.04.1'], 0],
    ['installed-size-4KB', ['apt@1.8.2'], 0],
    ['libpam-runtime', ['libpam-runtime@1.5.2-6+deb12u1'], 5],
  ])('dpkg %s', (file, expected, skips) => {
    const learned = learn(dpkg, `var/lib/dpkg/status.d/${file}`, contentOf(syftFiles, `debian/testdata/var/lib/dpkg/status.d/${file}`));
    expect(names(learned)).toEqual(expected);
    expect(learned.skipped).toHaveLength(skips);
  });

  it.each<[string, string[], boolean]>([
    ['image-dpkg/var/lib/dpkg/status', ['libpam-runtime@1.1.8-3.6'], true],
    ['glob-paths/var/lib/dpkg/status', [], false],
    ['image-distroless-deb/var/lib/dpkg/status.d/libsqlite3-0', ['libsqlite3-0@3.34.1-3'], true],
  ])('dpkg %s', (file, expected, read) => {
    const learned = learn(dpkg, file.slice(file.indexOf('/') + 1), contentOf(syftFiles, `debian/testdata/${file}`));
    expect(names(learned)).toEqual(expected);
    expect(learned.facts[0]).toEqual({ kind: 'database', type: 'dpkg', read });
  });

  it.each<[string, string[], boolean]>([
    ['corrupt', ['alpine-baselayout-data@3.2.0-r22'], true],
    ['glob-paths', [], false],
    ['multiple-1', ['bash@5.2.21-r0', 'busybox-binsh@1.36.1-r15', 'musl@1.2.4_git20230717-r4', 'readline@8.2.1-r2'], true],
  ])('apk %s', (file, expected, read) => {
    const learned = learn(apk, 'lib/apk/db/installed', contentOf(syftFiles, `alpine/testdata/${file}/lib/apk/db/installed`));
    expect(names(learned)).toEqual(expected);
    expect(learned.facts[0]).toEqual({ kind: 'database', type: 'apk', read });
  });
});

describe.skipIf(missing !== undefined)(`every file of every kind${note}`, () => {
  const readers: readonly (readonly [Analyzer, string])[] = [
    [dpkg, 'var/lib/dpkg/status'],
    [dpkg, 'var/lib/dpkg/status.d/x'],
    [dpkg, 'var/lib/dpkg/info/x.list'],
    [apk, 'lib/apk/db/installed'],
    [npm, 'node_modules/x/package.json'],
    [npmLock, 'package-lock.json'],
    [python, 'x.egg-info'],
    [osRelease, 'etc/os-release'],
    [osRelease, 'etc/redhat-release'],
  ];

  it.each(readers)('can be given to $0.id without a throw ($1)', (analyzer, path) => {
    let facts = 0;
    for (const file of [...trivyFiles, ...syftFiles, ...caseRows<CaseFile>(releases)]) {
      const learned = learn(analyzer, path, file.text ?? Buffer.from(file.base64 ?? '', 'base64'));
      facts += learned.facts.length;
      expect(JSON.parse(JSON.stringify(learned))).toEqual(learned);
    }
    if (path !== 'var/lib/dpkg/info/x.list') expect(facts).toBeGreaterThan(0);
  });
});
