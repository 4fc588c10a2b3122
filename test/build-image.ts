import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One entry of a tar archive to be written. `size` may lie. */
export interface TarEntry {
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly type?: 'file' | 'folder' | 'symlink' | 'hardlink' | 'fifo' | 'char';
  readonly target?: string;
  readonly mode?: number;
  readonly size?: number;
}

/** Files of a layer by path: text, bytes, or an entry of another kind. A path that ends with a slash is a folder. */
export type Tree = Readonly<Record<string, string | Uint8Array | Omit<TarEntry, 'path'>>>;

export type Compression = 'plain' | 'gzip' | 'zstd';

const TYPES = { file: '0', hardlink: '1', symlink: '2', char: '3', folder: '5', fifo: '6' } as const;

/** An uncompressed ustar archive. */
export function tar(entries: readonly TarEntry[], options: { end?: boolean } = {}): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const body = typeof entry.body === 'string' ? Buffer.from(entry.body) : (entry.body ?? new Uint8Array());
    if (Buffer.byteLength(entry.path) > 100) parts.push(paxRecord(entry.path));
    parts.push(header(entry, entry.size ?? body.length), body, new Uint8Array((512 - (body.length % 512)) % 512));
  }
  if (options.end !== false) parts.push(new Uint8Array(1024));
  return Buffer.concat(parts);
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  const type = entry.type ?? (entry.path.endsWith('/') ? 'folder' : 'file');
  block.write(Buffer.from(entry.path).subarray(0, 100).toString('latin1'), 0, 'latin1');
  block.write(`${(entry.mode ?? (type === 'folder' ? 0o755 : 0o644)).toString(8).padStart(7, '0')}\0`, 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(TYPES[type], 156);
  block.write(entry.target ?? '', 157, 100);
  block.write('ustar\x0000', 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function paxRecord(path: string): Buffer {
  const tail = ` path=${path}\n`;
  let length = Buffer.byteLength(tail);
  while (`${length}`.length + Buffer.byteLength(tail) !== length) length = `${length}`.length + Buffer.byteLength(tail);
  const body = Buffer.from(`${length}${tail}`);
  const block = header({ path: 'PaxHeaders/x' }, body.length);
  block.write('x', 156);
  block.write('        ', 148);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** The archive of one layer. */
export function layerTar(tree: Tree): Buffer {
  return tar(
    Object.entries(tree).map(([path, value]) =>
      typeof value === 'string' || value instanceof Uint8Array ? { path, body: value } : { path, ...value },
    ),
  );
}

/** A zstd frame of raw blocks (RFC 8878): every decoder reads it and no encoder is needed. */
export function zstdStored(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000, ...u32(bytes.length)])];
  for (let at = 0; at === 0 || at < bytes.length; at += 0x10000) {
    const block = bytes.subarray(at, at + 0x10000);
    const last = at + 0x10000 >= bytes.length ? 1 : 0;
    parts.push(Buffer.from(u32((block.length << 3) | last).slice(0, 3)), block);
  }
  return Buffer.concat(parts);
}

function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

export function compress(bytes: Uint8Array, how: Compression): Buffer {
  if (how === 'gzip') return gzipSync(bytes);
  return how === 'zstd' ? zstdStored(bytes) : Buffer.from(bytes);
}

export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What {@link buildImage} is to make. */
export interface ImageSpec {
  readonly layers: readonly Tree[];
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly labels?: Record<string, string>;
  /** History lines; default one line a layer with one empty layer in between. */
  readonly history?: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[];
  readonly tags?: readonly string[];
}

export interface BuiltLayer {
  readonly tar: Buffer;
  readonly diffId: string;
}

export interface BuiltImage {
  readonly layers: readonly BuiltLayer[];
  readonly config: Buffer;
  readonly spec: ImageSpec;
}

/** An image in memory: uncompressed layers and the configuration, which is the same in every form. */
export function buildImage(spec: ImageSpec): BuiltImage {
  const layers = spec.layers.map((tree) => {
    const bytes = layerTar(tree);
    return { tar: bytes, diffId: sha256(bytes) };
  });
  const history =
    spec.history ??
    layers.flatMap((_layer, index) => [
      { created: '2026-01-01T00:00:00Z', created_by: `COPY step-${index} / # buildkit` },
      { created_by: `ENV STEP=${index}`, empty_layer: true },
    ]);
  const config = {
    architecture: spec.architecture ?? 'amd64',
    os: spec.os ?? 'linux',
    ...(spec.variant === undefined ? {} : { variant: spec.variant }),
    created: '2026-01-01T00:00:00Z',
    config: { Env: ['PATH=/bin'], Labels: spec.labels ?? null, User: '10001' },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history,
  };
  return { layers, config: Buffer.from(JSON.stringify(config)), spec };
}

