import { spawnSync } from 'node:child_process';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readLines } from './lines.ts';
import { packingOf, peek, through, type UnpackBudget, unpackStream } from './unpack.ts';
import { unpackZstd, type ZstdRoutes } from './unpack-zstd.ts';

async function* parts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  // One buffer is used again and again, as a reader may do.
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

async function* zeros(megabytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < megabytes; i++) yield new Uint8Array(1 << 20);
}

const plain = Buffer.from(Array.from({ length: 5000 }, (_, i) => `line ${i} ${(i * 7919) % 4099}`).join('\n'));

describe('packing is told by content', () => {
  test.each([
    [[0x1f, 0x8b, 8], 'gzip'],
    [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    [[0x5e, 0x2a, 0x4d, 0x18], 'zstd'],
    [[0x50, 0x4b, 3, 4], 'zip'],
    [[0x50, 0x4b, 5, 6], 'zip'],
    [[0xfd, 0x37, 0x7a, 0x58], 'xz'],
    [[0x42, 0x5a, 0x68], 'bzip2'],
    [[0x50, 0x4b], 'plain'],
    [[], 'plain'],
  ])('%j is %s', (bytes, packing) => expect(packingOf(Uint8Array.from(bytes))).toBe(packing));
  test('tar by its magic', () => expect(packingOf(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0')]))).toBe('tar'));
});

test('a stream that was only peeked at is closed, whether or not it was read on', async () => {
  for (const reads of [0, 1, 2]) {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield* [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
      } finally {
        closed = true;
      }
    }
    const iterator = (await peek(source(), 2)).all[Symbol.asyncIterator]();
    for (let i = 0; i < reads; i += 1) expect(await iterator.next()).toEqual({ done: false, value: Uint8Array.of(i + 1) });
    await iterator.return?.();
    expect(closed).toBe(true);
  }
});

describe('gzip', () => {
  test.each([1, 7, 65_536])('comes out whole, read %i bytes at a time', async (size) => {
    expect((await collect(unpackStream(parts(gzipSync(plain), size)))).equals(plain)).toBe(true);
  });
  test('two members, and gzip in gzip', async () => {
    const two = Buffer.concat([gzipSync(plain), gzipSync(plain)]);
    expect((await collect(unpackStream(parts(two, 100)))).length).toBe(plain.length * 2);
    expect((await collect(unpackStream(parts(gzipSync(gzipSync(plain)), 100)))).equals(plain)).toBe(true);
  });
  test('cut: archive-truncated; altered: archive-damaged; nothing and plain text as they are', async () => {
    const packed = gzipSync(plain);
    await expect(collect(unpackStream(parts(packed.subarray(0, packed.length / 2), 100)))).rejects.toMatchObject({
      code: 'archive-truncated',
    });
    const altered = Buffer.from(packed);
    altered[packed.length - 6] = (altered[packed.length - 6] ?? 0) ^ 1;
    await expect(collect(unpackStream(parts(altered, 100)))).rejects.toMatchObject({ code: 'archive-damaged' });
    expect((await collect(unpackStream(parts(new Uint8Array(), 10)))).length).toBe(0);
    expect((await collect(unpackStream(parts(plain, 10)))).equals(plain)).toBe(true);
  });
  test('a bomb ends at the ratio, or at the bytes', async () => {
    const bomb = await collect(through(zeros(200), createGzip()));
    expect(bomb.length).toBeLessThan(300_000);
    const read = async (budget?: UnpackBudget) => {
      let bytes = 0;
      for await (const chunk of unpackStream(parts(bomb, 4096), budget)) bytes += chunk.length;
      return bytes;
    };
    await expect(read()).rejects.toMatchObject({ code: 'budget-exceeded', message: expect.stringContaining('times its size') });
    await expect(read({ maxBytes: 1_000_000, maxRatio: 1e9 })).rejects.toMatchObject({ code: 'budget-exceeded' });
    expect(await read({ maxBytes: 1e9, maxRatio: 1e9 })).toBe(200 << 20);
  });
});

const hasProgram = spawnSync('zstd', ['--version']).status === 0;

describe.skipIf(!hasProgram)('zstd (needs the program to make its input)', () => {
  const pack = (bytes: Uint8Array, ...options: string[]) =>
    spawnSync('zstd', ['-q', '-c', ...options], { input: bytes, maxBuffer: 1 << 30 }).stdout;
  const large = Buffer.concat(Array.from({ length: 40 }, () => plain));
  const routes: [string, ZstdRoutes][] = [
    ['the program', { builtin: false, program: 'zstd' }],
    ['fzstd, since there is no such program', { builtin: false, program: 'no-such-zstd-program' }],
    ['fzstd', { builtin: false, program: undefined }],
  ];
  test.each(routes)('by %s', async (_name, route) => {
    let slow = 0;
    const told = { ...route, slow: () => (slow += 1) };
    const packed = pack(large, '--long=27', '-10');
    expect((await collect(unpackZstd(parts(packed, 1000), told))).equals(large)).toBe(true);
    expect(slow).toBe(route.program === 'zstd' ? 0 : 1);
    await expect(collect(unpackZstd(parts(packed.subarray(0, packed.length - 100), 1000), told))).rejects.toMatchObject({
      code: expect.stringMatching(/^archive-/),
    });
  });
  test('through the usual way, and left in the middle', async () => {
    const packed = pack(large);
    expect((await collect(unpackStream(parts(packed, 1000)))).equals(large)).toBe(true);
    for await (const chunk of unpackStream(parts(packed, 1000))) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
  test('a source that fails fails the reading', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield pack(large).subarray(0, 50);
      throw new Error('the disk is gone');
    }
    await expect(collect(unpackZstd(failing(), { builtin: false, program: 'zstd' }))).rejects.toThrow('the disk is gone');
  });
});

describe('lines', () => {
  const read = async (text: string | Uint8Array, size: number, max = 100) => {
    const lines: (string | undefined)[] = [];
    for await (const batch of readLines(parts(Buffer.from(text), size), () => max)) for (const line of batch) lines.push(line.text);
    return lines;
  };
  test.each([1, 2, 3, 1000])('%i bytes at a time', async (size) => {
    expect(await read('\ufeffa\r\n\nü€😀\nlast', size)).toEqual(['a', '', 'ü€😀', 'last']);
    expect(await read('', size)).toEqual([]);
    expect(await read('one\n', size)).toEqual(['one']);
    expect(await read(`${'x'.repeat(101)}\nshort\n${'y'.repeat(100)}\n`, size)).toEqual([undefined, 'short', 'y'.repeat(100)]);
    expect(await read(`a\n${'x'.repeat(101)}`, size)).toEqual(['a', undefined]);
  });
  test('an endless line is not kept in memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const lines: boolean[] = [];
    for await (const batch of readLines(zeros(300), () => 1000)) for (const line of batch) lines.push(line.text === undefined);
    expect(lines).toEqual([true]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 << 20);
  });
});
