import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decompress } from '../src/base/inflate.ts';
import type { EntryType } from '../src/base/tar/entry.ts';
import type { Analyzer } from '../src/model/analyzer.ts';
import type { LayerFacts } from '../src/sources/images/layer-facts.ts';
import { overlay } from '../src/sources/images/overlay.ts';
import { walkLayerSource, walkLayerStream } from '../src/sources/images/walk-layer.ts';
import { type ListedEntry, listLayer } from '../src/sources/images/walk-layer-list.ts';
import { WantTable } from '../src/sources/images/want-table.ts';
import { caseRows, requireCases } from './cases.ts';
import { mergedEntries } from './layer-merge.ts';
import { type Entry, ownTraps } from './truth/layers/own-traps.ts';

/** Wants everything and says what it read. */
const everything: Analyzer = {
  id: 'everything',
  version: 1,
  wants: [{ suffix: '', read: 'full' }],
  analyze: (file) => ({ facts: [{ kind: 'counted', what: Buffer.from(file.bytes).toString('latin1') }], skipped: [] }),
};
const table = new WantTable([everything]);

async function* pieces(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

function plain(bytes: Uint8Array, step = 100_000): AsyncIterable<Uint8Array> {
  return decompress(pieces(bytes, step));
}

function walk(bytes: Uint8Array, step?: number): Promise<LayerFacts> {
  return walkLayerStream(plain(bytes, step), table, { reopen: () => plain(bytes, step) });
}

const words: Partial<Record<EntryType, string>> = { directory: 'dir' };

function shown(entries: readonly ListedEntry[]): unknown[] {
  return entries.map(([path, type, target]) => [path, words[type] ?? type, target]);
}

/** What the production overlay says of paths, to be compared with a merged list. */
function compared(layers: readonly LayerFacts[], merged: readonly Entry[]) {
  const over = overlay(layers);
  return { over, files: over.files.map((file) => file.path), expected: merged.filter(([, type]) => type === 'file').map(([path]) => path) };
}

describe('layer traps', () => {
  describe.each(ownTraps())('$name: $why', (trap) => {
    const optional = new Set((trap.optional ?? []).map(([path]) => path));

    test('listed and merged', async () => {
      const lists = await Promise.all(trap.layers.map((layer) => listLayer(plain(layer))));
      const merged = mergedEntries(lists.map((list) => list.entries)).filter(([path]) => !optional.has(path));
      expect(shown(merged)).toEqual(trap.expected.filter(([path]) => !optional.has(path)));
      const problems = lists.flatMap((list) => list.problems);
      if (trap.damaged) expect(problems).not.toEqual([]);
      else if (!trap.mayReport) expect(problems.filter((problem) => problem.code !== 'name-not-utf8')).toEqual([]);
    });

    test.each([1, 513, 100_000])('walked and overlaid, in pieces of %d', async (step) => {
      const layers = await Promise.all(trap.layers.map((layer) => walk(layer, step)));
      const { over } = compared(layers, trap.expected);
      // Whose content was read: files, and hard links whose first name is at hand.
      const wanted = new Map<string, string>(trap.expected.map(([path, type]) => [path, type]));
      for (const file of over.files)
        expect(optional.has(file.path) || ['file', 'hardlink'].includes(wanted.get(file.path) ?? 'absent'), file.path).toBe(true);
      const got = new Map(
        over.files.map((file) => [file.path, file.facts.map((fact) => (fact.kind === 'counted' ? fact.what : '')).join()]),
      );
      for (const [path, type] of trap.expected)
        if (type === 'file' && !['sparse-old-huge'].includes(trap.name)) expect(got.has(path), path).toBe(true);
      for (const [path, content] of Object.entries(trap.content ?? {})) expect(got.get(path), path).toBe(content);
      const problems = layers.flatMap((layer) => layer.problems);
      if (trap.damaged) expect(problems).not.toEqual([]);
      else if (!trap.mayReport)
        expect([...new Set(problems.map((problem) => problem.code))]).toEqual(
          trap.name === 'not-utf8' ? ['name-not-utf8', 'file-unreadable'] : [],
        );
    });

    test('walked by seeking: the same facts', async () => {
      for (const layer of trap.layers) {
        if (layer[0] === 0x1f) continue;
        const source = { size: layer.length, read: (offset: number, length: number) => layer.subarray(offset, offset + length) };
        expect(walkLayerSource(source, table).facts).toEqual(await walk(layer));
      }
    });
  });
});

interface Row {
  readonly archive: string;
  readonly form: 'docker-save' | 'layer' | 'not-an-archive';
  readonly layers: readonly { readonly name: string; readonly entries: readonly Entry[] }[];
  readonly merged?: readonly Entry[];
}

const cases = requireCases('cases/scan/layer-traps.jsonl');
const rows: Row[] = readFileSync(new URL('./truth/layers/expected.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Row => JSON.parse(line));
const archives = new Map(
  caseRows<{ path: string; base64?: string; text?: string }>(cases).map((one) => [
    one.path,
    one.base64 === undefined ? Buffer.from(one.text ?? '') : Buffer.from(one.base64, 'base64'),
  ]),
);

/** Bodies of the files of an archive by name. */
async function members(bytes: Buffer): Promise<Map<string, Buffer>> {
  const facts = await walk(bytes);
  return new Map(
    facts.files.map((file) => [
      file.path,
      Buffer.from(file.facts.map((fact) => (fact.kind === 'counted' ? fact.what : '')).join(), 'latin1'),
    ]),
  );
}

describe.skipIf(cases.path === undefined)(`archives of the cases ${cases.missing ?? ''}`, () => {
  test.each(rows)('$archive', async (row) => {
    const bytes = archives.get(row.archive) ?? Buffer.alloc(0);
    if (row.form === 'not-an-archive') {
      const list = await listLayer(plain(bytes));
      expect(list.entries).toEqual([]);
      expect(list.complete).toBe(bytes.length === 0);
      return;
    }
    const inner = row.form === 'docker-save' ? await members(bytes) : new Map([['', bytes]]);
    const layers = row.layers.map((layer) => inner.get(layer.name) ?? Buffer.alloc(0));
    const lists = await Promise.all(layers.map((layer) => listLayer(plain(layer))));
    expect(lists.map((list) => shown(list.entries))).toEqual(row.layers.map((layer) => layer.entries));
    expect(lists.flatMap((list) => list.problems).filter((problem) => problem.code !== 'name-not-utf8')).toEqual([]);
    if (row.merged === undefined) return;
    expect(shown(mergedEntries(lists.map((list) => list.entries)))).toEqual(row.merged);
    const { files, expected } = compared(await Promise.all(layers.map((layer) => walk(layer))), row.merged);
    expect(files).toEqual([...expected].sort());
  });
});
