import { compressionOf, decompress } from '../../base/inflate.ts';
import { isPlimsollError, PlimsollError } from '../../model/error.ts';
import type { ReadSmall } from './manifest-choice.ts';
import { MAX_JSON_BYTES } from './oci-schema.ts';
import { flowArchive, followLinks, innerPath, looksLikeTar } from './open-entries.ts';
import { notAnArchive } from './open-target.ts';
import { type LayerContext, type WalkedBody, walkBody } from './read-image-layer.ts';

/** Manifests and configurations that are held until the archive has flowed by. */
const MAX_SMALL_TOTAL = 128 * 1024 ** 2;
const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** An archive that has flowed by: its small files and its layers by path, links resolved. */
export interface FlownArchive {
  readonly small: ReadSmall;
  layer(path: string): WalkedBody | undefined;
}

/**
 * Reads an archive, perhaps compressed, in one pass. The manifest may come last: so every file that looks like a layer is walked as it flows
 * by, and small JSON files are kept. What is walked and never named costs time and nothing else.
 * Errors: `target-empty`, `target-not-image`, `archive-truncated`, `archive-damaged`, `budget-exceeded`, and those of the source.
 */
export async function readArchiveStream(name: string, bytes: AsyncIterable<Uint8Array>, context: LayerContext): Promise<FlownArchive> {
  const small = new Map<string, Uint8Array>();
  const layers = new Map<string, WalkedBody>();
  let held = 0;
  const links = await flowArchive(
    checked(name, decompress(bytes)),
    (path, size, head) => {
      small.delete(path);
      layers.delete(path);
      if (looksLikeJson(head)) {
        if (size > MAX_JSON_BYTES) return undefined;
        held += size;
        if (held > MAX_SMALL_TOTAL) throw new PlimsollError('budget-exceeded', 'the archive holds more than 128 MiB of JSON files');
        return async (body) => {
          const parts: Uint8Array[] = [];
          for await (const chunk of body) parts.push(Uint8Array.from(chunk));
          small.set(path, Buffer.concat(parts));
        };
      }
      if (compressionOf(head) === 'plain' && !looksLikeTar(head)) return undefined;
      return async (body) => {
        layers.set(path, await walkBody(body, digestOf(path), context));
      };
    },
    context.signal,
  );
  const find = <T>(map: ReadonlyMap<string, T>, path: string): T | undefined => {
    const inner = innerPath(path);
    return inner === undefined ? undefined : map.get(followLinks(links, inner));
  };
  return { small: async (path) => find(small, path), layer: (path) => find(layers, path) };
}

/** Says of the first bytes that they are no archive, before the tar reader complains of a damaged one. */
async function* checked(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  try {
    for await (const chunk of bytes) {
      if (head === undefined) {
        yield chunk;
        continue;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < 512) continue;
      if (!looksLikeTar(head)) throw notAnArchive(name, false);
      yield head;
      head = undefined;
    }
  } catch (error) {
    // A cut or damaged compressed archive: the reader of the inner archive would only see an early end.
    if (isPlimsollError(error) && error.hint === undefined)
      throw new PlimsollError(error.code, error.message, {
        hint: 'Save the image again; writing it was probably interrupted.',
        cause: error,
      });
    throw error;
  }
  if (head === undefined) return;
  if (head.length === 0)
    throw new PlimsollError('target-empty', `${name === '-' ? 'the standard input' : name} is empty`, {
      hint: name === '-' ? 'docker save NAME | plimsoll scan -' : 'Save the image again.',
    });
  throw notAnArchive(name, true);
}

/** The digest that a blob goes by. */
function digestOf(path: string): string | undefined {
  const parts = /^blobs\/(sha256|sha512)\/([0-9a-f]+)$/.exec(path);
  return parts === null ? undefined : `${parts[1]}:${parts[2]}`;
}

function looksLikeJson(head: Buffer): boolean {
  const first = head.find((byte) => !WHITE_SPACE.has(byte));
  return first === 0x7b || first === 0x5b;
}
