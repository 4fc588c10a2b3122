import { describe, expect, it } from 'vitest';
import { debPackage } from '../../../test/debian-archive.ts';
import type { AvailablePackage, AvailableUpdates } from '../../model/available-update.ts';
import { judgeWaiting } from './waiting-updates.ts';

const offer = (name: string, version: string, arch = 'amd64', source = name): AvailablePackage => ({
  name,
  version,
  arch,
  source: { name: source, version },
});
const available = (...packages: AvailablePackage[]): AvailableUpdates => ({
  release: 'Debian-Security bookworm-security',
  source: 'https://mirror.example/dists/bookworm-security',
  asOf: '2026-03-02T12:00:00.000Z',
  nativeArch: 'amd64',
  packages,
});

describe('judgeWaiting', () => {
  it.each<[string, ReturnType<typeof debPackage>, AvailablePackage[], string | undefined]>([
    ['an older version', debPackage('a', '1.0-1'), [offer('a', '1.0-1+deb12u1')], '1.0-1+deb12u1'],
    ['the same version', debPackage('a', '1.0-1'), [offer('a', '1.0-1')], undefined],
    ['a newer version', debPackage('a', '1.0-2'), [offer('a', '1.0-1+deb12u1')], undefined],
    ['a pre-release by its tilde', debPackage('a', '1.0~rc1-1'), [offer('a', '1.0-1')], '1.0-1'],
    ['an epoch', debPackage('a', '1:0.1'), [offer('a', '9.0')], undefined],
    ['a foreign architecture', debPackage('a', '1.0-1', 'i386'), [offer('a', '2.0')], undefined],
    ['a foreign architecture with its own offer', debPackage('a', '1.0-1', 'i386'), [offer('a', '2.0'), offer('a', '2.1', 'i386')], '2.1'],
    ['all on both sides', debPackage('a', '1.0-1', 'all'), [offer('a', '2.0', 'all')], '2.0'],
    ['from all to the own architecture', debPackage('a', '1.0-1', 'all'), [offer('a', '2.0')], '2.0'],
    ['from the own architecture to all', debPackage('a', '1.0-1'), [offer('a', '2.0', 'all')], '2.0'],
    ['foreign to all', debPackage('a', '1.0-1', 'i386'), [offer('a', '2.0', 'all')], undefined],
    ['the highest of several', debPackage('a', '1.0-1'), [offer('a', '1.10'), offer('a', '1.9')], '1.10'],
    ['a version outside the grammar', debPackage('a', 'no version'), [offer('a', '2.0')], undefined],
    ['an offer outside the grammar', debPackage('a', '1.0'), [offer('a', '2 0')], undefined],
    ['no offer', debPackage('a', '1.0'), [offer('b', '2.0')], undefined],
  ])('%s', (_name, item, offers, fixed) =>
    expect(judgeWaiting(available(...offers), [item]).map((one) => one.fixed)).toEqual(fixed === undefined ? [] : [fixed]),
  );

  it('makes one finding of a source package, with every binary in the command', () => {
    const offers = available(
      offer('libssl3', '3.0.2', 'amd64', 'openssl'),
      offer('openssl', '3.0.2'),
      offer('libssl3', '3.0.2', 'i386', 'openssl'),
    );
    const findings = judgeWaiting(offers, [
      debPackage('openssl', '3.0.1'),
      debPackage('libssl3', '3.0.1'),
      debPackage('libssl3', '3.0.0', 'i386'),
    ]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      id: 'waiting-update-openssl',
      kind: 'waiting-update',
      severity: 'unknown',
      subject: { name: 'libssl3', purl: 'pkg:deb/debian/libssl3@3.0.0?arch=i386' },
      status: 'fixed',
      fix: { version: '3.0.2', command: 'apt-get update && apt-get install -y --only-upgrade libssl3 openssl' },
      evidence: [{ kind: 'repository-index', asOf: '2026-03-02T12:00:00.000Z' }],
    });
    expect(findings[0]?.reasons.join('\n')).toContain('libssl3 3.0.1 → 3.0.2, openssl 3.0.1 → 3.0.2');
  });

  it('leaves packages of other kinds and locked ones alone', () => {
    const item = debPackage('a', '1');
    expect(
      judgeWaiting(available(offer('a', '2')), [
        { ...item, type: 'apk' },
        { ...item, from: 'locked' },
      ]),
    ).toEqual([]);
  });

  it('quotes names that the shell would read', () => {
    const [finding] = judgeWaiting(available(offer('a; rm -rf /', '2')), [debPackage('a; rm -rf /', '1')]);
    expect(finding?.fix?.command).toMatch(/'a; rm -rf \/'$/);
  });
});
