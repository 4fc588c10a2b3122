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
  ociLayout,
  sha256,
  tagged,
  zstdStored,
} from '../../../test/build-image.ts';
import { type Bench, image, openBench, other, probe, told } from '../../../test/open-bench.ts';
import type { Observed } from '../../model/image.ts';
import { layerWalker } from './layer-walker.ts';
import { WantTable } from './want-table.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());
const file: Bench['file'] = (name, bytes) => bench.file(name, bytes);
const layout: Bench['layout'] = (files, name) => bench.layout(files, name);
const read: Bench['read'] = (spec, options) => bench.read(spec, options);

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

describe('a hard link to a file that nobody wanted by its first name', () => {
  const linked = buildImage({ layers: [{ 'a/blob': 'linked', 'b/wanted': { type: 'hardlink', target: 'a/blob' } }] });

  it.each<[string, () => string]>([
    ['plain, on disk', () => layout(ociLayout([linked], 'plain'))],
    ['gzip, on disk', () => layout(ociLayout([linked], 'gzip'))],
    ['in an archive', () => file('a.tar', archive(ociLayout([linked], 'zstd')))],
  ])('%s', async (_name, spec) => {
    for (const verifyLayers of [false, true]) {
      const seen = await read(spec(), { verifyLayers });
      expect([told(seen), seen.causes]).toEqual([['linked'], []]);
    }
  });

  it('is an unknown in a stream, which cannot be read twice', async () => {
    const seen = await read('-', { stdin: archive(dockerSaveOld([linked])) });
    expect(told(seen)).toEqual([]);
    expect(seen.causes).toEqual([expect.objectContaining({ code: 'link-unresolved', example: 'b/wanted in layer 0' })]);
  });
});

describe('what the walker could not use', () => {
  const odd = buildImage({
    layers: [{ 'etc/wanted': 'x'.repeat(2000), 'gone/wanted': { type: 'hardlink', target: 'nowhere' } }, { 'a/wanted': 'a' }],
  });

  it.each<[string, () => [string, Uint8Array?]]>([
    ['on disk', () => [layout(ociLayout([odd], 'gzip'))]],
    ['in a stream', () => ['-', archive(dockerSaveOld([odd]))]],
  ])('is named, %s: a database beyond its budget blocks', async (_name, make) => {
    const [spec, stdin] = make();
    const strict = {
      ...probe,
      wants: [
        { path: 'etc/wanted', read: 'full', maxBytes: 1000 },
        { path: 'a/wanted', read: 'full' },
      ],
    } as const;
    const seen = await read(spec, { walker: layerWalker(new WantTable([strict])), ...(stdin === undefined ? {} : { stdin }) });
    expect(told(seen)).toEqual(['a']);
    expect(seen.causes).toEqual([
      expect.objectContaining({ code: 'file-too-large', area: 'probe', blocking: true, example: 'etc/wanted (2000 bytes) in layer 0' }),
    ]);
  });

  it('warns of names that are not UTF-8, once', async () => {
    const bytes = archive(dockerSaveOld([buildImage({ layers: [{ na1me: 'x', na2me: 'y' }] })]));
    const layer = bytes.indexOf('na1me');
    for (const at of [layer, bytes.indexOf('na2me')]) {
      bytes[at + 2] = 0xff;
      const header = bytes.subarray(at, at + 512);
      header.write('        ', 148);
      header.write(
        `${header
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      );
    }
    const seen = await read(file('a.tar', bytes));
    expect(seen.warnings.map((warning) => [warning.code, /and 1 more/.test(warning.message)])).toEqual([['name-not-utf8', true]]);
    expect(seen.causes).toEqual([]);
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
