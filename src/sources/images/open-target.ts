import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isReference, openDocker } from '../../base/docker.ts';
import { errorCode, type OpenFile, openFile } from '../../base/files.ts';
import { compressionOf } from '../../base/inflate.ts';
import { isPlimsollError, PlimsollError } from '../../model/error.ts';
import { looksLikeTar } from './open-entries.ts';
import { archiveStore, folderStore, type ImageStore } from './open-store.ts';

/** How a target was found; the report says which was used. */
export type Via = 'docker' | 'oci' | 'archive' | 'stdin' | 'dir';

interface Named {
  /** As the user named it. */
  readonly name: string;
  readonly via: Via;
  close(): void;
}

/** An image whose files can be read in any order. */
export interface OpenedStore extends Named {
  readonly kind: 'store';
  readonly store: ImageStore;
  /** Which of several images, where the target says so. */
  readonly reference: string | undefined;
}

/** An image in an archive that flows by once: standard input, a compressed archive, the export of a container engine. */
export interface OpenedStream extends Named {
  readonly kind: 'stream';
  readonly reference: string | undefined;
  /** The archive, perhaps compressed. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Bytes in all, where known. */
  readonly size?: number;
  /** What the archive may be remembered by: a file's identity (law 1d), or a daemon's id with an image's id there (law 1e). */
  readonly source?: string;
  /** DiffIDs that a container engine names; it checked them. */
  readonly diffIds?: readonly string[];
  unchanged(): boolean;
}

/** A folder that is no image: to be walked as a root file system. */
export interface OpenedFolder extends Named {
  readonly kind: 'filesystem';
  readonly path: string;
}

export type Opened = OpenedStore | OpenedStream | OpenedFolder;

/** What opening needs from outside. Hosts come from flags and environment alone (law 2). */
export interface OpenOptions {
  readonly offline: boolean;
  /** Value of `DOCKER_HOST`. */
  readonly dockerHost?: string | undefined;
  /** Where `-` reads from. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What stands in a folder that is an image layout and nothing else. `manifest.json` and `repositories`: as Docker saves since 25. */
const LAYOUT: ReadonlySet<string> = new Set(['oci-layout', 'index.json', 'blobs', 'ingest', 'manifest.json', 'repositories', '.DS_Store']);

const SCHEME = /^(docker|docker-archive|oci|oci-archive|dir|registry|sbom):/;

/**
 * Opens what the user named: `docker:REF`, `docker-archive:FILE[:REF]`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `dir:PATH`, `-`, or a bare
 * name: a path when it begins with `.`, `/` or `~`; else an image of the container engine, then a path of that name. Archives are recognised
 * by their content, whatever scheme or suffix says. Whoever opens closes.
 * Errors: `target-not-found`, `target-not-image`, `target-empty`, `not-built-yet`, and those of the container engine.
 */
export async function openTarget(spec: string, options: OpenOptions): Promise<Opened> {
  if (spec === '-') return openStdin(options);
  const scheme = SCHEME.exec(spec)?.[1];
  const rest = scheme === undefined ? spec : spec.slice(scheme.length + 1);
  if (rest === '') throw new PlimsollError('usage', 'the target has no name', { hint: 'plimsoll scan IMAGE, plimsoll scan ./folder' });
  switch (scheme) {
    case undefined:
      return openBare(spec, options);
    case 'docker':
      return openDaemon(spec, rest, options);
    case 'dir':
      return openFolder(spec, expand(rest));
    case 'oci':
    case 'oci-archive':
    case 'docker-archive': {
      const opened = await openPath(spec, expand(rest), options, scheme);
      if (opened === undefined) throw notThere(rest);
      return opened;
    }
    default:
      throw new PlimsollError('not-built-yet', `${scheme}: targets cannot be read yet`, {
        hint: scheme === 'registry' ? `docker pull ${rest} and scan docker:${rest}` : 'Scan the image or folder itself.',
      });
  }
}

async function openBare(spec: string, options: OpenOptions): Promise<Opened> {
  if (/^[./~]/.test(spec)) {
    const opened = await openPath(spec, expand(spec), options);
    if (opened === undefined) throw notThere(spec);
    return opened;
  }
  let reason = 'it is no image name';
  let hint = 'Name an image of the container engine, an archive or a folder; a path begins with ./ or /.';
  if (isReference(spec)) {
    try {
      return await openDaemon(spec, spec, options);
    } catch (error) {
      // No engine, or none that may be asked, or none that knows the name: the name may be a path.
      if (!isPlimsollError(error) || !['daemon-unreachable', 'target-not-found', 'offline-refused', 'not-built-yet'].includes(error.code))
        throw error;
      reason = error.message;
      // Where the engine is what is missing, `docker pull` would fail for the same cause.
      hint =
        error.code === 'target-not-found'
          ? `Registries cannot be read yet: docker pull ${spec} first, or name an archive or a folder.`
          : (error.hint ?? hint);
    }
  }
  const opened = await openPath(spec, spec, options);
  if (opened !== undefined) return opened;
  throw new PlimsollError('target-not-found', `there is no image, archive or folder ${spec}: ${reason}`, { hint });
}

function openStdin(options: OpenOptions): OpenedStream {
  const { stdin } = options;
  if (stdin === undefined)
    throw new PlimsollError('target-not-found', 'there is no standard input to read', { hint: 'docker save NAME | plimsoll scan -' });
  return {
    kind: 'stream',
    name: '-',
    via: 'stdin',
    reference: undefined,
    bytes: () => stdin,
    unchanged: () => true,
    close: () => undefined,
  };
}

async function openDaemon(name: string, reference: string, options: OpenOptions): Promise<OpenedStream> {
  const docker = openDocker({ host: options.dockerHost, offline: options.offline, signal: options.signal });
  const image = await docker.inspectImage(reference);
  if (image === undefined)
    throw new PlimsollError('target-not-found', `the container engine at ${docker.host} has no image ${reference}`, {
      hint: `Registries cannot be read yet: docker pull ${reference} first.`,
    });
  const { id } = await docker.info();
  return {
    kind: 'stream',
    name,
    via: 'docker',
    reference: undefined,
    // By id: the name may move to another image meanwhile.
    bytes: () => docker.exportImage(image.id),
    source: `daemon:${id}:${image.id}`,
    diffIds: image.diffIds,
    unchanged: () => true,
    close: () => undefined,
  };
}

async function openFolder(name: string, path: string): Promise<OpenedFolder> {
  const found = await entries(path);
  if (found === undefined) throw notThere(path);
  if (found.length === 0)
    throw new PlimsollError('target-empty', `the folder ${path} is empty`, { hint: 'Name a folder with something in it.' });
  return { kind: 'filesystem', name, via: 'dir', path, close: () => undefined };
}

/** A file or folder by its content; the end of `text` may name one image in it. `undefined` when there is nothing of that name. */
async function openPath(name: string, text: string, options: OpenOptions, scheme?: string): Promise<Opened | undefined> {
  for (const [path, reference] of splits(text, scheme !== undefined || /^[./~]/.test(name))) {
    const found = await stat(path).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(errorCode(error) ?? '')) return undefined;
      throw new PlimsollError('target-not-found', `${path} cannot be read (${errorCode(error) ?? 'input error'})`, {
        hint: 'Check its permissions.',
      });
    });
    if (found === undefined) continue;
    if (!found.isDirectory()) {
      if (scheme === 'oci') throw new PlimsollError('target-not-image', `${path} is a file`, { hint: `oci-archive:${path}` });
      return openArchive(name, path, reference, options);
    }
    const names = (await entries(path)) ?? [];
    if (names.length === 0)
      throw new PlimsollError('target-empty', `the folder ${path} is empty`, { hint: 'Name an image or a folder with something in it.' });
    if (names.includes('oci-layout') && names.includes('index.json')) {
      const other = names.find((one) => !LAYOUT.has(one));
      // A folder of files that also holds a layout: taking the layout would leave the files unseen.
      if (scheme === undefined && other !== undefined)
        throw new PlimsollError('reference-ambiguous', `${path} is an OCI image layout and holds other things too (${other})`, {
          hint: `oci:${path} scans the image, dir:${path} the files.`,
        });
      return namedStore(name, 'oci', folderStore(path), reference);
    }
    if (scheme === undefined && reference !== undefined) continue;
    if (scheme === undefined) return openFolder(name, path);
    throw new PlimsollError('target-not-image', `the folder ${path} is no OCI image layout: it has no oci-layout and index.json`, {
      hint: `To scan it as a file system: dir:${path}`,
    });
  }
  return undefined;
}