/** Files of a layout or an archive, in the order they are written. */
export type Files = Map<string, Buffer | TarEntry>;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Readonly<Record<string, string>>;
}

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** Adds a blob and describes it. */
export function addBlob(files: Files, bytes: Buffer, mediaType: string): Descriptor {
  const digest = sha256(bytes);
  files.set(`blobs/${digest.replace(':', '/')}`, bytes);
  return { mediaType, digest, size: bytes.length };
}

/** Adds an image's blobs and its manifest; `damage` may change the layer descriptors before the manifest is written. */
export function addImage(
  files: Files,
  image: BuiltImage,
  compression: Compression,
  damage: (layers: Descriptor[]) => Descriptor[] = (layers) => layers,
): Descriptor {
  const layers = image.layers.map((layer) =>
    addBlob(files, compress(layer.tar, compression), compression === 'plain' ? LAYER_TYPE : `${LAYER_TYPE}+${compression}`),
  );
  const config = addBlob(files, image.config, 'application/vnd.oci.image.config.v1+json');
  const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: damage(layers) };
  return addBlob(files, Buffer.from(JSON.stringify(manifest)), manifest.mediaType);
}

/** Adds an index over `manifests` as a blob, as BuildKit does for several platforms. */
export function addIndex(files: Files, manifests: readonly Descriptor[]): Descriptor {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return addBlob(files, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests })), mediaType);
}

/** `oci-layout` and `index.json`. */
export function finishLayout(files: Files, roots: readonly Descriptor[]): Files {
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: roots })));
  return files;
}

/** Names a root of a layout as the OCI image layout does. */
export function tagged(root: Descriptor, tag: string): Descriptor {
  return { ...root, annotations: { ...root.annotations, 'org.opencontainers.image.ref.name': tag } };
}

/** An OCI image layout of one or several images. */
export function ociLayout(images: readonly BuiltImage[], compression: Compression): Files {
  const files: Files = new Map();
  const roots = images.flatMap((image) => {
    const root = addImage(files, image, compression);
    return image.spec.tags === undefined ? [root] : image.spec.tags.map((tag) => tagged(root, tag));
  });
  return finishLayout(files, roots);
}

/** `docker save` before Docker 25: a folder a layer, equal layers as symbolic links, `manifest.json` last. */
export function dockerSaveOld(images: readonly BuiltImage[]): Files {
  const files: Files = new Map();
  const seen = new Map<string, string>();
  const manifest = images.map((image, nth) => {
    const names = image.layers.map((layer, index) => {
      const id = sha256(`${nth}/${index}/${layer.diffId}`).slice(7);
      const name = `${id}/layer.tar`;
      const first = seen.get(layer.diffId);
      files.set(`${id}/`, Buffer.alloc(0));
      files.set(`${id}/VERSION`, Buffer.from('1.0'));
      files.set(`${id}/json`, Buffer.from(JSON.stringify({ id })));
      files.set(name, first === undefined ? layer.tar : { path: name, type: 'symlink', target: `../${first}` });
      if (first === undefined) seen.set(layer.diffId, name);
      return name;
    });
    const config = `${sha256(image.config).slice(7)}.json`;
    files.set(config, image.config);
    return { Config: config, RepoTags: image.spec.tags ?? null, Layers: names };
  });
  files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  return files;
}

/** `docker save` since Docker 25: an OCI layout of plain blobs with `manifest.json` beside `index.json`. */
export function dockerSaveNew(images: readonly BuiltImage[]): Files {
  const files = ociLayout(images, 'plain');
  const manifest = images.map((image) => ({
    Config: `blobs/${sha256(image.config).replace(':', '/')}`,
    RepoTags: image.spec.tags ?? null,
    Layers: image.layers.map((layer) => `blobs/${layer.diffId.replace(':', '/')}`),
  }));
  files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  return files;
}

/** The files as one archive, in their order. */
export function archive(files: Files): Buffer {
  return tar([...files].map(([path, file]) => (file instanceof Uint8Array ? { path, body: file } : file)));
}

/** The files in a folder; entries of other kinds than files are left out. */
export function writeFolder(files: Files, folder: string): string {
  for (const [path, file] of files) {
    if (!(file instanceof Uint8Array) || path.endsWith('/')) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), file);
  }
  return folder;
}
