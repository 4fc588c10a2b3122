import { type IncomingMessage, request } from 'node:http';
import * as z from 'zod';
import { PlimsollError } from '../model/error.ts';
import { errorCode } from './files.ts';

const DEFAULT_HOST = 'unix:///var/run/docker.sock';
const MAX_JSON = 64 * 1024 ** 2;
const MAX_ERROR = 64 * 1024;
const ANSWER_MS = 30_000;
/** The daemon gathers the whole image before the first byte of an export comes. */
const EXPORT_MS = 15 * 60_000;

const infoSchema = z.object({ ID: z.string(), ServerVersion: z.string().optional(), Name: z.string().optional() });
const imageSchema = z.object({
  Id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  RootFS: z.object({ Layers: z.array(z.string()).nullish() }).nullish(),
  RepoTags: z.array(z.string()).nullish(),
  RepoDigests: z.array(z.string()).nullish(),
});
const imagesSchema = z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullish(), Size: z.number().optional() }));

/** Who the daemon is: `id` stays the same over restarts and tells two daemons apart. */
export interface DaemonInfo {
  readonly id: string;
  readonly version: string | undefined;
}

/** An image as the daemon knows it. */
export interface DaemonImage {
  /** `sha256:…`: digest of the configuration (or of the manifest, with the containerd image store). */
  readonly id: string;
  readonly diffIds: readonly string[];
  readonly tags: readonly string[];
}

/** What we ask of a container engine: Docker Engine API, unversioned paths (the daemon then speaks its own version; Podman answers too). */
export interface Docker {
  /** Where it is, for messages. */
  readonly host: string;
  info(): Promise<DaemonInfo>;
  images(): Promise<readonly { readonly id: string; readonly tags: readonly string[] }[]>;
  /** `undefined` when the daemon has no such image. */
  inspectImage(reference: string): Promise<DaemonImage | undefined>;
  /** `docker save` of one image as a stream of tar. */
  exportImage(reference: string): AsyncIterable<Uint8Array>;
}

/** Options of {@link openDocker}. Hosts come from flags and the environment alone, never from what is scanned. */
export interface DockerOptions {
  /** Value of `DOCKER_HOST`; default the socket of the system's daemon. */
  readonly host?: string | undefined;
  /** Refuses `tcp://` (law 4); unix sockets stay allowed. */
  readonly offline: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte before an answer counts as lost. Default 30 s, 15 min for the start of an export. */
  readonly timeoutMs?: number;
}

type Address = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/**
 * A client of the Docker Engine API. Nothing is contacted before the first call.
 * Errors: `offline-refused`, `usage` (an address we cannot read), `not-built-yet` (ssh, TLS), `daemon-unreachable`, `daemon-failed`.
 */
export function openDocker(options: DockerOptions): Docker {
  const host = options.host === undefined || options.host === '' ? DEFAULT_HOST : options.host;
  const address = parseHost(host, options.offline);
  const ask = (path: string, timeoutMs: number): Promise<IncomingMessage> =>
    send(address, host, path, options.timeoutMs ?? timeoutMs, options.signal);

  async function json<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const answer = await ask(path, ANSWER_MS);
    if (answer.statusCode === 404) {
      answer.resume();
      return undefined;
    }
    await refuseFailure(answer, path);
    const parsed = schema.safeParse(parseJson(await text(answer, MAX_JSON, host)));
    if (!parsed.success) throw new PlimsollError('daemon-failed', `the container engine's answer to ${path} is not understood`);
    return parsed.data;
  }

  return {
    host,
    async info() {
      const info = await json('/info', infoSchema);
      if (info === undefined) throw notAnEngine(host);
      return { id: info.ID, version: info.ServerVersion };
    },
    async images() {
      const images = await json('/images/json', imagesSchema);
      if (images === undefined) throw notAnEngine(host);
      return images.map((image) => ({ id: image.Id, tags: image.RepoTags ?? [] }));
    },
    async inspectImage(reference) {
      if (!isReference(reference)) return undefined;
      const image = await json(`/images/${encodeURI(reference)}/json`, imageSchema);
      if (image === undefined) return undefined;
      return { id: image.Id, diffIds: image.RootFS?.Layers ?? [], tags: image.RepoTags ?? [] };
    },
    async *exportImage(reference) {
      if (!isReference(reference)) throw new PlimsollError('target-not-found', `${reference} is not the name of an image`);
      const path = `/images/get?names=${encodeURIComponent(reference)}`;
      const answer = await ask(path, EXPORT_MS);
      if (answer.statusCode === 404)
        throw new PlimsollError('target-not-found', `the container engine has no image ${reference}`, { hint: 'See `docker images`.' });
      await refuseFailure(answer, path);
      yield* body(answer, host);
    },
  };
}

