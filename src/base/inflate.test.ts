import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../model/error.ts';
import { compressionOf, decompress, type InflateLimits } from './inflate.ts';
import { inflateZstdSlowly } from './inflate-zstd.ts';

async function* pieces(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<{ text: string; length: number; code?: string }> {
  const parts: Buffer[] = [];
  let code: string | undefined;
  try {
    for await (const part of stream) parts.push(Buffer.from(part));
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    code = error.code;
  }
  const all = Buffer.concat(parts);
  return {
    text: all.length > 100 ? `${all.length} bytes` : all.toString('latin1'),
    length: all.length,
    ...(code === undefined ? {} : { code }),
  };
}

function inflated(bytes: Uint8Array, step = 262_144, limits: InflateLimits = {}) {
  return collect(decompress(pieces(bytes, step), limits));
}

/** A member with every optional field of RFC 1952. */
function dressed(body: Buffer): Buffer {
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(body), 0);
  tail.writeUInt32LE(body.length, 4);
  const head = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 31, 0, 0, 0, 0, 0, 3, 4, 0]),
    Buffer.from('SG..name\0comment\0'),
    Buffer.alloc(2),
  ]);
  return Buffer.concat([head, deflateRawSync(body), tail]);
}

/** A zstd frame of raw and run-length blocks, by hand: RFC 8878, 3.1.1. */
function frame(blocks: readonly (string | readonly [byte: number, times: number])[], window = 0): Buffer {
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, window])];
  blocks.forEach((block, i) => {
    const raw = typeof block === 'string';
    const size = raw ? block.length : block[1];
    const head = Buffer.alloc(3);
    head.writeUIntLE((size << 3) | (raw ? 0 : 2) | (i === blocks.length - 1 ? 1 : 0), 0, 3);
    parts.push(head, raw ? Buffer.from(block) : Buffer.from([block[0]]));
  });
  return Buffer.concat(parts);
}

const hello = Buffer.from('hello');
const noise = Buffer.from(
  Array.from({ length: 90_000 }, (_, i) => Math.imul(Math.imul(i, 0x9e3779b1) ^ (Math.imul(i, 0x85ebca6b) >>> 15), 0xc2b2ae35) >>> 24),
);
const gz = gzipSync(hello);

const cases: readonly [string, Uint8Array, string, string?][] = [
  ['nothing', Buffer.alloc(0), ''],
  ['plain', hello, 'hello'],
  ['one byte', Buffer.from('h'), 'h'],
  ['gzip', gz, 'hello'],
  ['gzip of nothing', gzipSync(''), ''],
  ['every optional field', dressed(hello), 'hello'],
  ['members', Buffer.concat([gz, gzipSync(''), dressed(hello)]), 'hellohello'],
  ['zeros behind a member', Buffer.concat([gz, Buffer.alloc(700)]), 'hello'],
  ['garbage behind a member', Buffer.concat([gz, Buffer.from('trailing garbage')]), 'hello'],
  ['garbage that begins like a member', Buffer.concat([gz, Buffer.from([0x1f, 0x8b, 0xff, 0xff])]), 'hello'],
  ['a member cut in its header behind a member', Buffer.concat([gz, Buffer.from([0x1f, 0x8b])]), 'hello'],
  ['large', gzipSync(noise), '90000 bytes'],
  ['cut in the header', gz.subarray(0, 6), '', 'archive-truncated'],
  ['cut in the trailer', gz.subarray(0, gz.length - 1), 'hello', 'archive-truncated'],
  ['cut before the trailer', gz.subarray(0, gz.length - 8), 'hello', 'archive-truncated'],
  ['not deflate', Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0]), '', 'archive-damaged'],
  ['a wrong checksum', Buffer.concat([gz.subarray(0, gz.length - 8), Buffer.alloc(8)]), 'hello', 'archive-damaged'],
  ['zstd', frame(['hello', [33, 3]]), 'hello!!!'],
  ['zstd frames', Buffer.concat([frame(['ab']), Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]), frame(['cd', 'ef'])]), 'abcdef'],
  ['zstd, cut', frame(['ab', 'cd']).subarray(0, 10), 'ab', 'archive-truncated'],
];

describe.each([1, 7, 262_144])('unpacks in pieces of %d', (step) => {
  test.each(cases)('%s', async (_, bytes, text, code) => {
    const got = await inflated(bytes, step);
    expect(got.code).toBe(code);
    // What a failing zstd stream gives before depends on the decoder.
    if (code === undefined || bytes[0] === 0x1f) expect(got.text).toBe(text);
  });
});

test('garbage behind a zstd frame', async () => {
  expect(await inflated(Buffer.concat([frame(['hello']), Buffer.from('garbage, long enough to be looked at')]))).toMatchObject({
    text: 'hello',
  });
});

test('the bytes are the same', async () => {
  const parts: Uint8Array[] = [];
  for await (const part of decompress(pieces(gzipSync(noise), 1000))) parts.push(part);
  expect(Buffer.concat(parts).equals(noise)).toBe(true);
});

test('cut in the middle: what stands before is given', async () => {
  const got = await inflated(gzipSync(noise).subarray(0, 45_000), 65_536);
  expect(got.code).toBe('archive-truncated');
  expect(got.length).toBeGreaterThan(30_000);
});

test.each([
  ['bytes', gzipSync(noise), { maxBytes: 70_000 }],
  ['ratio', gzipSync(Buffer.alloc(80_000_000)), { maxRatio: 100 }],
  [
    'ratio of zstd',
    frame(
      Array.from({ length: 700 }, () => [0, 131_072] as const),
      0x58,
    ),
    {},
  ],
] as const)('budget: %s', async (_, bytes, limits) => {
  expect((await inflated(bytes, 65_536, limits)).code).toBe('budget-exceeded');
});

test('zstd in JavaScript: a window beyond its budget, and very many empty blocks, are refused', async () => {
  const none = (): void => {};
  const large = frame(['ab'], 0xb0);
  expect((await collect(inflateZstdSlowly(pieces(large, 100), none))).code).toBe('budget-exceeded');
  const empty = frame(Array.from({ length: 30_000 }, () => ''));
  expect((await collect(inflateZstdSlowly(pieces(empty, 4096), none))).code).toBe('budget-exceeded');
});

test('an error of the source comes through, and a stopped reader closes it', async () => {
  let closed = false;
  async function* failing(): AsyncGenerator<Uint8Array> {
    try {
      yield gz.subarray(0, 12);
      throw new Error('disk');
    } finally {
      closed = true;
    }
  }
  await expect(inflatedAll(failing())).rejects.toThrow('disk');
  expect(closed).toBe(true);
  closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield hello;
    } finally {
      closed = true;
    }
  }
  for await (const part of decompress(endless())) {
    expect(part.length).toBeGreaterThan(0);
    break;
  }
  expect(closed).toBe(true);
});

async function inflatedAll(source: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const part of decompress(source)) length += part.length;
  return length;
}

test.each([
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x5e, 0x2a, 0x4d, 0x18], 'zstd'],
  [[0x42, 0x5a], 'plain'],
  [[], 'plain'],
] as const)('magic %j is %s', (bytes, kind) => {
  expect(compressionOf(Uint8Array.from(bytes))).toBe(kind);
});
