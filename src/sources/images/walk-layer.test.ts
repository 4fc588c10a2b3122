import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Analyzer, SeenFile, Want } from '../../model/analyzer.ts';
import { PlimsollError } from '../../model/error.ts';
import type { LayerFacts } from './layer-facts.ts';
import { decodePathSet } from './path-set.ts';
import { type StreamOptions, walkLayerSource, walkLayerStream } from './walk-layer.ts';
import { WantTable } from './want-table.ts';

type Row = readonly [name: string, type: '0' | '1' | '2' | '5', text?: string | Buffer, mode?: number];

/** Type 1 and 2: `text` is the target. */
function tar(...rows: Row[]): Buffer {
  const parts = rows.map(([name, type, text = '', mode = 0o644]) => {
    const body = type === '0' ? Buffer.from(text) : Buffer.alloc(0);
    const block = Buffer.alloc(512);
    block.write(name, 0);
    block.write(mode.toString(8).padStart(7, '0'), 100);
    block.write(body.length.toString(8).padStart(11, '0'), 124);
    block.write('        ', 148);
    block.write(type, 156);
    if (type === '1' || type === '2') block.write(String(text), 157);
    block.write('ustar\x0000', 257, 'latin1');
    block.write(
      `${block
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

async function* pieces(bytes: Uint8Array, step = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

function source(bytes: Buffer) {
  return { size: bytes.length, read: (offset: number, length: number) => bytes.subarray(offset, offset + length) };
}

function analyzer(id: string, wants: Want[], see: (file: SeenFile) => string): Analyzer {
  return { id, version: 1, wants, analyze: (file) => ({ facts: [{ kind: 'counted', what: see(file) }], skipped: [] }) };
}

const text = (file: SeenFile): string => Buffer.from(file.bytes).toString('latin1');
const wanted = analyzer(
  'w',
  [
    { suffix: '.w', read: 'full', maxBytes: 20 },
    { path: 'db', read: 'full', maxBytes: 20 },
  ],
  text,
);
const table = new WantTable([wanted]);

function shown(facts: LayerFacts): string[] {
  return facts.files.map((file) => `${file.path}=${file.facts.map((fact) => ('what' in fact ? fact.what : '')).join()}`);
}

/** The stream's facts, after checking that seeking gives the same. */
async function walked(bytes: Buffer, over: WantTable = table, options: StreamOptions = {}): Promise<LayerFacts> {
  const facts = await walkLayerStream(pieces(bytes), over, { reopen: () => pieces(bytes), ...options });
  expect(walkLayerSource(source(bytes), over).facts).toEqual(facts);
  return facts;
}

describe('where entries land', () => {
  test.each<[string, Row[], string[]]>([
    [
      'below a link of the same layer',
      [
        ['lib', '2', 'usr/lib'],
        ['lib/x.w', '0', '1'],
      ],
      ['usr/lib/x.w=1'],
    ],
    [
      'below an absolute link',
      [
        ['lib', '2', '/usr/lib'],
        ['lib/a/x.w', '0', '1'],
      ],
      ['usr/lib/a/x.w=1'],
    ],
    [
      'the link comes later: nothing moves, the folder goes',
      [
        ['lib/x.w', '0', '1'],
        ['lib', '2', 'usr/lib'],
      ],
      [],
    ],
    [
      'a link to a link',
      [
        ['a', '2', 'b'],
        ['b', '2', './c/../d'],
        ['a/x.w', '0', '1'],
      ],
      ['d/x.w=1'],
    ],
    [
      'never above the root',
      [
        ['a', '2', '../../../..'],
        ['a/x.w', '0', '1'],
      ],
      ['x.w=1'],
    ],
    [
      '".." behind a link goes by where it leads',
      [
        ['s', '2', 'p/q'],
        ['l', '2', 's/../r'],
        ['l/x.w', '0', '1'],
      ],
      ['p/r/x.w=1'],
    ],
    [
      'a loop is replaced by a folder',
      [
        ['a', '2', 'b'],
        ['b', '2', 'a'],
        ['a/x.w', '0', '1'],
        ['c.w', '0', '2'],
      ],
      ['a/x.w=1', 'c.w=2'],
    ],
    [
      'a file as a folder is replaced',
      [
        ['a.w', '0', '1'],
        ['a.w/x.w', '0', '2'],
      ],
      ['a.w/x.w=2'],
    ],
    [
      'a folder over a link',
      [
        ['a', '2', 'b'],
        ['a/', '5'],
        ['a/x.w', '0', '1'],
      ],
      ['a/x.w=1'],
    ],
    [
      'a subtree dropped and half made anew',
      [
        ['d/e/x.w', '0', '1'],
        ['d/y.w', '0', '2'],
        ['d', '0', 'f'],
        ['d/e/z.w', '0', '3'],
      ],
      ['d/e/z.w=3'],
    ],
    [
      'a whiteout does not touch its own layer',
      [
        ['x.w', '0', '1'],
        ['.wh.x.w', '0'],
      ],
      ['x.w=1'],
    ],
  ])('%s', async (_, rows, expected) => {
    const facts = await walked(tar(...rows));
    expect(shown(facts).sort()).toEqual(expected);
  });

  test('sets, links, whiteouts and opaque folders as they stand at the end', async () => {
    const facts = await walked(
      tar(
        ['d/e/f', '0'],
        ['d', '2', 'x'],
        ['l', '2', 'first'],
        ['l', '2', 'second'],
        ['lib', '2', 'usr/lib'],
        ['lib/.wh.gone', '0'],
        ['o/.wh..wh..opq', '0'],
        ['o/.wh..wh.plnk', '0'],
      ),
    );
    const [occupied, folders] = [decodePathSet(facts.occupied), decodePathSet(facts.folders)];
    expect(facts.links).toEqual([
      ['d', 'x'],
      ['l', 'second'],
      ['lib', 'usr/lib'],
    ]);
    expect([facts.whiteouts, facts.opaques]).toEqual([['usr/lib/gone'], ['o']]);
    expect(['d', 'l', 'lib', 'd/e', 'd/e/f', 'o'].filter((path) => occupied.has(path))).toEqual(['d', 'l', 'lib']);
    expect(['d', 'd/e', 'usr', 'usr/lib', 'o', 'lib'].filter((path) => folders.has(path))).toEqual(['usr', 'usr/lib', 'o']);
  });
});

describe('hard links', () => {
  test.each<[string, Row[], string[], number?]>([
    [
      'to a file that was read',
      [
        ['a.w', '0', '1'],
        ['b.w', '1', 'a.w'],
      ],
      ['a.w=1', 'b.w=1'],
    ],
    [
      'to a file that nobody wanted',
      [
        ['a', '0', '1'],
        ['b.w', '1', './a'],
      ],
      ['b.w=1'],
    ],
    [
      'to the file as it was then',
      [
        ['a', '0', '1'],
        ['b.w', '1', 'a'],
        ['a', '0', '2'],
        ['c.w', '1', 'a'],
      ],
      ['b.w=1', 'c.w=2'],
    ],
    [
      'through links of both kinds',
      [
        ['s', '2', 'd'],
        ['d/a', '0', '1'],
        ['b', '1', 's/a'],
        ['c.w', '1', 'b'],
      ],
      ['c.w=1'],
    ],
    [
      'replaced afterwards',
      [
        ['a', '0', '1'],
        ['b.w', '1', 'a'],
        ['b.w', '0', '2'],
      ],
      ['b.w=2'],
    ],
    [
      'to itself',
      [
        ['a.w', '0', '1'],
        ['a.w', '1', 'a.w'],
      ],
      ['a.w=1'],
    ],
    [
      'to a folder',
      [
        ['d/', '5'],
        ['b.w', '1', 'd'],
      ],
      [],
      1,
    ],
    [
      'to a file beyond the budget',
      [
        ['a', '0', 'x'.repeat(21)],
        ['b.w', '1', 'a'],
      ],
      [],
      1,
    ],
  ])('%s', async (_, rows, expected, problems = 0) => {
    const facts = await walked(tar(...rows));
    expect(shown(facts).sort()).toEqual(expected);
    expect(facts.problems).toHaveLength(problems);
  });

  test('to a lower layer, also over a hard link; one that nobody wants is left out', async () => {
    const facts = await walked(tar(['a', '1', '/low'], ['b.w', '1', 'a'], ['c.w', '1', 'x/../other']));
    expect(facts.lowerHardLinks).toEqual([
      ['b.w', 'low'],
      ['c.w', 'other'],
    ]);
  });

  test('a stream that cannot be opened again says so, blocking where the content is wanted', async () => {
    const facts = await walkLayerStream(pieces(tar(['a', '0', '1'], ['b.w', '1', 'a'])), table);
    expect(facts.problems).toMatchObject([{ code: 'link-unresolved', example: 'b.w', blocking: true }]);
    expect(facts.complete).toBe(true);
  });
});

describe('reading', () => {
  const large = Buffer.alloc(3_000_000, 'spilled ');

  test('a large body goes to a file that leaves nothing behind, also when its analyzer throws', async () => {
    // A folder of its own for what is temporary: other tests make theirs in the common one meanwhile.
    const former = process.env.TMPDIR;
    const own = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
    process.env.TMPDIR = own;
    for (const fail of [false, true]) {
      const spill = analyzer('s', [{ suffix: '.big', read: 'spill' }], (file) => {
        if (fail) throw new Error('no');
        return `${file.bytes.length} ${Buffer.from(file.range(8, 7))} ${file.range(2_999_999, 10).length} ${file.range(3_000_000, 1).length}`;
      });
      const facts = await walked(tar(['a.big', '0', large], ['b.big', '1', 'a.big']), new WantTable([spill]));
      expect(shown(facts)).toEqual(fail ? [] : ['a.big=0 spilled 1 0', 'b.big=0 spilled 1 0']);
    }
    if (former === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = former;
    expect(readdirSync(own)).toEqual([]);
    rmSync(own, { recursive: true });
  });

  test('a head, the mere presence, and a magic that is not there', async () => {
    const many = new WantTable([
      analyzer('head', [{ suffix: '.h', read: 'head', headBytes: 3 }], text),
      analyzer('there', [{ suffix: '.h', read: 'head' }], (file) => `${file.size} ${file.bytes.length} ${file.mode.toString(8)}`),
      analyzer('magic', [{ executable: true, read: 'full', magic: [0x61, 0x62] }], text),
    ]);
    const facts = await walked(
      tar(['1.h', '0', 'hello'], ['2', '0', 'abc', 0o755], ['3', '0', 'xbc', 0o755], ['4', '0', 'abc'], ['5', '0', 'a', 0o755]),
      many,
    );
    expect(shown(facts)).toEqual(['1.h=hel', '1.h=5 0 644', '2=abc']);
  });

  test('what fails its magic is not read to its end', () => {
    const magic = new WantTable([analyzer('m', [{ executable: true, read: 'spill', magic: [1, 2, 3] }], () => 'seen')]);
    const bytes = tar(['x', '0', large, 0o755], ['y', '0', Buffer.from([1, 2, 3, 4]), 0o755]);
    let read = 0;
    const { facts } = walkLayerSource(
      {
        size: bytes.length,
        read: (offset, length) => {
          read += length;
          return bytes.subarray(offset, offset + length);
        },
      },
      magic,
    );
    expect(shown(facts)).toEqual(['y=seen']);
    expect(read).toBeLessThan(100_000);
  });

  test('beyond the budget: blocks, since a package could stand there unseen', async () => {
    const facts = await walked(tar(['db', '0', 'x'.repeat(21)], ['a.w', '0', 'x'.repeat(21)], ['b.w', '0', 'x'.repeat(20)]));
    expect(shown(facts)).toEqual([`b.w=${'x'.repeat(20)}`]);
    expect(facts.problems.map(({ code, area, blocking }) => [code, area, blocking])).toEqual([
      ['file-too-large', 'w', true],
      ['file-too-large', 'w', true],
    ]);
  });

  test('an analyzer that throws costs one file', async () => {
    const throwing = analyzer('t', [{ suffix: '.w', read: 'full' }], (file) => {
      if (file.path === 'a.w') throw new Error('bad luck');
      return text(file);
    });
    const facts = await walked(tar(['a.w', '0', '1'], ['b.w', '0', '2']), new WantTable([throwing]));
    expect(shown(facts)).toEqual(['b.w=2']);
    expect(facts.problems).toMatchObject([{ code: 'package-record-invalid', area: 't', example: 'a.w' }]);
  });
});

describe('how it ends', () => {
  const whole = tar(['a.w', '0', '1'], ['b.w', '0', '2']);

  test('cut short: what precedes is kept', async () => {
    const facts = await walked(whole.subarray(0, 1024 + 500));
    expect(shown(facts)).toEqual(['a.w=1']);
    expect(facts.complete).toBe(false);
  });

  test.each(['archive-damaged', 'archive-truncated', 'budget-exceeded'] as const)('a stream that fails with %s', async (code) => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 1024);
      throw new PlimsollError(code, 'the stream failed');
    }
    const facts = await walkLayerStream(failing(), table);
    expect([shown(facts), facts.complete, facts.problems[0]?.code]).toEqual([['a.w=1'], false, code]);
  });

  test('any other error comes through, and so does an abort', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 1024);
      throw new PlimsollError('digest-mismatch', 'not what it says');
    }
    await expect(walkLayerStream(failing(), table)).rejects.toThrow('not what it says');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(walkLayerStream(pieces(whole), table, { signal })).rejects.toThrow('enough');
    expect(() => walkLayerSource(source(whole), table, { signal })).toThrow('enough');
  });

  test('many problems of one kind are counted, not kept one by one', async () => {
    const facts = await walked(tar(['d/', '5'], ...Array.from({ length: 250 }, (_, i): Row => [`${i}.w`, '1', 'd'])));
    expect(facts.problems).toHaveLength(101);
    expect(facts.problems.at(-1)?.example).toMatch(/ and 249 more$/);
  });
});

describe('digest of a source that is seeked', () => {
  const one = tar(['a.w', '0', '1'], ['skipped', '0', 'unread']);
  const digest = (bytes: Buffer, over = table): string => walkLayerSource(source(bytes), over).digest;

  test.each<[string, Buffer, boolean]>([
    ['the same bytes', Buffer.from(one), true],
    ['other bytes that nobody read', tar(['a.w', '0', '1'], ['skipped', '0', 'UNREAD']), true],
    ['other wanted bytes', tar(['a.w', '0', '2'], ['skipped', '0', 'unread']), false],
    ['another name', tar(['a.w', '0', '1'], ['skippeD', '0', 'unread']), false],
    ['another size', tar(['a.w', '0', '1'], ['skipped', '0', 'unread!']), false],
    ['more behind', Buffer.concat([one, Buffer.alloc(512)]), false],
  ])('%s', (_, bytes, same) => {
    expect(digest(one)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digest(bytes) === digest(one)).toBe(same);
  });

  test('bytes read for a hard link count', () => {
    expect(digest(tar(['a', '0', '1'], ['b.w', '1', 'a']))).not.toBe(digest(tar(['a', '0', '2'], ['b.w', '1', 'a'])));
  });
});
