import { lookup as dnsLookup } from 'node:dns';
import { lookup as lookupAll } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { Dispatcher, request } from 'undici';
import { isPlimsollError, PlimsollError } from '../model/error.ts';
import type { Http, HttpAnswer } from '../model/ports.ts';
import { hostOf, isPrivateAddress, literalAddress } from './http-address.ts';

/** How the way out behaves; everything else is fixed. */
export interface HttpSettings {
  /** `plimsoll/VERSION`: says who asks, nothing about where or why. */
  readonly userAgent: string;
  /** Longest time of the whole answer as a multiple of `timeoutMs`, which itself is the longest silence. 60 when not given. */
  readonly patience?: number;
}

/** The way out, with the connections that it keeps. */
export interface OpenHttp extends Http {
  close(): Promise<void>;
}

const maxRedirects = 5;

interface Agents {
  readonly request: typeof request;
  /** For the address that the user, or we, named: private ones are allowed. */
  readonly any: Dispatcher;
  /** For where a public server sends us: connects to public addresses only, judged after name resolution. */
  readonly publicOnly: Dispatcher;
}

/**
 * GET over http and https. Proxies as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say. `timeoutMs` is the longest silence: to connect, to answer, between
 * two chunks. At most five redirects, never from https to http, nor from a public host to a private address. No cookies, no credentials, no telemetry.
 * Errors: `feed-unreachable`, `feed-too-large`; other statuses than 200 are the caller's to judge.
 */
export function openHttp(settings: HttpSettings): OpenHttp {
  let agents: Promise<Agents> | undefined;
  return {
    async get(url, options) {
      agents ??= openAgents();
      const deadline = AbortSignal.timeout(Math.min(2 ** 31 - 1, options.timeoutMs * (settings.patience ?? 60)));
      const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
      try {
        return await follow(await agents, parseUrl(url), { ...options, signal, userAgent: settings.userAgent });
      } catch (error) {
        throw asHttpError(error, url, options.signal);
      }
    },
    async close() {
      if (agents === undefined) return;
      const { any, publicOnly } = await agents;
      await Promise.all([any.destroy(), publicOnly.destroy()]);
    },
  };
}

/** Loaded at the first request: a run that needs no connection does not pay for it. */
async function openAgents(): Promise<Agents> {
  // the default export alone: a bundled CommonJS package has no other
  const {
    default: { EnvHttpProxyAgent, request },
  } = await import('undici');
  return { request, any: new EnvHttpProxyAgent(), publicOnly: new EnvHttpProxyAgent({ connect: { lookup: publicLookup } }) };
}

interface Ask {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly userAgent: string;
}

async function follow(agents: Agents, first: URL, ask: Ask): Promise<HttpAnswer> {
  let url = first;
  let mayBePrivate: boolean | undefined;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await agents.request(url, {
      dispatcher: hop === 0 || mayBePrivate === true ? agents.any : agents.publicOnly,
      headers: { 'user-agent': ask.userAgent, accept: '*/*' },
      headersTimeout: ask.timeoutMs,
      bodyTimeout: ask.timeoutMs,
      signal: ask.signal,
    });
    const location = answer.headers.location;
    if (![301, 302, 303, 307, 308].includes(answer.statusCode) || typeof location !== 'string') return answerOf(url, answer, ask);
    answer.body.on('error', () => undefined).destroy();
    const next = redirectTarget(url, location);
    mayBePrivate ??= await isPrivateHost(first);
    const literal = literalAddress(hostOf(next));
    if (!mayBePrivate && ((literal !== undefined && isPrivateAddress(literal)) || hostOf(next) === 'localhost'))
      throw unreachable(first.href, `it redirects to a private address (${hostOf(next)})`);
    url = next;
  }
  throw unreachable(first.href, `it redirects more than ${maxRedirects} times`);
}

function redirectTarget(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw unreachable(from.href, 'it redirects to something that is no address');
  const next = new URL(location, from);
  if (next.protocol !== 'https:' && next.protocol !== 'http:') throw unreachable(from.href, `it redirects to ${next.protocol}`);
  if (from.protocol === 'https:' && next.protocol === 'http:') throw unreachable(from.href, 'it redirects from https to http');
  return next;
}

function answerOf(url: URL, answer: Dispatcher.ResponseData, ask: Ask): HttpAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const declared = Number(headers['content-length']);
  if (declared > ask.maxBytes) {
    answer.body.on('error', () => undefined).destroy();
    throw tooLarge(url.href, ask.maxBytes);
  }
  return { status: answer.statusCode, headers, url: url.href, body: () => body(url.href, answer.body, ask) };
}

async function* body(url: string, source: AsyncIterable<Uint8Array>, ask: Ask): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > ask.maxBytes) throw tooLarge(url, ask.maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw asHttpError(
      error,
      url,
      ask.signal.reason instanceof DOMException && ask.signal.reason.name === 'TimeoutError' ? undefined : ask.signal,
    );
  }
}

/** Whether the host that was asked for first is private itself: an intranet mirror may send us on to another. Behind a proxy names may not resolve here. */
async function isPrivateHost(url: URL): Promise<boolean> {
  const host = hostOf(url);
  const literal = literalAddress(host);
  if (literal !== undefined) return isPrivateAddress(literal);
  try {
    return (await lookupAll(host, { all: true })).some(({ address }) => isPrivateAddress(address));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')) return false;
    throw error;
  }
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0);
    const allowed = addresses.filter(({ address }) => !isPrivateAddress(address));
    const [one] = allowed;
    if (one === undefined) return callback(new Error(`${hostname} is a private address`), '', 0);
    if (options.all === true) callback(null, allowed);
    else callback(null, one.address, one.family);
  });
};

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw new PlimsollError('usage', `${text} is not an address`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new PlimsollError('usage', `${url.protocol} is not fetched, only https and http`);
  return url;
}

function asHttpError(error: unknown, url: string, signal: AbortSignal | undefined): unknown {
  if (isPlimsollError(error) || signal?.aborted === true) return error;
  return unreachable(url, error instanceof Error ? reasonOf(error) : 'the connection failed', error);
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  switch (code) {
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'it does not answer in time';
    case 'UND_ERR_BODY_TIMEOUT':
    case 'TimeoutError':
      return 'the answer stalls';
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return 'the answer ends in the middle';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name does not resolve';
    default:
      return error.message;
  }
}

function unreachable(url: string, why: string, cause?: unknown): PlimsollError {
  return new PlimsollError('feed-unreachable', `${withoutCredentials(url)} cannot be fetched: ${why}`, {
    hint: 'Check the network and the proxy settings, or import a copy with `plimsoll db import`.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function tooLarge(url: string, maxBytes: number): PlimsollError {
  return new PlimsollError('feed-too-large', `${withoutCredentials(url)} is larger than ${maxBytes} bytes`, {
    hint: 'Raise --max-download (PLIMSOLL_MAX_DOWNLOAD) if that is expected.',
  });
}

function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return url;
  const clean = new URL(url);
  clean.username = '';
  clean.password = '';
  clean.search = '';
  return clean.href;
}
