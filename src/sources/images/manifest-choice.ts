import { createHash } from 'node:crypto';
import { PlimsollError } from '../../model/error.ts';
import { type ParsedConfig, parseImageConfig } from './image-config.ts';
import { formatPlatform, type Platform, suits } from './manifest-platform.ts';
import { type Descriptor, type Manifest, parseDockerManifest, parseIndex, parseIndexOrManifest } from './oci-schema.ts';

const MAX_DEPTH = 4;
const MAX_MANIFESTS = 4_000;
const CONFIG_TYPES = new Set(['', 'application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']);
const FOREIGN = /foreign|nondistributable/;

/** Which image of several. */
export interface Choice {
  /** Tag, name or digest, as the user gave it. */
  readonly reference?: string | undefined;
  /** Absent: the platform of this machine, and the only image whatever its platform. */
  readonly platform?: Platform | undefined;
  readonly machine: Platform;
}

/** A layer as the manifest names it. */
export interface PlannedLayer {
  /** Its file inside the layout or archive. */
  readonly path: string;
  readonly diffId: string;
  /** Digest of the file by a manifest that we verified; absent in `docker save` archives, which name files alone. */
  readonly digest?: string;
  /** May be missing because it is to be fetched from elsewhere. */
  readonly foreign: boolean;
}

/** One image, chosen and verified down to its configuration. Pure JSON: it is remembered for archives that were read before. */
export interface ImagePlan {
  /** Digest of the configuration: the image id. */
  readonly id: string;
  readonly config: ParsedConfig;
  readonly layers: readonly PlannedLayer[];
}

/** Reads a small file of the layout or archive by its path; `undefined` when it is not there. */
export type ReadSmall = (path: string) => Promise<Uint8Array | undefined>;

/** One image that could be meant, not yet read to its configuration. */
interface Candidate {
  readonly names: readonly string[];
  /** What tells it from others of the same name. */
  readonly digest: string;
  readonly platform: Platform | undefined;
  read(): Promise<ImagePlan>;
}

/**
 * Chooses one image of an OCI layout (`index.json`) or, where there is none, of a `docker save` archive (`manifest.json`).
 * Digests of manifests and configurations are verified. Both files in one archive (Docker 25 and later) describe the same images.
 * Errors: `target-not-image`, `target-empty`, `reference-ambiguous`, `target-not-found`, `platform-not-found`, `manifest-invalid`, `digest-mismatch`.
 */
export async function chooseImage(read: ReadSmall, choice: Choice): Promise<ImagePlan> {
  const index = await read('index.json');
  const legacy = await read('manifest.json');
  if (index === undefined && legacy === undefined)
    throw new PlimsollError('target-not-image', 'there is neither index.json nor manifest.json', {
      hint: 'An image archive is made by `docker save` or `skopeo copy`; a folder that is no image is scanned as dir:PATH.',
    });
  const candidates = index !== undefined ? await layoutCandidates(read, index, legacy) : dockerCandidates(read, legacy ?? new Uint8Array());
  if (candidates.length === 0) throw new PlimsollError('target-empty', 'there is no image in it', { hint: 'Save the image again.' });
  const named = byReference(candidates, choice.reference);
  return byPlatform(named, choice);
}

