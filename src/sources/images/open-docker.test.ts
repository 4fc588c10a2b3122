import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archive, buildImage, dockerSaveOld, sha256 } from '../../../test/build-image.ts';
import { openBlobCache } from '../../base/blob-cache.ts';
import { openDocker } from '../../base/docker.ts';
import type { Observed } from '../../model/image.ts';
import type { LayerCache } from '../../model/ports.ts';
import { layerWalker } from './layer-walker.ts';
import { openTarget } from './open-target.ts';
import { readImage } from './read-image.ts';
import { WantTable } from './want-table.ts';

const walker = layerWalker(
  new WantTable([
    {
      id: 'probe',
      version: 1,
      wants: [{ name: 'wanted', read: 'full' }],
      analyze: (file) => ({ facts: [{ kind: 'counted', what: Buffer.from(file.bytes).toString() }], skipped: [] }),
    },
  ]),
);
const dockerHost = process.env.DOCKER_HOST;

/** Why the container engine of this machine cannot be used, if so. */
async function absent(): Promise<string | undefined> {
  try {
    await openDocker({ host: dockerHost, offline: false }).info();
    execFileSync('docker', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    if (process.env.PLIMSOLL_REQUIRE_SYSTEM === '1') throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

const reason = await absent();
if (reason !== undefined) console.log(`skipped: tests against a container engine (${reason})`);

describe.skipIf(reason !== undefined)('an image of the container engine', () => {
  const tag = `plimsoll-test-${process.pid}:1`;
  const image = buildImage({ layers: [{ 'etc/wanted': 'one' }, { 'etc/wanted': 'two', 'opt/wanted': 'three' }], tags: [tag] });
  let folder: string;
  let puts = 0;
  let cache: LayerCache;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-daemon-'));
    const disk = openBlobCache({ folder: join(folder, 'cache') });
    cache = {
      get: (key) => disk.get(key),
      async put(key, value) {
        puts += 1;
        await disk.put(key, value);
      },
    };
    writeFileSync(join(folder, 'image.tar'), archive(dockerSaveOld([image])));
    execFileSync('docker', ['load', '-i', join(folder, 'image.tar')], { stdio: 'ignore' });
  });
  afterAll(() => {
    execFileSync('docker', ['rmi', '-f', tag], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  });

  async function read(spec: string, options: { cache?: LayerCache; verifyLayers?: boolean } = {}): Promise<Observed & { via: string }> {
    const opened = await openTarget(spec, { offline: true, dockerHost });
    if (opened.kind === 'filesystem') throw new Error('a folder');
    const seen = await readImage(opened, { walker, ...options });
    opened.close();
    return { ...seen, via: opened.via };
  }

  it('is found by its bare name, by scheme and by id, and is what the archive is', async () => {
    const saved = await read(join(folder, 'image.tar'));
    expect(saved.target.digest).toBe(sha256(image.config));
    for (const spec of [tag, `docker:${tag}`, `docker:${sha256(image.config)}`]) {
      const seen = await read(spec, { verifyLayers: spec === tag });
      expect(seen.via).toBe('docker');
      expect({ ...seen, target: { ...seen.target, name: '' }, via: '' }).toEqual({
        ...saved,
        target: { ...saved.target, name: '' },
        via: '',
      });
    }
  });

  it('is read again from what was computed at its first export', async () => {
    const first = await read(tag, { cache });
    expect(puts).toBeGreaterThan(0);
    puts = 0;
    const exported: LayerCache = { ...cache, put: async () => expect.fail('exported again') };
    expect(JSON.stringify(await read(tag, { cache: exported }))).toBe(JSON.stringify(first));
  });

  it('is saved by the engine to an archive that reads the same, compressed or piped', async () => {
    const path = join(folder, 'saved.tar');
    execFileSync('docker', ['save', '-o', path, tag]);
    execFileSync('gzip', ['-k', path]);
    const [plain, packed, daemon] = [await read(path), await read(`${path}.gz`), await read(tag)];
    for (const seen of [packed, daemon])
      expect(JSON.stringify([seen.layers, seen.files])).toBe(JSON.stringify([plain.layers, plain.files]));
  });

  it('falls back to a path of that name, and says what to do when there is nothing', async () => {
    await expect(openTarget('plimsoll-no-such-image', { offline: true, dockerHost })).rejects.toMatchObject({
      code: 'target-not-found',
      hint: expect.stringContaining('docker pull plimsoll-no-such-image'),
    });
    const opened = await openTarget('src', { offline: true, dockerHost });
    expect(opened).toMatchObject({ kind: 'filesystem', via: 'dir', path: 'src' });
  });
});
