import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addBlob,
  addImage,
  archive,
  buildImage,
  dockerSaveOld,
  type Files,
  finishLayout,
  layerTar,
  ociLayout,
  sha256,
  tar,
} from '../../../test/build-image.ts';
import { type Bench, base, image, middle, openBench, told, walker } from '../../../test/open-bench.ts';
import { openTarget } from './open-target.ts';
import { readImage } from './read-image.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());
const file: Bench['file'] = (name, bytes) => bench.file(name, bytes);
const layout: Bench['layout'] = (files, name) => bench.layout(files, name);
const read: Bench['read'] = (spec, options) => bench.read(spec, options);

describe('bad input is named', () => {
  const good = archive(dockerSaveOld([image]));
  const oci = archive(ociLayout([image], 'gzip'));
  const flip = (files: Files, digest: string): Files => {
    const path = `blobs/${digest.replace(':', '/')}`;
    const bytes = Buffer.from(files.get(path) as Buffer);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0x20;
    return new Map(files).set(path, bytes);
  };
  const withManifest = (text: string): Buffer => archive(new Map([['manifest.json', Buffer.from(text)]]));

  it.each<[string, string, Uint8Array]>([
    ['an empty file', 'target-empty', Buffer.alloc(0)],
    ['a text file', 'target-not-image', Buffer.from('hello\n')],
    ['a long text file', 'target-not-image', Buffer.from('hello\n'.repeat(1000))],
    ['JSON', 'target-not-image', Buffer.from('{"manifests":[]}'.padEnd(600))],
    ['a compressed text file', 'target-not-image', gzipSync('hello\n'.repeat(1000))],
    ['nothing, compressed', 'target-empty', gzipSync('')],
    ['a tar without a manifest', 'target-not-image', tar([{ path: 'etc/passwd', body: 'root' }])],
    ['an empty tar', 'target-not-image', Buffer.alloc(10_240)],
    ['cut in a layer', 'archive-truncated', good.subarray(0, 100_000)],
    ['cut in a header', 'archive-truncated', good.subarray(0, 512 + 512 + 512 + 100)],
    ['gzip cut', 'archive-truncated', gzipSync(good).subarray(0, 900)],
    ['a size that lies', 'archive-truncated', tar([{ path: 'manifest.json', body: '[]', size: 1e9 }])],
    ['a damaged header', 'archive-damaged', Buffer.concat([good.subarray(0, 512), Buffer.alloc(512, 65), good.subarray(1024)])],
    ['a manifest that is no JSON', 'manifest-invalid', withManifest('[{')],
    ['a manifest of another shape', 'manifest-invalid', withManifest('[{"Config":1}]')],
    ['a manifest with nothing in it', 'target-empty', withManifest('[]')],
    ['a configuration that is not there', 'manifest-invalid', withManifest('[{"Config":"x.json","Layers":[]}]')],
    ['names that climb out', 'manifest-invalid', withManifest('[{"Config":"../../../../etc/hostname","Layers":[]}]')],
    [
      'a manifest that is altered',
      'digest-mismatch',
      (() => {
        const files = ociLayout([image], 'gzip');
        const index = JSON.parse(String(files.get('index.json'))) as { manifests: { digest: string }[] };
        return archive(flip(files, index.manifests[0]?.digest ?? ''));
      })(),
    ],
    ['a configuration that is altered', 'digest-mismatch', archive(flip(ociLayout([image], 'gzip'), sha256(image.config)))],
    [
      'an old configuration that is altered',
      'digest-mismatch',
      archive(
        new Map(dockerSaveOld([image])).set(`${sha256(image.config).slice(7)}.json`, Buffer.concat([image.config, Buffer.from(' ')])),
      ),
    ],
    [
      'a digest that is a path',
      'manifest-invalid',
      archive(
        new Map([
          ['index.json', Buffer.from(JSON.stringify({ manifests: [{ mediaType: '', size: 1, digest: 'sha256:../../etc/hostname' }] }))],
        ]),
      ),
    ],
    [
      'layers and configuration of different length',
      'manifest-invalid',
      archive(
        (() => {
          const files: Files = new Map();
          return finishLayout(files, [addImage(files, image, 'gzip', (layers) => layers.slice(1))]);
        })(),
      ),
    ],
    [
      'a signature instead of an image',
      'target-not-image',
      archive(
        (() => {
          const files: Files = new Map();
          const config = addBlob(files, Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
          return finishLayout(files, [addBlob(files, Buffer.from(JSON.stringify({ config, layers: [] })), '')]);
        })(),
      ),
    ],
  ])('%s: %s', async (_name, code, bytes) => {
    const expected = { name: 'PlimsollError', code, hint: expect.any(String) };
    await expect(read(file('a.tar', bytes))).rejects.toMatchObject(expected);
    await expect(read('-', { stdin: bytes })).rejects.toMatchObject(expected);
  });

  it.each([
    ['an empty folder', () => join(bench.folder, 'empty'), 'target-empty'],
    ['an empty folder as a layout', () => `oci:${join(bench.folder, 'empty')}`, 'target-empty'],
    ['a folder that is no layout', () => `oci:${bench.folder}`, 'target-not-image'],
    ['a file as a layout', () => `oci:${file('f', good)}`, 'target-not-image'],
    ['nothing', () => join(bench.folder, 'nothing'), 'target-not-found'],
    ['nothing, by scheme', () => `docker-archive:${join(bench.folder, 'nothing')}`, 'target-not-found'],
    ['a bare name that is nothing', () => 'shop-that-is-not-there', 'target-not-found'],
    ['an engine that is not there', () => 'docker:shop', 'daemon-unreachable'],
    ['no name', () => '', 'usage'],
    ['no name behind a scheme', () => 'docker:', 'usage'],
    ['a registry', () => 'registry:shop', 'not-built-yet'],
    ['a device', () => '/dev/null', 'target-not-found'],
  ])('%s', async (_name, spec, code) => {
    mkdirSync(join(bench.folder, 'empty'));
    await expect(read(spec())).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  it('does not advise `docker pull` where the engine itself is missing', async () => {
    await expect(read('shop-that-is-not-there')).rejects.toMatchObject({ hint: expect.not.stringContaining('docker pull') });
  });

  it('never waits for a FIFO', async () => {
    await promisify(execFile)('mkfifo', [join(bench.folder, 'fifo')]);
    await expect(read(join(bench.folder, 'fifo'))).rejects.toMatchObject({ code: 'target-not-found' });
  });

  it('reads an archive whose links lead in a circle or out of it as one with missing layers', async () => {
    const files = dockerSaveOld([image]);
    const links = [...files].filter(([path]) => path.endsWith('/layer.tar')).map(([path]) => path);
    const [first = '', second = '', third = ''] = links;
    files.set(first, { path: first, type: 'symlink', target: `../${second}` });
    files.set(second, { path: second, type: 'symlink', target: `../${first}` });
    files.set(third, { path: third, type: 'symlink', target: '../../../../etc/hostname' });
    for (const seen of [await read(file('a.tar', archive(files))), await read('-', { stdin: archive(files) })])
      expect(seen.causes.map((cause) => [cause.code, cause.blocking])).toEqual([
        ['layer-missing', true],
        ['layer-missing', true],
        ['layer-missing', true],
      ]);
  });

  it('keeps what stands before and behind a bad layer, and says which is bad', async () => {
    const files: Files = new Map();
    const root = addImage(files, image, 'gzip');
    const blob = (JSON.parse(String(files.get(`blobs/${root.digest.replace(':', '/')}`))) as { layers: { digest: string }[] }).layers[1];
    const path = `blobs/${(blob?.digest ?? '').replace(':', '/')}`;
    const whole = files.get(path) as Buffer;
    const swapped = gzipSync(layerTar({ 'evil/wanted': 'evil' }));
    for (const [bytes, reason] of [
      [whole.subarray(0, whole.length - 20), /./],
      [swapped, /digest/],
      [Buffer.concat([whole, Buffer.from('trailing')]), /digest/],
    ] as const) {
      files.set(path, bytes);
      finishLayout(files, [root]);
      for (const seen of [await read(layout(files)), await read('-', { stdin: archive(files) })]) {
        expect(seen.causes).toContainEqual(
          expect.objectContaining({
            code: 'layer-unreadable',
            blocking: true,
            reason: expect.stringMatching(reason),
            example: image.layers[1]?.diffId,
          }),
        );
        expect(told(seen)).toContain('base');
      }
    }
  });

  it('tells a foreign layer that is absent from one that is missing', async () => {
    const files: Files = new Map();
    const root = addImage(files, image, 'gzip', ([first, second, third]) =>
      [first, second, third].flatMap((one, index) =>
        one === undefined ? [] : [index === 0 ? { ...one, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' } : one],
      ),
    );
    const absent = (JSON.parse(String(files.get(`blobs/${root.digest.replace(':', '/')}`))) as { layers: { digest: string }[] }).layers;
    for (const one of absent.slice(0, 2)) files.delete(`blobs/${one.digest.replace(':', '/')}`);
    const seen = await read(layout(finishLayout(files, [root])));
    expect(seen.causes.map((cause) => cause.code)).toEqual(['layer-foreign', 'layer-missing', 'layer-missing']);
  });

  it('notices a diffID that lies only where it is told to verify', async () => {
    const lying = { ...image, config: Buffer.from(String(image.config).replace(image.layers[1]?.diffId ?? '', sha256('another'))) };
    for (const spec of [layout(ociLayout([lying], 'gzip')), file('a.tar', archive(dockerSaveOld([lying])))]) {
      expect((await read(spec)).causes).toEqual([]);
      expect((await read(spec, { verifyLayers: true })).causes).toEqual([
        expect.objectContaining({ code: 'layer-unreadable', blocking: true, reason: expect.stringContaining('diffID') }),
      ]);
    }
  });

  it('says that the history is short, and then names no command', async () => {
    const short = buildImage({ layers: [base, middle], history: [{ created_by: 'ADD x' }, { created_by: 'ENV y', empty_layer: true }] });
    const seen = await read(file('a.tar', archive(dockerSaveOld([short]))));
    expect(seen.warnings.map((warning) => warning.code)).toEqual(['history-short']);
    expect(seen.layers.map((layer) => layer.command)).toEqual([undefined, undefined]);
  });

  it('notices a file that is written to while it is read', async () => {
    const path = file('a.tar', oci);
    const opened = await openTarget(path, { offline: true });
    appendFileSync(path, 'x');
    if (opened.kind !== 'store') throw new Error(opened.kind);
    await expect(readImage(opened, { walker })).rejects.toMatchObject({ code: 'target-changed' });
    opened.close();
  });

  it('stops when it is told to', async () => {
    const opened = await openTarget(file('a.tar', oci), { offline: true });
    if (opened.kind !== 'store') throw new Error(opened.kind);
    await expect(readImage(opened, { walker, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' });
    opened.close();
  });
});
