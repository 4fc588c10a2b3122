import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isReference, openDocker } from './docker.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A daemon of our own on a unix socket. */
async function daemon(listener: RequestListener): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-docker-'));
  const server = createServer(listener);
  const path = join(folder, 'sock');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return `unix://${path}`;
}

async function drain(source: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of source) size += chunk.length;
  return size;
}

describe('openDocker', () => {
  it('asks for an image and exports it', async () => {
    const seen: (string | undefined)[] = [];
    const id = `sha256:${'a'.repeat(64)}`;
    const host = await daemon((request, response) => {
      seen.push(request.url);
      if (request.url === '/info') response.end(JSON.stringify({ ID: 'ONE', ServerVersion: '20.10', Other: {} }));
      else if (request.url?.startsWith('/images/get')) response.end(Buffer.alloc(100_000));
      else response.end(JSON.stringify({ Id: id, RootFS: { Type: 'layers', Layers: ['sha256:b'] }, RepoTags: null }));
    });
    const docker = openDocker({ host, offline: true });
    expect(await docker.info()).toEqual({ id: 'ONE', version: '20.10' });
    expect(await docker.inspectImage('team/shop:1.4')).toEqual({ id, diffIds: ['sha256:b'], tags: [] });
    expect(await drain(docker.exportImage(id))).toBe(100_000);
    expect(seen).toEqual(['/info', '/images/team/shop:1.4/json', `/images/get?names=${encodeURIComponent(id)}`]);
  });

  it.each([
    ['an error', 500, '{"message":"disk full"}', 'daemon-failed', 'disk full'],
    ['an error that is no JSON', 502, '<html>', 'daemon-failed', 'status 502'],
    ['nonsense', 200, '[1]', 'daemon-failed', 'not understood'],
    ['no JSON at all', 200, 'hello', 'daemon-failed', 'not understood'],
    ['a server that knows no such path', 404, '', 'daemon-failed', 'not a container engine'],
  ])('%s', async (_name, status, text, code, message) => {
    const host = await daemon((_request, response) => response.writeHead(status).end(text));
    await expect(openDocker({ host, offline: false }).info()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('says that an image is not there', async () => {
    const host = await daemon((_request, response) => response.writeHead(404).end('{"message":"No such image"}'));
    const docker = openDocker({ host, offline: false });
    expect(await docker.inspectImage('nope')).toBeUndefined();
    await expect(drain(docker.exportImage('nope'))).rejects.toMatchObject({ code: 'target-not-found' });
  });

  it('gives up a daemon that does not answer, and one that stops in the middle', async () => {
    const host = await daemon((request, response) => {
      if (request.url !== '/info') response.write('x');
    });
    const docker = openDocker({ host, offline: false, timeoutMs: 200 });
    await expect(docker.info()).rejects.toMatchObject({ code: 'daemon-unreachable' });
    await expect(drain(docker.exportImage('x'))).rejects.toMatchObject({ code: expect.stringMatching(/^daemon-/) });
    const cutting = await daemon((_request, response) => {
      response.writeHead(200, { 'content-length': '10000' }).write('half');
      setTimeout(() => response.destroy(), 50);
    });
    await expect(drain(openDocker({ host: cutting, offline: false }).exportImage('x'))).rejects.toMatchObject({ code: 'daemon-failed' });
  });

  it('stops when it is told to', async () => {
    const host = await daemon(() => undefined);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    await expect(openDocker({ host, offline: false, signal: abort.signal }).info()).rejects.toMatchObject({ code: 'interrupted' });
  });

  it.each([
    ['unix:///nowhere/docker.sock', false, 'daemon-unreachable'],
    ['tcp://127.0.0.1:1', false, 'daemon-unreachable'],
  ])('%s cannot be reached', async (host, offline, code) => {
    await expect(openDocker({ host, offline }).info()).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  it.each([
    ['tcp://127.0.0.1:2375', true, 'offline-refused'],
    ['tcp://localhost', true, 'offline-refused'],
    ['http://[::1]:2375', true, 'offline-refused'],
    ['ssh://user@host', true, 'not-built-yet'],
    ['https://host:2376', false, 'not-built-yet'],
    ['gopher', false, 'usage'],
  ])('%s, offline %s: %s', (host, offline, code) => {
    expect(() => openDocker({ host, offline })).toThrow(expect.objectContaining({ code }));
  });
});

describe('isReference', () => {
  it.each([
    ['alpine', true],
    ['host:5000/a/b:tag@sha256:00', true],
    ['../../info', false],
    ['a/../b', false],
    ['a?b=c', false],
    ['a#b', false],
    ['-a', false],
    ['a b', false],
    ['a%2fb', false],
    ['', false],
  ])('%s', (name, expected) => expect(isReference(name)).toBe(expected));
});
