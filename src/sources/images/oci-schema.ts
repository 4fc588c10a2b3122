import * as z from 'zod';
import { PlimsollError } from '../../model/error.ts';

/** Largest manifest, index or configuration that is read: registries refuse manifests above 4 MiB; some labels are large. */
export const MAX_JSON_BYTES = 8 * 1024 ** 2;

const MAX_DESCRIPTORS = 10_000;

/** Digests that we can check. Source: OCI image specification, descriptor.md, "Digests". */
const digest = z.string().regex(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/);

const platform = z.object({
  os: z.string().catch(''),
  architecture: z.string().catch(''),
  variant: z.string().optional().catch(undefined),
});

const descriptor = z.object({
  mediaType: z.string().default(''),
  digest,
  size: z.number().int().nonnegative(),
  urls: z.array(z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish().catch(undefined),
  platform: platform.nullish(),
  artifactType: z.string().nullish(),
});

const index = z.object({ manifests: z.array(descriptor).max(MAX_DESCRIPTORS) });

const manifest = z.object({ config: descriptor, layers: z.array(descriptor).max(MAX_DESCRIPTORS).nullish() });

const dockerManifest = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()).max(MAX_DESCRIPTORS).nullish(),
    }),
  )
  .max(MAX_DESCRIPTORS);

/** Source: OCI image specification, descriptor.md. */
export type Descriptor = z.infer<typeof descriptor>;

/** Source: OCI image specification, image-index.md; Docker's "manifest list" has the same shape. */
export type Index = z.infer<typeof index>;

/** Source: OCI image specification, manifest.md; Docker's "image manifest, schema 2" has the same shape. */
export type Manifest = z.infer<typeof manifest>;

/** One image of a `docker save` archive. Source: moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format". */
export type DockerManifestEntry = z.infer<typeof dockerManifest>[number];

/**
 * An index or a manifest, told apart by what it holds: media types are often missing or wrong. What could be read as both is refused
 * (CVE-2021-41190). Throws `manifest-invalid`.
 */
export function parseIndexOrManifest(bytes: Uint8Array, name: string): { index: Index } | { manifest: Manifest } {
  const value = parseJson(bytes, name);
  if (typeof value === 'object' && value !== null && 'manifests' in value) {
    // An engine that goes by the media type would run another image than one that goes by the content.
    if ('config' in value || 'layers' in value)
      throw new PlimsollError('manifest-invalid', `${name} is an index and a manifest at once`, {
        hint: 'It was altered: nothing that builds images writes this.',
      });
    return { index: check(index, value, name) };
  }
  return { manifest: check(manifest, value, name) };
}

/** `index.json` of a layout. Throws `manifest-invalid`. */
export function parseIndex(bytes: Uint8Array, name: string): Index {
  return check(index, parseJson(bytes, name), name);
}

/** `manifest.json` of a `docker save` archive. Throws `manifest-invalid`. */
export function parseDockerManifest(bytes: Uint8Array, name: string): readonly DockerManifestEntry[] {
  return check(dockerManifest, parseJson(bytes, name), name);
}

/** JSON of an image's own documents. Throws `manifest-invalid`. */
export function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new PlimsollError('manifest-invalid', `${name} is not JSON`, { hint: 'Save or pull the image again.', cause: error });
  }
}

/** Parses by a schema. Throws `manifest-invalid` that names the first thing that is wrong. */
export function check<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.map(String).join('.')}`;
  throw new PlimsollError('manifest-invalid', `${name} is not what its specification says${where}: ${issue?.message ?? 'invalid'}`, {
    hint: 'Save or pull the image again.',
  });
}
