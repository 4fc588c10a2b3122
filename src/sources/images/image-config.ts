import * as z from 'zod';
import type { ImageConfig } from '../../model/image.ts';
import type { Warning } from '../../model/unknown.ts';
import { check, parseJson } from './oci-schema.ts';

const MAX_LAYERS = 10_000;

const schema = z.object({
  os: z.string().nullish().catch(undefined),
  architecture: z.string().nullish().catch(undefined),
  variant: z.string().nullish().catch(undefined),
  created: z.string().nullish().catch(undefined),
  config: z
    .object({
      Labels: z.record(z.string(), z.string()).nullish().catch(undefined),
      User: z.string().nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  rootfs: z.object({
    diff_ids: z
      .array(z.string().regex(/^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/))
      .max(MAX_LAYERS)
      .nullish(),
  }),
  history: z
    .array(z.object({ created_by: z.string().nullish().catch(undefined), empty_layer: z.boolean().nullish().catch(undefined) }))
    .nullish()
    .catch(undefined),
});

/** What is read of an image configuration. Source: OCI image specification, config.md. Pure JSON: it is remembered in the layer cache. */
export interface ParsedConfig {
  readonly config: ImageConfig;
  readonly variant?: string;
  /** One digest a layer, of the uncompressed archive, lowest first: a claim of the image until it is verified. */
  readonly diffIds: readonly string[];
  /** The history line of each layer; empty when the history does not match the layers. */
  readonly commands: readonly string[];
  readonly historyEntries: number;
  /** How many of the lowest layers came with the base image; 0 where the history does not tell. */
  readonly baseLayers: number;
}

/** Parses an image configuration; unknown and wrong optional fields are left out. Throws `manifest-invalid`. */
export function parseImageConfig(bytes: Uint8Array, name: string): ParsedConfig {
  const raw = check(schema, parseJson(bytes, name), name);
  const diffIds = raw.rootfs.diff_ids ?? [];
  const steps = (raw.history ?? []).filter((entry) => entry.empty_layer !== true);
  return {
    config: {
      ...(raw.os ? { os: raw.os } : {}),
      ...(raw.architecture ? { architecture: raw.architecture } : {}),
      ...(raw.created ? { created: raw.created } : {}),
      labels: raw.config?.Labels ?? {},
      ...(raw.config?.User ? { user: raw.config.User } : {}),
    },
    ...(raw.variant ? { variant: raw.variant } : {}),
    diffIds,
    commands: steps.length === diffIds.length ? steps.map((entry) => entry.created_by ?? '') : [],
    historyEntries: steps.length,
    baseLayers: steps.length === diffIds.length ? countBaseLayers(raw.history ?? []) : 0,
  };
}

/**
 * An image ends with the command that it starts; what stands above such a line was built on that image. So the layers up to the last CMD or ENTRYPOINT with
 * content above it are the base. The image's own command, with nothing but further settings above it, tells nothing.
 */
function countBaseLayers(
  history: readonly { readonly created_by?: string | null | undefined; readonly empty_layer?: boolean | null | undefined }[],
): number {
  let layers = 0;
  let base = 0;
  let ended = 0;
  for (const { created_by: command, empty_layer: isEmpty } of history) {
    if (isEmpty !== true) {
      layers += 1;
      base = ended;
    } else if (/^(?:\/bin\/sh -c #\(nop\)\s+)?(?:CMD|ENTRYPOINT)\b/.test(command ?? '')) ended = layers;
  }
  return base;
}

/** Says when the history does not tell which command made which layer: builders may write none or a short one. */
export function historyWarnings(config: ParsedConfig): Warning[] {
  if (config.commands.length === config.diffIds.length) return [];
  return [
    {
      code: 'history-short',
      message: `the image history has ${count(config.historyEntries, 'step')} with content for ${count(config.diffIds.length, 'layer')}; which command made a layer is unknown`,
    },
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
