import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openZip } from './zip.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zip-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Made {
  readonly path: string;
  readonly data: Buffer;
  readonly method?: number;
  /** What the directory lies. */
  readonly lie?: { size?: number; offset?: number; crc?: number; flags?: number };
  readonly zip64?: boolean;
}

/** A zip by APPNOTE, with the lies that a test asks for. */
function makeZip(files: readonly Made[], zip64End = false): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, data, method = 8, lie = {}, zip64 = false } of files) {
    const name = Buffer.from(path);
    const stored = method === 8 ? deflateRawSync(data) : data;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(lie.flags ?? 0, 8);
    head.writeUInt16LE(method, 10);
    head.writeUInt32LE(lie.crc ?? crc32(data), 16);
    head.writeUInt32LE(zip64 ? 0xffffffff : stored.length, 20);
    head.writeUInt32LE(zip64 ? 0xffffffff : (lie.size ?? data.length), 24);
    head.writeUInt16LE(name.length, 28);
    head.writeUInt16LE(zip64 ? 28 : 0, 30);
    head.writeUInt32LE(zip64 ? 0xffffffff : (lie.offset ?? offset), 42);
    const extra = Buffer.alloc(zip64 ? 28 : 0);
    if (zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(data.length), 4);
      extra.writeBigUInt64LE(BigInt(stored.length), 12);
      extra.writeBigUInt64LE(BigInt(offset), 20);
    }
    locals.push(local, name, stored);
    directory.push(head, name, extra);
    offset += 30 + name.length + stored.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64End ? 0xffff : files.length, 10);
  end.writeUInt32LE(zip64End ? 0xffffffff : central.length, 12);
  end.writeUInt32LE(zip64End ? 0xffffffff : offset, 16);
  const record = Buffer.alloc(zip64End ? 76 : 0);
  if (zip64End) {
    record.writeUInt32LE(0x06064b50, 0);
    record.writeBigUInt64LE(BigInt(files.length), 32);
    record.writeBigUInt64LE(BigInt(central.length), 40);
    record.writeBigUInt64LE(BigInt(offset), 48);
    record.writeUInt32LE(0x07064b50, 56);
    record.writeBigUInt64LE(BigInt(offset + central.length), 64);
  }
  return Buffer.concat([...locals, central, record, end]);
}

function open(bytes: Buffer, budget?: Parameters<typeof openZip>[1]) {
  const path = join(folder, 'test.zip');
  writeFileSync(path, bytes);
  return openZip(path, budget);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const a = Buffer.from('hello '.repeat(1000));
const b = Buffer.from('stored');

describe('what an archive holds', () => {
  test.each([
    ['as usual', false, false],
    ['with zip64 fields', true, false],
    ['with a zip64 directory', false, true],
    ['with both', true, true],
  ])('%s', async (_name, zip64, zip64End) => {
    const zip = open(
      makeZip(
        [
          { path: 'x/', data: Buffer.alloc(0), method: 0 },
          { path: 'x/a.json', data: a, zip64 },
          { path: 'ü', data: b, method: 0, zip64 },
        ],
        zip64End,
      ),
    );
    expect(zip.entries.map((entry) => [entry.path, entry.size])).toEqual([
      ['x/a.json', a.length],
      ['ü', b.length],
    ]);
    for (const entry of zip.entries) {
      const whole = zip.bytes(entry).toString();
      expect(whole).toBe(entry.path === 'ü' ? 'stored' : a.toString());
      expect(await collect(zip.stream(entry))).toBe(whole);
    }
    zip.close();
  });
  test('a comment after the directory, and an empty archive', () => {
    const commented = makeZip([{ path: 'a', data: a }]);
    commented.writeUInt16LE(5, commented.length - 2);
    expect(open(Buffer.concat([commented, Buffer.from('PK\x05\x06!')])).entries).toHaveLength(1);
    expect(open(makeZip([])).entries).toEqual([]);
  });
  test('names that climb out are only names', () => {
    const zip = open(
      makeZip([
        { path: '../../etc/passwd', data: a },
        { path: '/etc/shadow', data: a },
        { path: 'C:\\x', data: a },
      ]),
    );
    expect(zip.entries.map((entry) => zip.bytes(entry).length)).toEqual([6000, 6000, 6000]);
  });
});

describe('lies and bombs', () => {
  const cases: [string, Buffer][] = [
    ['says less than it holds', makeZip([{ path: 'a', data: a, lie: { size: 10 } }])],
    ['says more than it holds', makeZip([{ path: 'a', data: a, lie: { size: a.length + 1 } }])],
    ['has another checksum', makeZip([{ path: 'a', data: a, lie: { crc: 1 } }])],
    ['is encrypted', makeZip([{ path: 'a', data: a, lie: { flags: 1 } }])],
    ['is packed by an odd method', makeZip([{ path: 'a', data: a, method: 14 }])],
    ['has its local header elsewhere', makeZip([{ path: 'a', data: Buffer.alloc(0), method: 0, lie: { offset: 1 } }])],
  ];
  test.each(cases)('an entry that %s', async (_name, bytes) => {
    const read = async () => {
      const zip = open(bytes);
      for (const entry of zip.entries) zip.bytes(entry);
    };
    const stream = async () => {
      const zip = open(bytes);
      for (const entry of zip.entries) await collect(zip.stream(entry));
    };
    await expect(read()).rejects.toMatchObject({ code: 'archive-damaged' });
    await expect(stream()).rejects.toMatchObject({ code: 'archive-damaged' });
  });
  test('entries that share their bytes', () => {
    const shared = makeZip([
      { path: 'a', data: a },
      { path: 'b', data: a, lie: { offset: 0 } },
    ]);
    expect(() => open(shared)).toThrow(/overlap/);
  });
  test('too many entries, too many declared bytes', () => {
    const many = makeZip(Array.from({ length: 20 }, (_, i) => ({ path: `f${i}`, data: a })));
    expect(() => open(many, { maxEntries: 19, maxBytes: 1e9 })).toThrow(expect.objectContaining({ code: 'budget-exceeded' }));
    expect(() => open(many, { maxEntries: 20, maxBytes: 6000 * 19 })).toThrow(expect.objectContaining({ code: 'budget-exceeded' }));
  });
  test('cut anywhere: an error of ours, never a fault', () => {
    const whole = makeZip(
      [
        { path: 'a', data: a },
        { path: 'b', data: b, method: 0 },
      ],
      true,
    );
    for (let length = 0; length < whole.length; length++) {
      expect(() => {
        const zip = open(whole.subarray(0, length));
        for (const entry of zip.entries) zip.bytes(entry);
      }).toThrow(expect.objectContaining({ code: expect.stringMatching(/^archive-/) }));
    }
  });
  test('any byte altered: the same content or an error of ours', () => {
    const whole = makeZip(
      [
        { path: 'a', data: a, zip64: true },
        { path: 'b', data: b, method: 0 },
      ],
      true,
    );
    for (let at = 0; at < whole.length; at++) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ 0xff;
      try {
        const zip = open(altered);
        for (const entry of zip.entries) expect([a.length, b.length]).toContain(zip.bytes(entry).length);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(archive-|budget-)/) });
      }
    }
  });
});
