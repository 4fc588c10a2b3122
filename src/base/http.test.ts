import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHttp } from './http.ts';
import { isPrivateAddress } from './http-address.ts';

const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/ok': (request, response) => response.setHeader('x-agent', request.headers['user-agent'] ?? '').end('hello'),
  '/missing': (_request, response) => response.writeHead(404).end('no'),
  '/large': (_request, response) => {
    // Without a length: the budget has to count.
    const more = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
  '/declared': (_request, response) => response.setHeader('content-length', 10_000_000).write('x'),
  '/short': (_request, response) => {
    response.setHeader('content-length', 1000).write('only this');
    setTimeout(() => response.destroy(), 20);
  },
  '/cut-chunked': (_request, response) => {
    response.write('some');
    setTimeout(() => response.destroy(), 20);
  },
  '/stall': (_request, response) => void response.write('some'),
  '/silent': () => undefined,
  '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/to/5': (_request, response) => response.writeHead(301, { location: '/to/4' }).end(),
  '/to/4': (_request, response) => response.writeHead(302, { location: '/to/3' }).end(),
  '/to/3': (_request, response) => response.writeHead(303, { location: '/to/2' }).end(),
  '/to/2': (_request, response) => response.writeHead(307, { location: 'to-1' }).end(),
  '/to/to-1': (_request, response) => response.writeHead(308, { location: '//LOOPBACK/ok' }).end(),
  '/file': (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/ftp': (_request, response) => response.writeHead(302, { location: 'ftp://127.0.0.1/x' }).end(),
  '/nonsense': (_request, response) => response.writeHead(302, { location: 'http://[' }).end(),
  '/no-location': (_request, response) => response.writeHead(302).end('body'),
};

let server: Server;
let base = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    if (page === undefined) response.writeHead(500).end();
    else page(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  base = `http://${host}`;
  pages['/to/to-1'] = (_request, response) => response.writeHead(308, { location: `//${host}/ok` }).end();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function get(url: string, options: { maxBytes?: number; timeoutMs?: number; patience?: number; signal?: AbortSignal } = {}) {
  const http = openHttp({ userAgent: 'plimsoll/test', ...(options.patience === undefined ? {} : { patience: options.patience }) });
  try {
    const answer = await http.get(url.startsWith('/') ? `${base}${url}` : url, { maxBytes: 1_000_000, timeoutMs: 2000, ...options });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body()) chunks.push(chunk);
    return { status: answer.status, url: answer.url, headers: answer.headers, text: Buffer.concat(chunks).toString() };
  } finally {
    await http.close();
  }
}

describe('answers', () => {
  test('a body, its address and headers; who asks', async () => {
    expect(await get('/ok')).toMatchObject({ status: 200, text: 'hello', url: `${base}/ok`, headers: { 'x-agent': 'plimsoll/test' } });
  });
  test('other statuses are given, not judged', async () => {
    expect(await get('/missing')).toMatchObject({ status: 404, text: 'no' });
    expect(await get('/no-location')).toMatchObject({ status: 302, text: 'body' });
  });
  test('five redirects are followed', async () =>
    expect(await get('/to/5')).toMatchObject({ status: 200, text: 'hello', url: `${base}/ok` }));
});

describe('faults', () => {
  const cases: [string, string, string, RegExp][] = [
    ['a body beyond the budget', '/large', 'feed-too-large', /1000000 bytes/],
    ['a declared length beyond the budget', '/declared', 'feed-too-large', /1000000 bytes/],
    ['a body shorter than its length', '/short', 'feed-unreachable', /ends in the middle/],
    ['a chunked body that is cut', '/cut-chunked', 'feed-unreachable', /ends in the middle/],
    ['redirects without end', '/loop', 'feed-unreachable', /more than 5 times/],
    ['a redirect to a file', '/file', 'feed-unreachable', /file:/],
    ['a redirect to ftp', '/ftp', 'feed-unreachable', /ftp:/],
    ['a redirect to nonsense', '/nonsense', 'feed-unreachable', /no address/],
  ];
  test.each(cases)('%s', async (_name, path, code, message) => {
    await expect(get(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
  test('silence before and inside the answer', async () => {
    await expect(get('/silent', { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'feed-unreachable',
      message: expect.stringMatching(/in time|stalls/),
    });
    await expect(get('/stall', { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'feed-unreachable',
      message: expect.stringMatching(/stalls/),
    });
  });
  test('patience ends a trickle that never stalls', async () => {
    pages['/trickle'] = (_request, response) => {
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    };
    await expect(get('/trickle', { timeoutMs: 500, patience: 1 })).rejects.toMatchObject({ code: 'feed-unreachable' });
  });
  test('an interrupt is an interrupt', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('stopped by the user')), 50);
    await expect(get('/silent', { signal: stop.signal })).rejects.toThrow('stopped by the user');
  });
  test('nobody listens, no such name, no http', async () => {
    const free = createTcp().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const address = free.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => free.close(resolve));
    await expect(get(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'feed-unreachable' });
    await expect(get('file:///etc/passwd')).rejects.toMatchObject({ code: 'usage' });
    await expect(get('no address')).rejects.toMatchObject({ code: 'usage' });
  });
});

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['255.255.255.255', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['::', true],
  ['fe80::1%eth0', true],
  ['fd00::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['::ffff:8.8.8.8', false],
  ['2606:4700::1111', false],
  ['not an address', true],
])('%s is private: %s', (address, wanted) => expect(isPrivateAddress(address)).toBe(wanted));
