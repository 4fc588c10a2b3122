// Makes an OCI layout with gzip layers from a `docker save` archive, the configuration byte for byte: `node oci-from-docker.mjs IMAGE.tar OUTDIR TAG`.
// So the image has one configuration digest in every form. (skopeo writes the configuration anew, which gives another digest.)
// Sources: OCI image specification, image-layout.md and manifest.md; Docker image specification 1.2, "Combined image JSON".
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const [archive, out, tag] = process.argv.slice(2);
if (tag === undefined) throw new Error('usage: node oci-from-docker.mjs IMAGE.tar OUTDIR TAG');
const blobs = join(out, 'blobs/sha256');
mkdirSync(blobs, { recursive: true });
const unpacked = mkdtempSync(join(out, 'unpacked-'));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function put(bytes, mediaType) {
  const hex = sha256(bytes);
  writeFileSync(join(blobs, hex), bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}

async function putGzip(file) {
  const hash = createHash('sha256');
  const part = join(out, 'layer.part');
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(createReadStream(file), createGzip({ level: 6 }), hashing, createWriteStream(part));
  const hex = hash.digest('hex');
  const { size } = statSync(part);
  renameSync(part, join(blobs, hex));
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${hex}`, size };
}

execFileSync('tar', ['-xf', archive, '-C', unpacked]);
const [image] = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8'));
const layers = [];
for (const layer of image.Layers) layers.push(await putGzip(join(unpacked, layer)));
const manifest = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: put(readFileSync(join(unpacked, image.Config)), 'application/vnd.oci.image.config.v1+json'),
  layers,
};
const root = {
  ...put(Buffer.from(JSON.stringify(manifest)), manifest.mediaType),
  annotations: { 'org.opencontainers.image.ref.name': tag },
};
writeFileSync(join(out, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [root] }));
writeFileSync(join(out, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
rmSync(unpacked, { recursive: true, force: true });
