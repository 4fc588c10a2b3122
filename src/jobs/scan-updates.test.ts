import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveNow, debPackage } from '../../test/debian-archive.ts';
import type { Distro } from '../model/distro.ts';
import { silentProgress } from '../model/ports.ts';
import type { Catalogue } from '../sources/packages/index.ts';
import { type UpdatesRun, waiting } from './scan-updates.ts';

const debian: Distro = { id: 'debian', version: '12', codename: 'bookworm', name: 'Debian 12', like: [], release: '12' };
const catalogue: Catalogue = { packages: [debPackage('openssl', '3.0.1-1')], distro: debian, causes: [], counted: {} };

describe('waiting', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'target-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run: UpdatesRun = { settings: { offline: true }, progress: silentProgress };
  const ask = (target: { folder?: string }, of: Catalogue) => waiting(target, of, archiveNow, run, new AbortController().signal);
  const nothing = { findings: [], causes: [], data: [] };

  it.each<[string, boolean, Catalogue]>([
    ['an image', false, catalogue],
    ['another distribution, even one like Debian', true, { ...catalogue, distro: { ...debian, id: 'ubuntu', like: ['debian'] } }],
    ['an unknown distribution', true, { packages: catalogue.packages, causes: [], counted: {} }],
    ['no Debian packages', true, { ...catalogue, packages: [{ ...debPackage('a', '1'), type: 'npm' }] }],
    ['packages that a lock file names', true, { ...catalogue, packages: [{ ...debPackage('a', '1'), from: 'locked' }] }],
  ])('says nothing about %s', async (_name, isFolder, of) => expect(await ask(isFolder ? { folder } : {}, of)).toEqual(nothing));

  it('a root file system without lists, offline, is one unknown that does not block', async () => {
    const { findings, causes, data } = await ask({ folder }, catalogue);
    expect([findings, data]).toEqual([[], []]);
    expect(causes).toMatchObject([{ code: 'updates-unavailable', area: 'updates', blocking: false }]);
  });
});
