import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addBlob,
  addImage,
  addIndex,
  archive,
  type BuiltImage,
  buildImage,
  dockerSaveNew,
  dockerSaveOld,
  type Files,
  finishLayout,
  layerTar,
  ociLayout,
  sha256,
  tagged,
  tar,
  writeFolder,
  zstdStored,
} from '../../../test/build-image.ts';
import { plainWalker } from '../../../test/plain-walker.ts';
import { openBlobCache } from '../../base/blob-cache.ts';
import type { Analyzer } from '../../model/analyzer.ts';
import type { Observed } from '../../model/image.ts';
import type { LayerCache } from '../../model/ports.ts';
import { openTarget } from './open-target.ts';
import { type ReadImageOptions, readImage } from './read-image.ts';

/** Tells the content of every file named `wanted`. */
const probe: Analyzer = {
  id: 'probe',
  version: 1,
  wants: [{ name: 'wanted', read: 'full' }],
  analyze: (file) => ({ facts: [{ kind: 'counted', what: Buffer.from(file.bytes).toString() }], skipped: [] }),
};
const walker = plainWalker([probe]);

const base = { 'etc/': {}, 'etc/wanted': 'base', 'bin/large': Buffer.alloc(300_000, 7) } as const;
const middle = { 'opt/wanted': 'middle', 'opt/link': { type: 'symlink', target: '/etc/wanted' } } as const;
const image = buildImage({ layers: [base, middle, base], tags: ['shop:1.4'] });
const other = buildImage({ layers: [{ 'x/wanted': 'other' }], tags: ['tool:2', 'tool:latest'], architecture: 'arm64' });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-image-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

function layout(files: Files, name = 'layout'): string {
  return writeFolder(files, join(folder, name));
}

async function read(spec: string, options: Partial<ReadImageOptions> & { stdin?: Uint8Array } = {}): Promise<Observed> {
  const { stdin, ...rest } = options;
  const opened = await openTarget(spec, {
    offline: true,
    dockerHost: `unix://${join(folder, 'no.sock')}`,
    stdin: stdin === undefined ? undefined : Readable.from(pieces(stdin)),
  });
  try {
    if (opened.kind === 'filesystem') throw new Error('a folder, not an image');
    return await readImage(opened, { walker, ...rest });
  } finally {
    opened.close();
  }
}

/** Uneven chunks: boundaries fall into headers, names and bodies. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0, step = 1; at < bytes.length; at += step, step = ((step * 7) % 65_521) + 1) yield bytes.subarray(at, at + step);
}

const told = (seen: Observed): string[] => seen.files.flatMap((one) => one.facts.map((fact) => (fact.kind === 'counted' ? fact.what : '')));

/** Moves what is last first. */
function lastFirst(files: Files): Files {
  const all = [...files];
  return new Map([...all.slice(-1), ...all.slice(0, -1)]);
}