/**
 * Whether `name` can be a reference at all: what is no reference is never put into a request. Capitals may stand in a host (the part before a slash), a tag
 * and nowhere else. Source: distribution/reference, grammar, loosely.
 */
export function isReference(name: string): boolean {
  return (
    name.length <= 512 &&
    /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?\/)?[a-z0-9][a-z0-9._/-]*(?::\w[\w.-]*)?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]+)?$/.test(name) &&
    !name.includes('..') &&
    !name.includes('//')
  );
}

function parseHost(host: string, offline: boolean): Address {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  if (host.startsWith('/')) return { socketPath: host };
  const tcp = /^(?:tcp|http):\/\/(\[[0-9a-fA-F:]+\]|[^:/]+)(?::(\d{1,5}))?\/?$/.exec(host);
  if (tcp?.[1] !== undefined) {
    if (offline)
      throw new PlimsollError('offline-refused', `the container engine at ${host} is behind a network connection`, {
        hint: 'Run without --offline, or use its unix socket.',
      });
    return { host: tcp[1].replace(/^\[|\]$/g, ''), port: Number(tcp[2] ?? 2375) };
  }
  if (/^(ssh|https|npipe|fd):\/\//.test(host))
    throw new PlimsollError('not-built-yet', `a container engine at ${host} cannot be asked yet`, {
      hint: 'Forward its socket, or save the image: `docker save NAME | plimsoll scan -`.',
    });
  throw new PlimsollError('usage', `DOCKER_HOST is not an address: ${host}`, { hint: 'unix:///var/run/docker.sock or tcp://HOST:PORT' });
}

function send(address: Address, host: string, path: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { ...address, path, method: 'GET', headers: { host: 'docker' }, agent: false, timeout: timeoutMs, ...(signal ? { signal } : {}) },
      resolve,
    );
    sent.on('timeout', () =>
      sent.destroy(new PlimsollError('daemon-unreachable', `the container engine at ${host} does not answer in time`)),
    );
    sent.on('error', (error) => reject(signal?.aborted === true ? interrupted(error) : unreachable(host, error)));
    sent.end();
  });
}

function interrupted(cause: unknown): PlimsollError {
  return new PlimsollError('interrupted', 'interrupted', { cause });
}

function unreachable(host: string, error: unknown): PlimsollError {
  if (error instanceof PlimsollError) return error;
  const code = errorCode(error);
  const hint =
    code === 'EACCES'
      ? 'This user may not use the socket: run as a member of the group docker, or save the image to a file.'
      : code === 'ENOENT' || code === 'ECONNREFUSED'
        ? 'Start the container engine, set DOCKER_HOST, or scan an archive made by `docker save`.'
        : 'Check DOCKER_HOST and the container engine.';
  return new PlimsollError('daemon-unreachable', `the container engine at ${host} cannot be reached (${code ?? 'no answer'})`, {
    hint,
    cause: error,
  });
}

function notAnEngine(host: string): PlimsollError {
  return new PlimsollError('daemon-failed', `what answers at ${host} is not a container engine`, { hint: 'Check DOCKER_HOST.' });
}

async function refuseFailure(answer: IncomingMessage, path: string): Promise<void> {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return;
  const told = z.object({ message: z.string() }).safeParse(parseJson(await text(answer, MAX_ERROR, path)));
  const message = told.success ? told.data.message.slice(0, 300) : `status ${status}`;
  throw new PlimsollError('daemon-failed', `the container engine refused ${path.split('?')[0]}: ${message}`);
}

async function* body(answer: IncomingMessage, host: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield chunk;
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('daemon-failed', `the container engine at ${host} ended its answer in the middle`, {
      hint: 'Look into its log; the disk may be full.',
      cause: error,
    });
  }
}

async function text(answer: IncomingMessage, maxBytes: number, host: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body(answer, host)) {
    size += chunk.length;
    if (size > maxBytes) throw new PlimsollError('daemon-failed', `an answer of the container engine is larger than ${maxBytes} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What is no JSON fails the schema that follows. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    return { notJson: String(error) };
  }
}