async function openArchive(name: string, path: string, reference: string | undefined, options: OpenOptions): Promise<Opened | undefined> {
  const file = await openFile(path);
  if (file === undefined) return undefined;
  try {
    if (file.size === 0) throw new PlimsollError('target-empty', `${path} is empty`, { hint: 'Save the image again.' });
    const head = Buffer.from(file.read(0, 512));
    if (compressionOf(head) !== 'plain') return compressedFile(name, file, reference);
    if (!looksLikeTar(head)) throw notAnArchive(path, head.length < 512);
    return namedStore(name, 'archive', archiveStore(file, options.signal), reference);
  } catch (error) {
    file.close();
    throw error;
  }
}

function compressedFile(name: string, file: OpenFile, reference: string | undefined): OpenedStream {
  return {
    kind: 'stream',
    name,
    via: 'archive',
    reference,
    size: file.size,
    bytes: () => file.stream(),
    source: `file:${file.identity}`,
    unchanged: () => file.unchanged(),
    close: () => file.close(),
  };
}

function namedStore(name: string, via: Via, store: ImageStore, reference: string | undefined): OpenedStore {
  return { kind: 'store', name, via, store, reference, close: () => store.close() };
}

/** `a:b:c` may be the path `a:b:c`, or `a:b` with the image `c` in it, or `a` with `b:c`: the longest path that exists. */
function* splits(text: string, mayName: boolean): Generator<[path: string, reference: string | undefined]> {
  yield [text, undefined];
  if (!mayName) return;
  for (let at = text.lastIndexOf(':'); at > 0; at = text.lastIndexOf(':', at - 1)) yield [text.slice(0, at), text.slice(at + 1)];
}

async function entries(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    throw new PlimsollError('target-not-found', `the folder ${path} cannot be read (${code ?? 'input error'})`, {
      hint: 'Check the path and its permissions.',
      cause: error,
    });
  }
}

function expand(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function notThere(path: string): PlimsollError {
  return new PlimsollError('target-not-found', `there is no file or folder ${path}`, { hint: 'Check the path.' });
}

/** The error for a file whose first bytes are no archive. */
export function notAnArchive(path: string, short: boolean): PlimsollError {
  return new PlimsollError(
    'target-not-image',
    `${path === '-' ? 'what stands on the standard input' : path} is no image archive${short ? ': it is too short' : ''}`,
    {
      hint: 'An image archive is made by `docker save` or `skopeo copy`; to scan files, name their folder.',
    },
  );
}