/** `blobs/sha256/…`; safe as a path because digests are checked when parsed. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** Digest of `bytes` by the algorithm of `like`. */
export function digestLike(like: string, bytes: Uint8Array): string {
  const algorithm = like.startsWith('sha512:') ? 'sha512' : 'sha256';
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

async function layoutCandidates(read: ReadSmall, index: Uint8Array, legacy: Uint8Array | undefined): Promise<Candidate[]> {
  const tags = legacy === undefined ? new Map<string, readonly string[]>() : tagsByConfig(legacy);
  const found: Candidate[] = [];
  let visited = 0;

  async function visit(descriptor: Descriptor, names: readonly string[], platform: Platform | undefined, depth: number): Promise<void> {
    visited += 1;
    if (visited > MAX_MANIFESTS || depth > MAX_DEPTH)
      throw new PlimsollError('budget-exceeded', 'the image index is nested too deeply or names too many manifests');
    if (isAttestation(descriptor)) return;
    const bytes = await read(blobPath(descriptor.digest));
    if (bytes === undefined) {
      // An index may name platforms that were not saved with it.
      if (depth > 0) return;
      throw new PlimsollError('manifest-invalid', `manifest ${descriptor.digest} is not there`, { hint: 'Save or pull the image again.' });
    }
    verify(descriptor.digest, bytes, 'manifest');
    const parsed = parseIndexOrManifest(bytes, `manifest ${descriptor.digest}`);
    if ('index' in parsed) {
      for (const child of parsed.index.manifests) await visit(child, names, child.platform ?? platform, depth + 1);
      return;
    }
    const { manifest } = parsed;
    if (!CONFIG_TYPES.has(manifest.config.mediaType)) return;
    found.push({
      names: [...names, ...(tags.get(manifest.config.digest) ?? [])],
      digest: descriptor.digest,
      platform,
      read: () => planFromManifest(read, manifest),
    });
  }

  const roots = parseIndex(index, 'index.json').manifests;
  for (const root of roots) await visit(root, namesOf(root), root.platform ?? undefined, 0);
  if (found.length === 0 && roots.length > 0)
    throw new PlimsollError('target-not-image', 'what the layout holds is no container image', {
      hint: 'It may hold signatures, attestations or another kind of artifact.',
    });
  return merge(found);
}

function dockerCandidates(read: ReadSmall, bytes: Uint8Array): Candidate[] {
  return merge(
    parseDockerManifest(bytes, 'manifest.json').map((entry) => ({
      names: entry.RepoTags ?? [],
      digest: entry.Config,
      platform: undefined,
      async read() {
        const config = await read(entry.Config);
        if (config === undefined)
          throw new PlimsollError('manifest-invalid', `the configuration ${entry.Config} is not there`, { hint: 'Save the image again.' });
        // Its name is its digest, in every form that Docker, Podman and skopeo write.
        const claimed = /(?:^|\/|:)([0-9a-f]{64})(?:\.json)?$/.exec(entry.Config)?.[1];
        if (claimed !== undefined) verify(`sha256:${claimed}`, config, 'configuration');
        const paths = (entry.Layers ?? []).map((path) => ({ path, foreign: false }));
        return plan(digestLike('sha256:', config), config, paths);
      },
    })),
  );
}

async function planFromManifest(read: ReadSmall, manifest: Manifest): Promise<ImagePlan> {
  const { digest } = manifest.config;
  const config = await read(blobPath(digest));
  if (config === undefined)
    throw new PlimsollError('manifest-invalid', `the configuration ${digest} is not there`, { hint: 'Save or pull the image again.' });
  verify(digest, config, 'configuration');
  const layers = (manifest.layers ?? []).map((layer) => ({
    path: blobPath(layer.digest),
    digest: layer.digest,
    foreign: FOREIGN.test(layer.mediaType) || (layer.urls ?? []).length > 0,
  }));
  return plan(digest, config, layers);
}

function plan(id: string, bytes: Uint8Array, layers: readonly Omit<PlannedLayer, 'diffId'>[]): ImagePlan {
  const config = parseImageConfig(bytes, `configuration ${id}`);
  if (config.diffIds.length !== layers.length)
    throw new PlimsollError(
      'manifest-invalid',
      `the manifest names ${layers.length} layers and the configuration ${config.diffIds.length}`,
      {
        hint: 'Save or pull the image again.',
      },
    );
  return { id, config, layers: layers.map((layer, index) => ({ ...layer, diffId: config.diffIds[index] ?? '' })) };
}

function verify(digest: string, bytes: Uint8Array, what: string): void {
  if (digestLike(digest, bytes) === digest) return;
  throw new PlimsollError('digest-mismatch', `the ${what} ${digest} is not what its digest says`, {
    hint: 'It is damaged or was altered: save or pull the image again.',
  });
}

/** Source: BuildKit, docs/attestations/attestation-storage.md. */
function isAttestation(descriptor: Descriptor): boolean {
  return (
    descriptor.annotations?.['vnd.docker.reference.type'] !== undefined ||
    (descriptor.platform?.os === 'unknown' && descriptor.platform.architecture === 'unknown')
  );
}

/** Source: OCI image specification, annotations.md; containerd, images/annotations.go. */
function namesOf(root: Descriptor): string[] {
  const full = root.annotations?.['io.containerd.image.name'];
  const tag = root.annotations?.['org.opencontainers.image.ref.name'];
  return [full, tag].filter((name) => name !== undefined);
}

/** Tags by configuration digest: since Docker 25 `manifest.json` stands beside `index.json` and knows them better. */
function tagsByConfig(legacy: Uint8Array): Map<string, readonly string[]> {
  const tags = new Map<string, readonly string[]>();
  for (const entry of parseDockerManifest(legacy, 'manifest.json')) {
    const hex = /([0-9a-f]{64})(?:\.json)?$/.exec(entry.Config)?.[1];
    if (hex !== undefined) tags.set(`sha256:${hex}`, entry.RepoTags ?? []);
  }
  return tags;
}

/** The same image under several names is one image. */
function merge(candidates: readonly Candidate[]): Candidate[] {
  const merged = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const before = merged.get(candidate.digest);
    const names = [...new Set([...(before?.names ?? []), ...candidate.names])];
    merged.set(candidate.digest, { ...(before ?? candidate), names });
  }
  return [...merged.values()];
}

