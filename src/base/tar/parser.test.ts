import { describe, expect, test } from 'vitest';
import { readTarSource, readTarStream } from './drive.ts';
import type { BodySink, TarLimits } from './entry.ts';
import { TarParser } from './parser.ts';

interface Spec {
  readonly name?: string;
  readonly type?: string;
  readonly size?: number | Buffer;
  readonly body?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  readonly magic?: string;
  readonly prefix?: string;
  readonly patch?: (block: Buffer) => void;
}

function pad(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

function entry(spec: Spec): Buffer {
  const body = Buffer.isBuffer(spec.body) ? spec.body : Buffer.from(spec.body ?? '');
  const block = Buffer.alloc(512);
  block.write(spec.name ?? '', 0, 'utf8');
  block.write((spec.mode ?? 0o644).toString(8).padStart(7, '0'), 100);
  if (Buffer.isBuffer(spec.size)) spec.size.copy(block, 124);
  else block.write((spec.size ?? body.length).toString(8).padStart(11, '0'), 124);
  block.write(spec.type ?? '0', 156, 'latin1');
  block.write(spec.link ?? '', 157);
  block.write(spec.magic ?? 'ustar\x0000', 257, 'latin1');
  block.write(spec.prefix ?? '', 345);
  spec.patch?.(block);
  block.fill(32, 148, 156);
  const sum = block.reduce((a, b) => a + b, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([block, pad(body)]);
}

function pax(records: readonly (readonly [string, string | Buffer])[], type = 'x'): Buffer {
  const parts = records.map(([key, value]) => {
    const tail = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
    let length = tail.length + 1;
    while (String(length).length + tail.length !== length) length = String(length).length + tail.length;
    return Buffer.concat([Buffer.from(String(length)), tail]);
  });
  return entry({ name: 'PaxHeaders/x', type, body: Buffer.concat(parts) });
}

const END = Buffer.alloc(1024);

interface Seen {
  readonly rows: string[];
  readonly fault: string | undefined;
  readonly problems: string[];
}

/** One row an entry: type, mode, size, name, link, body (cut to `limit`). */
function reader(limit: number, limits: Partial<TarLimits> = {}) {
  const rows: string[] = [];
  const problems: string[] = [];
  const parser = new TarParser(
    {
      entry(one): BodySink {
        const at = rows.length;
        rows.push(`${one.type} ${one.mode.toString(8)} ${one.size} ${one.path}${one.linkTarget && ` -> ${one.linkTarget}`}`);
        const parts: Buffer[] = [];
        return {
          limit,
          chunk: (bytes) => void parts.push(Buffer.from(bytes)),
          end: (complete) => {
            const body = Buffer.concat(parts);
            const text = body.length > 40 ? `${body.length} bytes` : body.toString('latin1').replaceAll('\0', '.');
            if (body.length > 0 || !complete) rows[at] += ` [${text}]${complete ? '' : ' cut'}`;
          },
        };
      },
      problem: (code, _reason, example, blocking) => void problems.push(`${code} ${example}${blocking ? ' blocking' : ''}`),
    },
    limits,
  );
  return { parser, seen: (): Seen => ({ rows, fault: parser.fault?.code, problems }) };
}

function pushed(archive: Buffer, step: number, limit = 1000, limits: Partial<TarLimits> = {}): Seen {
  const one = reader(limit, limits);
  for (let at = 0; at < archive.length; at += step) one.parser.write(archive.subarray(at, at + step));
  one.parser.end();
  return one.seen();
}

function seeked(archive: Buffer, limit = 1000, limits: Partial<TarLimits> = {}): Seen & { read: number } {
  const one = reader(limit, limits);
  let read = 0;
  readTarSource(
    {
      size: archive.length,
      read(offset, length) {
        const bytes = archive.subarray(offset, offset + length);
        read += bytes.length;
        return bytes;
      },
    },
    one.parser,
  );
  return { ...one.seen(), read };
}

function base256(value: number): Buffer {
  const field = Buffer.alloc(12);
  field.writeBigUInt64BE(BigInt(value), 4);
  field[0] = 0x80;
  return field;
}

function oldSparse(name: string, size: number, pairs: readonly (readonly [number, number])[], body: string): Buffer {
  const head = entry({
    name,
    type: 'S',
    body,
    magic: 'ustar  \0',
    patch(block) {
      pairs.slice(0, 4).forEach(([offset, length], i) => {
        block.write(offset.toString(8).padStart(11, '0'), 386 + 24 * i);
        block.write(length.toString(8).padStart(11, '0'), 398 + 24 * i);
      });
      block[482] = pairs.length > 4 ? 1 : 0;
      block.write(size.toString(8).padStart(11, '0'), 483);
    },
  });
  const rest = pairs.slice(4);
  const blocks: Buffer[] = [];
  for (let i = 0; i < rest.length; i += 21) {
    const block = Buffer.alloc(512);
    rest.slice(i, i + 21).forEach(([offset, length], j) => {
      block.write(offset.toString(8).padStart(11, '0'), 24 * j);
      block.write(length.toString(8).padStart(11, '0'), 12 + 24 * j);
    });
    block[504] = i + 21 < rest.length ? 1 : 0;
    blocks.push(block);
  }
  return Buffer.concat([head.subarray(0, 512), ...blocks, head.subarray(512)]);
}

const long = `${'d/'.repeat(150)}file`;
const many = Array.from({ length: 30 }, (_, i) => [i * 2, 1] as const);

const cases: readonly [string, Buffer, readonly string[], (string | undefined)?, string[]?][] = [
  ['nothing at all', Buffer.alloc(0), []],
  ['end blocks alone', END, []],
  ['a file', entry({ name: 'a', body: 'hello' }), ['file 644 5 a [hello]']],
  ['no end blocks, no padding', entry({ name: 'a', body: 'hello' }).subarray(0, 517), ['file 644 5 a [hello]']],
  ['the prefix counts with ustar', entry({ name: 'n', prefix: 'p/q' }), ['file 644 0 p/q/n']],
  ['the prefix does not count with GNU', entry({ name: 'n', prefix: '1234', magic: 'ustar  \0' }), ['file 644 0 n']],
  ['old form: a folder is told by its slash', entry({ name: 'd/', type: '\0', magic: '' }), ['directory 644 0 d/']],
  [
    'every type',
    Buffer.concat([
      entry({ name: 'd/', type: '5', mode: 0o1777 }),
      entry({ name: 's', type: '2', link: '../t' }),
      entry({ name: 'c', type: '3' }),
      entry({ name: 'b', type: '4' }),
      entry({ name: 'p', type: '6' }),
      entry({ name: 'r', type: '7', body: 'x' }),
      entry({ name: 'label', type: 'V' }),
      entry({ name: 'z', type: 'Z', body: 'vendor' }),
    ]),
    [
      'directory 1777 0 d/',
      'symlink 644 0 s -> ../t',
      'char 644 0 c',
      'block 644 0 b',
      'fifo 644 0 p',
      'file 644 1 r [x]',
      'other 644 0 z',
    ],
  ],
  ['base-256 size', entry({ name: 'a', body: 'hello', size: base256(5) }), ['file 644 5 a [hello]']],
  ['a negative base-256 size is damage', entry({ name: 'a', size: Buffer.alloc(12, 0xff) }), [], 'archive-damaged'],
  ['a size that is no octal is damage', entry({ name: 'a', size: Buffer.from('0000000009\0\0') }), [], 'archive-damaged'],
  [
    'a hard link without, then with a body, then one that only states a size',
    Buffer.concat([
      entry({ name: 'a', body: 'hello' }),
      entry({ name: 'l', type: '1', link: 'a' }),
      entry({ name: 'm', type: '1', link: 'a', body: 'h'.repeat(700) }),
      entry({ name: 'n', type: '1', link: 'a', size: 4096 }),
      entry({ name: 'o', body: 'end' }),
    ]),
    ['file 644 5 a [hello]', 'hardlink 644 0 l -> a', 'hardlink 644 0 m -> a', 'hardlink 644 0 n -> a', 'file 644 3 o [end]'],
  ],
  [
    'GNU long name and link',
    Buffer.concat([
      entry({ name: '././@LongLink', type: 'L', body: `${long}\0` }),
      entry({ name: '././@LongLink', type: 'K', body: 'target\0' }),
      entry({ name: 'cut', type: '2', link: 'cut' }),
      entry({ name: 'after' }),
    ]),
    [`symlink 644 0 ${long} -> target`, 'file 644 0 after'],
  ],
  [
    'PAX names and size hold for one entry',
    Buffer.concat([
      pax([
        ['mtime', '1.5'],
        ['path', 'ü/ï'],
        ['size', '3'],
        ['linkpath', 'unused'],
      ]),
      entry({ name: 'short', body: 'abc', size: 0 }),
      entry({ name: 'after' }),
    ]),
    ['file 644 3 ü/ï [abc]', 'file 644 0 after'],
  ],
  [
    'a global PAX header holds for nothing and ends what waits, as in engines',
    Buffer.concat([
      pax([['linkpath', 'all']], 'g'),
      entry({ name: 'a', type: '2' }),
      pax([['linkpath', 'one']]),
      entry({ name: 'b', type: '2' }),
      pax([['path', 'lost']]),
      pax([['size', '0']], 'g'),
      entry({ name: 'c', body: 'c' }),
    ]),
    ['symlink 644 0 a', 'symlink 644 0 b -> one', 'file 644 1 c [c]'],
  ],
  [
    'a PAX record longer than its body',
    Buffer.concat([entry({ type: 'x', body: '99 path=a\n' }), entry({ name: 'a' })]),
    [],
    'archive-damaged',
  ],
  ['a PAX record without newline', Buffer.concat([entry({ type: 'x', body: '9 path=ab' }), entry({ name: 'a' })]), [], 'archive-damaged'],
  ['a PAX name with NUL', Buffer.concat([pax([['path', 'a\0b']]), entry({ name: 'a' })]), [], 'archive-damaged'],
  ['a PAX header without entry', Buffer.concat([entry({ name: 'a' }), pax([['path', 'b']])]), ['file 644 0 a'], 'archive-truncated'],
  [
    'a name that is not UTF-8 is told and read on',
    Buffer.concat([
      entry({ patch: (block) => void block.set([97, 0xff, 98]) }),
      pax([['path', Buffer.from([0xc3, 0x28])]]),
      entry({ name: 'x' }),
    ]),
    ['file 644 0 a\ufffdb', 'file 644 0 \ufffd('],
    undefined,
    ['name-not-utf8 a\ufffdb', 'name-not-utf8 \ufffd('],
  ],
  ['a signed checksum', signedChecksum(), ['file 644 0 \u00e4']],
  [
    'archives behind archives are read on, and said to be what engines do not unpack',
    Buffer.concat([entry({ name: 'a' }), END, entry({ name: 'b' }), END, entry({ name: 'c' }), END]),
    ['file 644 0 a', 'file 644 0 b', 'file 644 0 c'],
    undefined,
    ['archive-damaged  blocking'],
  ],
  [
    'garbage behind the end',
    Buffer.concat([entry({ name: 'a' }), END, Buffer.alloc(700, 120)]),
    ['file 644 0 a'],
    undefined,
    ['archive-damaged '],
  ],
  ['garbage behind one entry', Buffer.concat([entry({ name: 'a' }), Buffer.alloc(512, 120)]), ['file 644 0 a'], 'archive-damaged'],
  ['a text is no archive', Buffer.from('<html>'.repeat(200)), [], 'archive-damaged'],
  ['cut inside a header', entry({ name: 'a' }).subarray(0, 400), [], 'archive-truncated'],
  ['cut inside a body', entry({ name: 'a', body: 'hello' }).subarray(0, 514), ['file 644 5 a [he] cut'], 'archive-truncated'],
  [
    'old GNU sparse',
    oldSparse(
      's',
      12,
      [
        [2, 2],
        [6, 3],
      ],
      'abCDE',
    ),
    ['file 644 12 s [..ab..CDE...]'],
  ],
  ['old GNU sparse with more headers', oldSparse('s', 60, many, 'x'.repeat(30)), ['file 644 60 s [60 bytes]']],
  [
    'old GNU sparse, map out of order',
    oldSparse(
      's',
      12,
      [
        [6, 3],
        [2, 2],
      ],
      'abCDE',
    ),
    ['file 644 12 s [] cut'],
  ],
  [
    'PAX sparse 0.0',
    Buffer.concat([
      pax([
        ['GNU.sparse.size', '8'],
        ['GNU.sparse.numblocks', '2'],
        ['GNU.sparse.offset', '1'],
        ['GNU.sparse.numbytes', '2'],
        ['GNU.sparse.offset', '5'],
        ['GNU.sparse.numbytes', '1'],
      ]),
      entry({ name: 's', body: 'abC' }),
      entry({ name: 'after' }),
    ]),
    ['file 644 8 s [.ab..C..]', 'file 644 0 after'],
  ],
  [
    'PAX sparse 0.1',
    Buffer.concat([
      pax([
        ['GNU.sparse.size', '8'],
        ['GNU.sparse.map', '1,2,5,1'],
        ['GNU.sparse.name', 'real'],
      ]),
      entry({ name: 'GNUSparseFile.0/s', body: 'abC' }),
    ]),
    ['file 644 8 real [.ab..C..]'],
  ],
  [
    'sparse records without a known version make nothing sparse',
    Buffer.concat([
      pax([
        ['GNU.sparse.name', 'hidden'],
        ['GNU.sparse.realsize', '8'],
      ]),
      entry({ name: 'a', body: 'abc' }),
      pax([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '1'],
        ['GNU.sparse.name', 'hidden'],
      ]),
      entry({ name: 'b', body: 'abc' }),
    ]),
    ['file 644 3 a [abc]', 'file 644 3 b [abc]'],
  ],
  [
    'under GNU magic times are no prefix, anything else is',
    Buffer.concat([
      entry({ name: 'a', magic: 'ustar  \0', prefix: '14000000000\x0014000000000\0' }),
      entry({ name: 'b', magic: 'ustar  \0', prefix: 'var/lib' }),
    ]),
    ['file 644 0 a', 'file 644 0 var/lib/b'],
  ],
  [
    'PAX sparse 1.0',
    Buffer.concat([
      pax([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.name', 'real'],
        ['GNU.sparse.realsize', '8'],
      ]),
      entry({ name: 'GNUSparseFile.0/s', body: Buffer.concat([pad(Buffer.from('2\n1\n2\n5\n1\n')), Buffer.from('abC')]) }),
      entry({ name: 'after' }),
    ]),
    ['file 644 8 real [.ab..C..]', 'file 644 0 after'],
  ],
];

function signedChecksum(): Buffer {
  const archive = entry({ name: 'ä' });
  const signed = archive.subarray(0, 512).reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte > 127 ? byte - 256 : byte), 0);
  archive.write(`${signed.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

describe('tar', () => {
  describe.each([1, 7, 511, 512, 513, 262_144])('pushed in chunks of %d', (step) => {
    test.each(cases)('%s', (_, archive, rows, fault, problems = []) => {
      expect(pushed(archive, step)).toEqual({ rows, fault, problems });
    });
  });

  test.each(cases)('seeked: %s', (_, archive, rows, fault, problems = []) => {
    expect(seeked(archive)).toMatchObject({ rows, fault, problems });
  });

  test('a wanted head is cut and the rest passed over', () => {
    const archive = Buffer.concat([entry({ name: 'a', body: 'hello' }), entry({ name: 'b', body: 'world' })]);
    expect(pushed(archive, 3, 2).rows).toEqual(['file 644 5 a [he]', 'file 644 5 b [wo]']);
  });

  test('bodies that nobody wants are not read from a source that can seek', () => {
    const big = entry({ name: 'big', body: Buffer.alloc(10_000_000) });
    const seen = seeked(Buffer.concat([big, big, entry({ name: 'a' }), END]), 0);
    expect(seen.rows).toHaveLength(3);
    expect(seen.read).toBeLessThan(40_000);
  });

  test('a sparse claim of 100 GB costs nothing but its wanted head', () => {
    const archive = Buffer.concat([
      pax([
        ['GNU.sparse.size', '100000000000'],
        ['GNU.sparse.map', '99999999998,2'],
      ]),
      entry({ name: 's', body: 'ab' }),
      entry({ name: 'after' }),
    ]);
    expect(pushed(archive, 512, 5).rows).toEqual(['file 644 100000000000 s [.....]', 'file 644 0 after']);
  });

  test.each([
    ['entries', { entries: 2 }, Buffer.concat([entry({ name: 'a' }), entry({ name: 'b' }), entry({ name: 'c' })]), 2],
    ['the size of an extended header', { headerBytes: 20 }, Buffer.concat([pax([['path', 'x'.repeat(30)]]), entry({ name: 'a' })]), 0],
    ['extended headers', { headers: 1 }, Buffer.concat([pax([['path', 'x']]), pax([['path', 'y']]), entry({ name: 'a' })]), 0],
  ] as const)('budget: %s', (_, limits, archive, rows) => {
    const seen = pushed(archive, 512, 0, limits);
    expect(seen.fault).toBe('budget-exceeded');
    expect(seen.rows).toHaveLength(rows);
  });

  test('budget: a name too long costs its entry alone', () => {
    const archive = Buffer.concat([pax([['path', 'x'.repeat(300)]]), entry({ name: 'a', body: 'x' }), entry({ name: 'b' })]);
    expect(pushed(archive, 512, 0, { nameBytes: 200 })).toMatchObject({
      rows: ['file 644 0 b'],
      fault: undefined,
      problems: [expect.stringMatching(/^budget-exceeded x/)],
    });
  });

  test('a stream stops being read at the fault', async () => {
    let asked = 0;
    async function* source() {
      for (; asked < 10; asked += 1) yield Buffer.alloc(512, 120);
    }
    const one = reader(0);
    await readTarStream(source(), one.parser);
    expect(one.seen().fault).toBe('archive-damaged');
    expect(asked).toBe(0);
  });
});
