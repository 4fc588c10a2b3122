import { describe, expect, it } from 'vitest';
import { memoryIndex } from '../../../test/memory-index.ts';
import type { Distro, Lifecycle } from '../../model/distro.ts';
import type { Finding } from '../../model/finding.ts';
import type { Layer } from '../../model/image.ts';
import type { Package } from '../../model/package.ts';
import { judgeLifecycle, locate, planActions, prioritise } from './index.ts';

function finding(id: string, over: Partial<Finding> = {}): Finding {
  return {
    id,
    kind: 'vulnerability',
    severity: 'high',
    rating: { value: over.severity ?? 'high', source: 'debian-tracker' },
    title: id,
    subject: { purl: 'pkg:deb/debian/libssl3@3.0.11-1', name: 'libssl3' },
    installed: '3.0.11-1',
    status: 'affected',
    aliases: [],
    evidence: [],
    priority: 0,
    reasons: [],
    exploited: false,
    ...over,
  };
}

function item(name: string, over: Partial<Package> = {}): Package {
  const version = over.version ?? '3.0.11-1';
  return {
    purl: `pkg:deb/debian/${name}@${version}`,
    type: 'deb',
    name,
    version,
    source: { name: 'openssl', version: '3.0.11-1' },
    locations: [{ path: 'var/lib/dpkg/status', layer: 2 }],
    licenses: [],
    from: 'installed',
    ...over,
  };
}

describe('prioritise', () => {
  const ordered = [
    finding('CVE-2024-9', { exploited: true, severity: 'low' }),
    finding('CVE-2024-8', { severity: 'critical', epss: 0.2 }),
    finding('CVE-2024-7', { severity: 'critical', fixed: '2' }),
    finding('CVE-2024-1', { severity: 'critical' }),
    finding('CVE-2024-2', { severity: 'critical' }),
    finding('CVE-2024-2', { severity: 'critical', subject: { purl: 'pkg:deb/debian/openssl@3.0.11-1', name: 'openssl' } }),
    finding('CVE-2024-3', { severity: 'unknown' }),
    finding('CVE-2024-0', { exploited: true, severity: 'critical', suppressedBy: { by: 'owner', reason: 'r' } }),
  ];
  const names = (list: readonly Finding[]) => list.map((one) => `${one.priority} ${one.id} ${one.subject.name}`);

  it('gives one order, whatever order it gets', () => {
    const expected = ordered.map((one, at) => `${at + 1} ${one.id} ${one.subject.name}`);
    expect(names(prioritise(ordered))).toEqual(expected);
    expect(names(prioritise([...ordered].reverse()))).toEqual(expected);
  });

  it('says why in words, once', () => {
    const one = finding('CVE-2024-1', {
      severity: 'critical',
      exploited: true,
      epss: 0.93,
      fixed: '2',
      reasons: ['libssl3 is built from openssl'],
      evidence: [
        { kind: 'kev', subject: 'CVE-2024-1', source: 'cisa', says: 'known to be exploited since 2024-03-01 (KEV)' },
        { kind: 'epss', subject: 'CVE-2024-1', source: 'first', says: 'EPSS 0.93: likely exploited within 30 days' },
      ],
    });
    const reasons = [
      'known to be exploited since 2024-03-01 (KEV)',
      'EPSS 0.93: likely exploited within 30 days',
      'critical by Debian',
      'a fix is available',
      'libssl3 is built from openssl',
    ];
    expect(prioritise([one])[0]?.reasons).toEqual(reasons);
    expect(prioritise(prioritise([one]))[0]?.reasons).toEqual(reasons);
  });
});