describe('one image in every form', () => {
  const forms: [string, () => Promise<Observed>][] = [
    ['oci: plain layers', () => read(`oci:${layout(ociLayout([image], 'plain'))}`)],
    ['oci: gzip layers', () => read(`oci:${layout(ociLayout([image], 'gzip'))}`)],
    ['oci: zstd layers', () => read(`oci:${layout(ociLayout([image], 'zstd'))}:shop:1.4`)],
    ['a folder by its path', () => read(layout(ociLayout([image], 'gzip')))],
    ['oci-archive, gzip layers', () => read(`oci-archive:${file('a.tar', archive(ociLayout([image], 'gzip')))}`)],
    ['oci-archive, plain layers', () => read(file('a.tar', archive(ociLayout([image], 'plain'))))],
    ['oci-archive as a stream', () => read('-', { stdin: archive(ociLayout([image], 'gzip')) })],
    ['docker save, old', () => read(`docker-archive:${file('a.tar', archive(dockerSaveOld([image])))}`)],
    ['docker save, old, manifest first', () => read(file('a.tar', archive(lastFirst(dockerSaveOld([image])))))],
    ['docker save, old, as a stream', () => read('-', { stdin: archive(dockerSaveOld([image])) })],
    ['docker save, old, as a stream, manifest first', () => read('-', { stdin: archive(lastFirst(dockerSaveOld([image]))) })],
    ['docker save, new', () => read(file('a.tar', archive(dockerSaveNew([image]))))],
    ['docker save, new, as a stream', () => read('-', { stdin: archive(dockerSaveNew([image])) })],
    ['docker save, gzip', () => read(file('a.tar.gz', gzipSync(archive(dockerSaveOld([image])))))],
    ['docker save, gzip, by a name that lies', () => read(`oci-archive:${file('a.tar', gzipSync(archive(dockerSaveNew([image]))))}`)],
    ['docker save, zstd', () => read(file('a.tar.zst', zstdStored(archive(dockerSaveOld([image])))))],
    ['docker save, gzip, on stdin', () => read('-', { stdin: gzipSync(archive(dockerSaveOld([image]))) })],
    ['one layer at a time', () => read(layout(ociLayout([image], 'gzip')), { concurrency: 1 })],
    ['verified, plain', () => read(file('a.tar', archive(dockerSaveOld([image]))), { verifyLayers: true })],
    ['verified, gzip', () => read(layout(ociLayout([image], 'gzip')), { verifyLayers: true })],
    ['verified, stream', () => read('-', { stdin: archive(ociLayout([image], 'zstd')), verifyLayers: true })],
    ['chosen of two by name', () => read(`docker-archive:${file('a.tar', archive(dockerSaveOld([image, other])))}:shop:1.4`)],
  ];

  it.each(forms)('%s', async (_name, observe) => {
    const seen = await observe();
    expect(seen.target).toMatchObject({ kind: 'image', digest: sha256(image.config) });
    expect(seen.layers).toEqual(
      image.layers.map((layer, index) => ({
        index,
        digest: layer.diffId,
        command: `COPY step-${index} / # buildkit`,
        entries: index === 1 ? 2 : 3,
      })),
    );
    expect(seen.config).toEqual({ os: 'linux', architecture: 'amd64', created: '2026-01-01T00:00:00Z', labels: {}, user: '10001' });
    expect(told(seen).sort()).toContain('middle');
    expect(seen.causes).toEqual([]);
    expect(seen.warnings).toEqual([]);
    const reference = await read(layout(ociLayout([image], 'plain'), 'reference'));
    expect(JSON.stringify({ ...seen, target: reference.target })).toBe(JSON.stringify(reference));
  });
});

