import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addImage, archive, buildImage, dockerSaveOld, type Files, finishLayout, layerTar, ociLayout } from '../../../test/build-image.ts';
import { type Bench, base, image, middle, openBench, probe, told } from '../../../test/open-bench.ts';
import { openBlobCache } from '../../base/blob-cache.ts';
import type { LayerCache } from '../../model/ports.ts';
import { layerWalker } from './layer-walker.ts';
import type { ReadImageOptions } from './read-image.ts';
import { WantTable } from './want-table.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());
const file: Bench['file'] = (name, bytes) => bench.file(name, bytes);
const layout: Bench['layout'] = (files, name) => bench.layout(files, name);
const read: Bench['read'] = (spec, options) => bench.read(spec, options);

describe('what is remembered', () => {
  /** Counts the layers that were analysed anew. */
  function counting(): { options: Partial<ReadImageOptions>; analysed: () => number; cache: LayerCache } {
    const cache = openBlobCache({ folder: join(bench.folder, 'cache') });
    let puts = 0;
    const counted: LayerCache = {
      get: (key) => cache.get(key),
      async put(key, value) {
        if (value.includes('"whiteouts"')) puts += 1;
        await cache.put(key, value);
      },
    };
    return {
      options: { cache: counted },
      cache,
      analysed() {
        const before = puts;
        puts = 0;
        return before;
      },
    };
  }

  it.each([
    ['a layout, gzip', () => layout(ociLayout([image], 'gzip')), 3],
    ['a layout, plain', () => layout(ociLayout([image], 'plain')), 3],
    ['an archive, plain layers', () => file('a.tar', archive(dockerSaveOld([image]))), 3],
    ['an archive, gzip layers', () => file('a.tar', archive(ociLayout([image], 'gzip'))), 3],
    ['a compressed archive', () => file('a.tgz', gzipSync(archive(dockerSaveOld([image])))), 3],
  ])('%s is read once', async (_name, make, layers) => {
    const spec = make();
    const { options, analysed } = counting();
    const first = await read(spec, options);
    const cold = analysed();
    expect(cold).toBeGreaterThan(0);
    expect(cold).toBeLessThanOrEqual(layers);
    const second = await read(spec, options);
    expect(analysed()).toBe(0);
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    utimesSync(spec, 1, 1);
    expect(JSON.stringify(await read(spec, options))).toBe(JSON.stringify(first));
  });

  it('serves another image with the same blobs, by the digests of its verified manifest', async () => {
    const { options, analysed } = counting();
    await read(layout(ociLayout([image], 'gzip')), options);
    expect(analysed()).toBe(2 + 1);
    const more = buildImage({ layers: [base, middle, { wanted: 'new' }] });
    expect(told(await read(layout(ociLayout([more], 'gzip'), 'more'), options))).toContain('new');
    expect(analysed()).toBe(1);
  });

  it('never believes the diffIDs of a configuration', async () => {
    const { options } = counting();
    await read(file('good.tar', archive(dockerSaveOld([image]))), options);
    await read(layout(ociLayout([image], 'plain')), options);
    const evil = layerTar({ 'evil/wanted': 'evil' });
    const files = dockerSaveOld([image]);
    for (const path of files.keys()) if (path.endsWith('/layer.tar')) files.set(path, evil);
    for (const spec of [file('evil.tar', archive(files)), file('evil.tgz', gzipSync(archive(files)))])
      expect(new Set(told(await read(spec, options)))).toEqual(new Set(['evil']));
  });

  it('never believes a blob that is not what its name says', async () => {
    const { options } = counting();
    const files: Files = new Map();
    const root = addImage(files, image, 'gzip');
    const first =
      (JSON.parse(String(files.get(`blobs/${root.digest.replace(':', '/')}`))) as { layers: { digest: string }[] }).layers[0]?.digest ?? '';
    const evil = new Map(files).set(`blobs/${first.replace(':', '/')}`, gzipSync(layerTar({ 'evil/wanted': 'evil' })));
    await read(layout(finishLayout(evil, [root]), 'evil'), options);
    expect(told(await read(layout(finishLayout(files, [root]), 'good'), options))).not.toContain('evil');
  });

  it('keeps nothing of a cut layer', async () => {
    const { options, analysed } = counting();
    const cut = image.layers[0]?.tar.subarray(0, 100_000) ?? Buffer.alloc(0);
    const files = dockerSaveOld([buildImage({ layers: [base] })]);
    for (const path of files.keys()) if (path.endsWith('/layer.tar')) files.set(path, cut);
    for (const spec of [file('a.tar', archive(files)), file('a.tgz', gzipSync(archive(files)))])
      for (const _again of [1, 2]) {
        const seen = await read(spec, options);
        expect(seen.causes.some((cause) => cause.blocking)).toBe(true);
      }
    expect(analysed()).toBe(0);
  });

  it('asks again when an analyzer or an option changes', async () => {
    const { options, analysed } = counting();
    const spec = layout(ociLayout([image], 'gzip'));
    await read(spec, options);
    analysed();
    await read(spec, { ...options, walker: layerWalker(new WantTable([{ ...probe, version: 2 }])) });
    expect(analysed()).toBe(3);
    await read(spec, { ...options, cacheOptions: { lockFiles: true } });
    expect(analysed()).toBe(3);
  });

  it('reads again what is written over in place', async () => {
    const { options } = counting();
    const path = file('a.tar', archive(dockerSaveOld([buildImage({ layers: [{ wanted: 'one' }] })])));
    expect(told(await read(path, options))).toEqual(['one']);
    file('a.tar', archive(dockerSaveOld([buildImage({ layers: [{ wanted: 'two' }] })])));
    expect(told(await read(path, options))).toEqual(['two']);
  });

  it('believes no cache when it is told to verify', async () => {
    const { options, analysed } = counting();
    const spec = layout(ociLayout([image], 'gzip'));
    await read(spec, options);
    analysed();
    await read(spec, { ...options, verifyLayers: true });
    expect(analysed()).toBe(3);
  });

  it('lives with a layout of links', async () => {
    layout(ociLayout([image], 'gzip'), 'real');
    mkdirSync(join(bench.folder, 'linked'));
    for (const name of ['oci-layout', 'index.json', 'blobs'])
      symlinkSync(join(bench.folder, 'real', name), join(bench.folder, 'linked', name));
    expect(told(await read(`oci:${join(bench.folder, 'linked')}`))).toContain('middle');
  });
});