describe('planActions', () => {
  const debian: Distro = { id: 'debian', name: 'Debian 12', like: [], release: '12' };
  const layers: readonly Layer[] = [
    { index: 0, digest: 'sha256:a', base: true },
    { index: 2, digest: 'sha256:b', command: 'RUN apt-get install -y curl' },
  ];
  const libssl = item('libssl3', { layer: 2 });
  const openssl = item('openssl', { layer: 2 });
  const base = item('zlib1g', { layer: 0, source: { name: 'zlib', version: '1' } });
  const lodash = item('lodash', { type: 'npm', version: '4.17.4', purl: 'pkg:npm/lodash@4.17.4' });
  const hostile = item('a; rm -rf ~', { type: 'pypi', version: '1.0', purl: 'pkg:pypi/a@1.0' });
  const of = (id: string, one: Package, over: Partial<Finding> = {}) =>
    finding(id, { subject: { purl: one.purl, name: one.name }, installed: one.version, ...over });
  const all = [libssl, openssl, base, lodash, hostile];
  const findings = [
    of('CVE-1', libssl, { fixed: '3.0.17-1~deb12u2', severity: 'critical' }),
    of('CVE-1', openssl, { fixed: '3.0.17-1~deb12u2', exploited: true }),
    of('CVE-2', libssl, { fixed: '3.0.17-1~deb12u10' }),
    of('CVE-3', libssl),
    of('CVE-4', base, { fixed: '2' }),
    of('CVE-5', lodash, { fixed: '4.17.5' }),
    of('CVE-6', lodash, { fixed: '4.17.21' }),
    of('CVE-7', lodash, { fixed: '9.9.9', suppressedBy: { by: 'ignore', reason: 'r' } }),
    of('CVE-8', hostile, { fixed: '2.0' }),
  ];

  it('upgrades a source once, rebuilds what the base brought, takes the version that removes all', () => {
    const actions = planActions(findings, all, layers, debian, undefined);
    expect(actions.map(({ title, kind, command, findings: ids }) => [kind, title, command, ids.length])).toEqual([
      ['upgrade', 'upgrade openssl 3.0.11-1 → 3.0.17-1~deb12u10', 'apt-get update && apt-get install -y --only-upgrade libssl3 openssl', 3],
      ['upgrade', 'npm: lodash 4.17.4 → 4.17.21', 'npm install lodash@4.17.21', 2],
      ['upgrade', 'PyPI: a; rm -rf ~ 1.0 → 2.0', "pip install 'a; rm -rf ~>=2.0'", 1],
      [
        'rebuild',
        'rebuild on a newer build of the Debian 12 base image (1 of its packages has a fix)',
        'docker build --pull --no-cache .',
        1,
      ],
    ]);
    expect(actions[0]).toMatchObject({ exploited: 1, critical: 1, location: { layer: 2, command: 'RUN apt-get install -y curl' } });
  });

  it('has every active finding with a fix in exactly one action', () => {
    const listed = planActions(findings, all, layers, debian, undefined).flatMap((action) => action.findings);
    const fixable = findings.filter((one) => one.fixed !== undefined && one.suppressedBy === undefined);
    expect([...listed].sort()).toEqual(fixable.map((one) => `${one.id} ${one.subject.purl}`).sort());
  });

  it('moves to another release where this one has ended', () => {
    const ended = finding('end-of-life-debian-12', { kind: 'end-of-life', subject: { name: 'Debian 12' } });
    const lifecycle: Lifecycle = { product: 'debian', cycle: '12', eol: '2026-07-11' };
    const actions = planActions([...findings, ended], all, layers, debian, lifecycle);
    expect(actions.filter((action) => action.kind !== 'upgrade')).toMatchObject([
      {
        kind: 'migrate',
        title: 'move to a supported release from Debian 12, whose support ended on 2026-07-11',
        findings: ['CVE-3 pkg:deb/debian/libssl3@3.0.11-1', 'CVE-4 pkg:deb/debian/zlib1g@3.0.11-1', 'end-of-life-debian-12 Debian 12'],
      },
    ]);
  });

  it('asks apk for at least the fix', () => {
    const busybox = item('busybox', {
      type: 'apk',
      version: '1.35.0-r1',
      purl: 'pkg:apk/alpine/busybox@1.35.0-r1',
      source: { name: 'busybox', version: '1.35.0-r1' },
    });
    expect(planActions([of('CVE-1', busybox, { fixed: '1.35.0-r17' })], [busybox], [], undefined, undefined)[0]?.command).toBe(
      "apk add --upgrade 'busybox>=1.35.0-r17'",
    );
  });

  it('locates a finding by its package', () => {
    expect(locate([of('CVE-1', libssl), finding('X', { subject: { name: 'x' } })], all, layers).map((one) => one.location)).toEqual([
      { path: 'var/lib/dpkg/status', layer: 2, command: 'RUN apt-get install -y curl' },
      undefined,
    ]);
  });
});

describe('judgeLifecycle', () => {
  const lifecycles: readonly Lifecycle[] = [
    { product: 'debian', cycle: '10', eol: '2022-09-10', extendedEol: '2024-06-30' },
    { product: 'debian', cycle: '12', eol: '2026-07-11', extendedEol: '2028-06-30' },
    { product: 'debian', cycle: '13', eol: '2028-08-09' },
    { product: 'alpine-linux', cycle: '3.18', eol: '2026-11-25' },
    { product: 'alpine-linux', cycle: '3.17', eol: '2026-11-24' },
    { product: 'centos', cycle: '7', eol: true },
    { product: 'fedora', cycle: '44', eol: false },
  ];
  const distro = (id: string, release: string | undefined, name = `${id} ${release}`): Distro => ({
    id,
    name,
    like: [],
    ...(release === undefined ? {} : { release }),
  });
  it.each<[string, Distro | undefined, string]>([
    ['long over', distro('debian', '10'), 'high end-of-life-debian-10'],
    ['over, the extension runs', distro('debian', '12'), 'medium end-of-life-debian-12'],
    ['alive', distro('debian', '13'), ''],
    ['a release that is not in the data', distro('debian', '99'), 'lifecycle-unknown quiet'],
    ['on its last day', distro('alpine', 'v3.18'), ''],
    ['the day after', distro('alpine', 'v3.17'), 'high end-of-life-alpine-linux-3.17'],
    ['rolling', distro('alpine', 'edge'), ''],
    ['ended on an unknown day', distro('centos', '7.9'), 'high end-of-life-centos-7'],
    ['no end announced', distro('fedora', '44'), ''],
    ['a distribution that nobody lists', distro('plan9', '4'), 'lifecycle-unknown quiet'],
    ['no distribution', undefined, ''],
  ])('%s', (_, one, expected) => {
    const { findings, causes } = judgeLifecycle(one, memoryIndex({ lifecycles }), new Date('2026-11-25T23:00:00Z'));
    expect(
      [
        ...findings.map(({ severity, id }) => `${severity} ${id}`),
        ...causes.map(({ code, blocking }) => `${code} ${blocking ? 'blocks' : 'quiet'}`),
      ].join(),
    ).toBe(expected);
  });
});
