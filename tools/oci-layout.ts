import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One layer to be: path → text, and the history line that is said to have made it. */
export interface LayerToMake {
  readonly command: string;
  /** History lines after it that make no layer: `CMD ["bash"]`. */
  readonly settings?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** Writes an OCI image layout with gzip layers, the same bytes every time. Source: OCI image specification, image-layout.md, config.md. */
export function writeOciLayout(folder: string, reference: string, layers: readonly LayerToMake[]): void {
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Buffer, mediaType: string) => {
    const digest = sha256(bytes);
    writeFileSync(join(blobs, digest.slice(7)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const tars = layers.map(({ files }) => tarOf(files));
  const config = {
    architecture: 'amd64',
    os: 'linux',
    created: '2023-06-10T00:00:00Z',
    config: { Cmd: ['node', 'server.js'], WorkingDir: '/srv/shop' },
    rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
    history: layers.flatMap(({ command, settings = [] }) => [
      { created: '2023-06-10T00:00:00Z', created_by: command },
      ...settings.map((setting) => ({ created: '2023-06-10T00:00:00Z', created_by: setting, empty_layer: true })),
    ]),
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: put(json(config), 'application/vnd.oci.image.config.v1+json'),
    layers: tars.map((tar) => put(gzipSync(tar, { level: 9 }), 'application/vnd.oci.image.layer.v1.tar+gzip')),
  };
  const descriptor = { ...put(json(manifest), manifest.mediaType), annotations: { 'org.opencontainers.image.ref.name': reference } };
  writeFileSync(
    join(folder, 'index.json'),
    json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [descriptor] }),
  );
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const members = Object.entries(files).flatMap(([path, text]) => {
    const body = Buffer.from(text);
    return [header(path, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}

/** A ustar header: regular file, mode 0644, owner 0, a fixed time. Names here are short. */
function header(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`too long for a plain header: ${path}`);
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(path, 0, 'utf8');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(1_686_355_200, 136, 12);
  block.write('        0', 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