describe('choosing', () => {
  const both = (): string => file('both.tar', archive(dockerSaveOld([image, other])));

  it.each([
    ['docker save', () => archive(dockerSaveOld([image, other]))],
    ['docker save, new', () => archive(dockerSaveNew([image, other]))],
    ['an OCI archive', () => archive(ociLayout([image, other], 'gzip'))],
  ])('%s of two images must be told which', async (_name, bytes) => {
    await expect(read(file('a.tar', bytes()))).rejects.toMatchObject({
      code: 'reference-ambiguous',
      hint: expect.stringMatching(/shop:1\.4.*tool:2/),
    });
  });

  it.each([
    ['tool:2', other],
    ['tool', other],
    ['docker.io/library/tool:latest', other],
    ['shop:1.4', image],
  ])('%s', async (reference, expected) => {
    expect((await read(`docker-archive:${both()}:${reference}`)).target.digest).toBe(sha256(expected.config));
  });

  it('names what there is when the name is wrong', async () => {
    await expect(read(`docker-archive:${both()}:nope`)).rejects.toMatchObject({
      code: 'target-not-found',
      hint: expect.stringContaining('shop:1.4'),
    });
  });

  const platforms: [string, BuiltImage][] = [
    ['linux/amd64', buildImage({ layers: [{ wanted: 'amd64' }] })],
    ['linux/arm64', buildImage({ layers: [{ wanted: 'arm64' }], architecture: 'arm64' })],
    ['linux/arm/v6', buildImage({ layers: [{ wanted: 'v6' }], architecture: 'arm', variant: 'v6' })],
    ['linux/arm/v7', buildImage({ layers: [{ wanted: 'v7' }], architecture: 'arm', variant: 'v7' })],
    ['windows/amd64', buildImage({ layers: [{ wanted: 'windows' }], os: 'windows' })],
  ];

  /** As BuildKit writes it: a nested index with attestations beside the images. */
  function multi(withPlatforms: boolean): Files {
    const files: Files = new Map();
    const manifests = platforms.map(([name, built]) => {
      const [os = '', architecture = '', variant] = name.split('/');
      const descriptor = addImage(files, built, 'gzip');
      return withPlatforms ? { ...descriptor, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } } : descriptor;
    });
    const attestation = {
      ...addBlob(files, Buffer.from('{"config":{}}'), 'application/vnd.oci.image.manifest.v1+json'),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    return finishLayout(files, [tagged(addIndex(files, [...manifests, attestation]), 'latest')]);
  }

  it.each([
    ['linux/amd64', 'amd64'],
    ['amd64', 'amd64'],
    ['linux/x86_64', 'amd64'],
    ['linux/arm64', 'arm64'],
    ['linux/arm64/v8', 'arm64'],
    ['linux/arm', 'v7'],
    ['linux/arm/v6', 'v6'],
    ['windows/amd64', 'windows'],
  ])('--platform %s', async (platform, expected) => {
    const described = layout(multi(true), 'described');
    expect(told(await read(described, { platform }))).toEqual([expected]);
    expect(told(await read(layout(multi(false), 'silent'), { platform }))).toEqual([expected]);
    expect(told(await read('-', { stdin: archive(multi(true)), platform }))).toEqual([expected]);
  });

  it('takes this machine by default, and the only image whatever its platform', async () => {
    const mine = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
    if (mine !== undefined) expect(told(await read(layout(multi(true))))).toEqual([mine]);
    const seen = await read(file('a.tar', archive(dockerSaveOld([buildImage({ layers: [], architecture: 's390x', history: [] })]))));
    expect(seen.config?.architecture).toBe('s390x');
    expect([...seen.causes, ...seen.warnings]).toEqual([]);
  });

  it('says which platforms there are', async () => {
    await expect(read(layout(multi(true)), { platform: 'linux/riscv64' })).rejects.toMatchObject({
      code: 'platform-not-found',
      hint: expect.stringContaining('linux/arm/v7'),
    });
    await expect(read(file('a.tar', archive(dockerSaveOld([image]))), { platform: 'linux/arm64' })).rejects.toMatchObject({
      code: 'platform-not-found',
    });
    await expect(read(layout(multi(true)), { platform: 'a/b/c/d' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('passes over platforms that an index names and that were not saved', async () => {
    const files = multi(true);
    const wanted = platforms[1];
    const manifests = [...files].filter(([path, bytes]) => path.startsWith('blobs/') && bytes.toString().includes('"config":{"mediaType"'));
    for (const [path, bytes] of manifests) if (wanted && !bytes.toString().includes(sha256(wanted[1].config))) files.delete(path);
    expect(told(await read(layout(files)))).toEqual(['arm64']);
  });

  it('bounds nesting', async () => {
    const files: Files = new Map();
    let root = addImage(files, image, 'plain');
    for (let depth = 0; depth < 20; depth += 1) root = addIndex(files, [root]);
    await expect(read(layout(finishLayout(files, [root])))).rejects.toMatchObject({ code: 'budget-exceeded' });
  });
});

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
    ['an empty folder', () => join(folder, 'empty'), 'target-empty'],
    ['an empty folder as a layout', () => `oci:${join(folder, 'empty')}`, 'target-empty'],
    ['a folder that is no layout', () => `oci:${folder}`, 'target-not-image'],
    ['a file as a layout', () => `oci:${file('f', good)}`, 'target-not-image'],
    ['nothing', () => join(folder, 'nothing'), 'target-not-found'],
    ['nothing, by scheme', () => `docker-archive:${join(folder, 'nothing')}`, 'target-not-found'],
    ['a bare name that is nothing', () => 'shop-that-is-not-there', 'target-not-found'],
    ['an engine that is not there', () => 'docker:shop', 'daemon-unreachable'],
    ['a registry', () => 'registry:shop', 'not-built-yet'],
    ['a device', () => '/dev/null', 'target-not-found'],
  ])('%s', async (_name, spec, code) => {
    mkdirSync(join(folder, 'empty'));
    await expect(read(spec())).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  it('never waits for a FIFO', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'fifo')]);
    await expect(read(join(folder, 'fifo'))).rejects.toMatchObject({ code: 'target-not-found' });
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

describe('what is remembered', () => {
  /** Counts the layers that were analysed anew. */
  function counting(): { options: Partial<ReadImageOptions>; analysed: () => number; cache: LayerCache } {
    const cache = openBlobCache({ folder: join(folder, 'cache') });
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
    await read(spec, { ...options, walker: plainWalker([{ ...probe, version: 2 }]) });
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
    mkdirSync(join(folder, 'linked'));
    for (const name of ['oci-layout', 'index.json', 'blobs']) symlinkSync(join(folder, 'real', name), join(folder, 'linked', name));
    expect(told(await read(`oci:${join(folder, 'linked')}`))).toContain('middle');
  });
});