function byReference(candidates: readonly Candidate[], reference: string | undefined): readonly Candidate[] {
  if (reference !== undefined) {
    const wanted = spellings(reference);
    const named = candidates.filter(
      (candidate) => candidate.digest === reference || candidate.names.some((name) => spellings(name).some((one) => wanted.includes(one))),
    );
    if (named.length > 0) return named;
    throw new PlimsollError('target-not-found', `there is no image ${reference} in it`, { hint: `It holds: ${list(candidates)}` });
  }
  // What stands under the same names (or under none) is one image for several platforms.
  const groups = new Set(candidates.map((candidate) => candidate.names.join('\n')));
  if (groups.size <= 1) return candidates;
  throw new PlimsollError('reference-ambiguous', `it holds ${candidates.length} images and none was chosen`, {
    hint: `Put one of these behind the path, after a colon: ${list(candidates)}`,
  });
}

/** The ways in which one image is named: `shop`, `shop:latest`, `docker.io/library/shop:latest`. A layout may also name a tag alone. */
function spellings(name: string): string[] {
  const short = name.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, '');
  const tagged = /(?::[^/:]+|@[^/@]+)$/.test(short) ? short : `${short}:latest`;
  return short === tagged ? [short] : [short, tagged];
}

function list(candidates: readonly Candidate[]): string {
  const names = candidates.map((candidate) => candidate.names[0] ?? candidate.digest);
  const shown = [...new Set(names)].slice(0, 20);
  return shown.join(', ') + (names.length > shown.length ? ', …' : '');
}

async function byPlatform(candidates: readonly Candidate[], choice: Choice): Promise<ImagePlan> {
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    const image = await only.read();
    const has = platformOf(only, image);
    // A configuration that states no platform contradicts nothing.
    if (choice.platform === undefined || has.architecture === '' || suits(choice.platform, has) > 0) return image;
    throw noSuchPlatform(choice.platform, [has]);
  }
  const wanted = choice.platform ?? choice.machine;
  let best: { score: number; image: ImagePlan | undefined; candidate: Candidate } | undefined;
  const offered: Platform[] = [];
  for (const candidate of candidates) {
    const image = candidate.platform === undefined ? await candidate.read() : undefined;
    const has = candidate.platform ?? platformOf(candidate, image);
    offered.push(has);
    const score = suits(wanted, has);
    if (score > 0 && score === best?.score && candidate.platform === undefined) throw ambiguous(candidates);
    if (score > (best?.score ?? 0)) best = { score, image, candidate };
  }
  if (best === undefined) throw noSuchPlatform(wanted, offered);
  return best.image ?? best.candidate.read();
}

function platformOf(candidate: Candidate, image: ImagePlan | undefined): Platform {
  if (image === undefined) return candidate.platform ?? { os: '', architecture: '' };
  const { config, variant } = image.config;
  return { os: config.os ?? 'linux', architecture: config.architecture ?? '', variant };
}

function ambiguous(candidates: readonly Candidate[]): PlimsollError {
  return new PlimsollError('reference-ambiguous', `it holds ${candidates.length} images without names for one platform`, {
    hint: `Put one of these behind the path, after a colon: ${list(candidates)}`,
  });
}

function noSuchPlatform(wanted: Platform, offered: readonly Platform[]): PlimsollError {
  const names = [...new Set(offered.map(formatPlatform))].sort().join(', ');
  return new PlimsollError('platform-not-found', `there is no image for ${formatPlatform(wanted)}`, {
    hint: `--platform may be: ${names}`,
  });
}
