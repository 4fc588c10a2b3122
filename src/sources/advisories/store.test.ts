import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completenessUnknown, type Emit } from './importer.ts';
import { openAdvisories } from './index-reader.ts';
import { commitPacks, packPath, readManifest } from './store.ts';
import { type BuildOptions, type SourceTitle, sourceBuilder } from './store-build.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = new Date('2026-11-25T08:00:00Z');
const options: BuildOptions = { part: '', complete: false, importedAt: now };

function title(id: string, kind: SourceTitle['kind'] = 'advisories'): SourceTitle {
  return { id, kind, title: `Title of ${id}`, licence: 'CC0-1.0', attribution: id };
}

function fill(emit: Emit, marker: string, ecosystem = 'npm', count = 50): void {
  emit.covers(ecosystem, 'full');
  for (let i = 0; i < count; i++) {
    emit.row({
      ecosystem,
      name: `package-${i}`,
      id: `CVE-2024-${1000 + i}`,
      status: 'fixed',
      ranges: [{ introduced: '0', fixed: marker }],
    });
    emit.record({ id: `CVE-2024-${1000 + i}`, aliases: [], summary: marker });
  }
}

async function put(store: string, id: string, marker: string, change: Partial<BuildOptions> = {}): Promise<void> {
  const builder = sourceBuilder(title(id));
  fill(builder.emit, marker);
  await commitPacks(store, [builder.write(store, { ...options, ...change })], now);
}

describe('what was imported is what is answered', () => {
  test('all tables, by their keys', async () => {
    const store = join(folder, 'tables');
    const a = sourceBuilder(title('a'));
    fill(a.emit, '2.0');
    a.emit.row({ ecosystem: 'npm', name: 'package-1', id: 'GHSA-x', status: 'not_affected', ranges: [] });
    a.emit.row({ ecosystem: 'npm', name: 'package-1', id: 'GHSA-x', status: 'not_affected', ranges: [] });
    a.emit.record({ id: 'CVE-2024-1000', aliases: ['GHSA-y'], published: '2024-01-01' });
    a.emit.published('2026-11-01');
    a.emit.published('2026-11-03');
    a.emit.dated('2026-11-20');
    const kev = sourceBuilder(title('cisa', 'kev'));
    kev.emit.kev({ cve: 'CVE-2024-1', added: '2024-02-02', ransomware: true });
    const epss = sourceBuilder(title('first', 'epss'));
    for (let i = 0; i < 2500; i++)
      epss.emit.epss({ cve: `CVE-2024-${String(i).padStart(4, '0')}`, score: i / 10_000, percentile: i / 2500 });
    const life = sourceBuilder(title('endoflife', 'lifecycle'));
    life.emit.lifecycle({ product: 'debian', cycle: '12', eol: '2026-06-10', released: '2023-06-10' });
    const packs = [a, kev, epss, life].map((builder) => builder.write(store, options));
    expect(packs.map((pack) => pack.rows)).toEqual([51, 1, 2500, 1]);
    expect(packs[0]?.records).toBe(50);
    await commitPacks(store, packs, now);

    const index = openAdvisories(store);
    const { rows, coverage } = index.rows('npm', ['package-49', 'nothing', 'package-1']);
    expect(rows.map((list) => list.map((row) => [row.id, row.source, row.name]))).toEqual([
      [['CVE-2024-1049', 'a', 'package-49']],
      [],
      [
        ['CVE-2024-1001', 'a', 'package-1'],
        ['GHSA-x', 'a', 'package-1'],
      ],
    ]);
    expect(coverage).toEqual([{ source: 'a', ecosystem: 'npm', state: 'full', asOf: '2026-11-03' }]);
    expect(index.rows('PyPI', ['package-1'])).toEqual({ rows: [[]], coverage: [] });
    expect(index.records(['CVE-2024-1000', 'none'])).toEqual([
      { id: 'CVE-2024-1000', aliases: ['GHSA-y'], summary: '2.0', published: '2024-01-01' },
      undefined,
    ]);
    expect(index.kev(['CVE-2024-2', 'CVE-2024-1'])).toEqual([undefined, { cve: 'CVE-2024-1', added: '2024-02-02', ransomware: true }]);
    expect(index.epss(['CVE-2024-2499', 'CVE-2024-0007', 'CVE-2023-0007'])).toEqual([
      { cve: 'CVE-2024-2499', score: 0.2499, percentile: 2499 / 2500 },
      { cve: 'CVE-2024-0007', score: 0.0007, percentile: 7 / 2500 },
      undefined,
    ]);
    expect(index.lifecycle('debian', '12')).toEqual({ product: 'debian', cycle: '12', eol: '2026-06-10', released: '2023-06-10' });
    expect(index.lifecycle('debian', '1')).toBeUndefined();
    expect(index.sources().map(({ source, ecosystem }) => [source, ecosystem])).toEqual([
      ['cisa', 'kev'],
      ['endoflife', 'lifecycle'],
      ['first', 'epss'],
    ]);
    expect(index.causes()).toEqual([]);
    index.close();
  });

  test('coverage: the worse word stands, rows nobody spoke for are partial, --complete answers only the one reason', async () => {
    const build = () => {
      const builder = sourceBuilder(title('a'));
      fill(builder.emit, '1', 'Unspoken');
      builder.emit.covers('x', 'full');
      builder.emit.covers('x', 'partial', 'cut off in 2020');
      builder.emit.covers('x', 'full');
      builder.emit.covers('y', 'partial', completenessUnknown);
      fill(builder.emit, '1', 'npm');
      return builder;
    };
    const silent = sourceBuilder(title('silent'));
    silent.emit.row({ ecosystem: 'z', name: 'n', id: 'i', status: 'affected', ranges: [{}] });
    const store = join(folder, 'coverage');
    expect(
      build()
        .write(store, options)
        .coverage.map((item) => [item.ecosystem, item.state]),
    ).toEqual([
      ['Unspoken', 'full'],
      ['npm', 'full'],
      ['x', 'partial'],
      ['y', 'partial'],
    ]);
    expect(
      build()
        .write(store, { ...options, complete: true })
        .coverage.find((item) => item.ecosystem === 'y'),
    ).toEqual({ ecosystem: 'y', state: 'full' });
    expect(
      build()
        .write(store, { ...options, complete: true })
        .coverage.find((item) => item.ecosystem === 'x')?.state,
    ).toBe('partial');
    expect(silent.write(store, options).coverage).toEqual([{ ecosystem: 'z', state: 'partial', reason: completenessUnknown }]);
  });

  test('two imports of the same rows, in any order, give the same bytes', () => {
    const rows = Array.from({ length: 500 }, (_, i) => i);
    const write = (order: number[], store: string) => {
      const builder = sourceBuilder(title('a'));
      for (const i of order)
        builder.emit.row({
          ecosystem: 'npm',
          name: `p${i % 40}`,
          id: `CVE-2024-${i % 90}`,
          status: 'fixed',
          ranges: [{ fixed: `${i % 7}` }],
        });
      return builder.write(join(folder, store), options);
    };
    const one = write(rows, 'same-1');
    const two = write([...rows].reverse(), 'same-2');
    expect([two.sha256, two.rows]).toEqual([one.sha256, one.rows]);
    expect(readFileSync(packPath(join(folder, 'same-2'), two.file)).equals(readFileSync(packPath(join(folder, 'same-1'), one.file)))).toBe(
      true,
    );
  });
});

describe('damage', () => {
  test('a missing, an altered and a foreign pack are left out, named, and no longer cover', async () => {
    const store = join(folder, 'damage');
    for (const id of ['gone', 'altered', 'swapped', 'sound']) await put(store, id, id);
    const file = (id: string) => packPath(store, readManifest(store).packs.find((pack) => pack.source === id)?.file ?? '');
    rmSync(file('gone'));
    const bytes = readFileSync(file('altered'));
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(file('altered'), bytes);
    writeFileSync(file('swapped'), readFileSync(file('sound')));
    const index = openAdvisories(store);
    const { rows, coverage } = index.rows('npm', ['package-3']);
    expect(rows[0]?.map((row) => row.source)).toEqual(['sound']);
    expect(coverage.map((item) => item.source)).toEqual(['sound']);
    expect(index.causes().map(({ code, area, example, blocking }) => [code, area, example, blocking])).toEqual([
      ['data-damaged', 'npm', 'altered', true],
      ['data-damaged', 'npm', 'gone', true],
      ['data-damaged', 'npm', 'swapped', true],
    ]);
    index.rows('npm', ['package-4']);
    expect(index.causes()).toHaveLength(3);
    index.close();
  });

  test.each([
    '',
    '{',
    '[]',
    '{"formatVersion":2,"generation":1,"packs":[]}',
    '{"formatVersion":1,"generation":1,"packs":[{}]}',
    `{"formatVersion":1,"generation":1,"packs":[{"kind":"kev","file":"../../x"}]}`,
  ])('a manifest that reads %s is a cause, and the next import begins anew', async (text) => {
    const store = mkdtempSync(join(folder, 'manifest-'));
    writeFileSync(join(store, 'manifest.json'), text);
    const index = openAdvisories(store);
    expect(index.rows('npm', ['a']).coverage).toEqual([]);
    expect(index.causes().map((cause) => cause.code)).toEqual(['data-damaged']);
    await put(store, 'new', '1');
    expect(openAdvisories(store).rows('npm', ['package-1']).rows[0]).toHaveLength(1);
  });

  test('a store that is not there holds no data and is no fault', () => {
    const index = openAdvisories(join(folder, 'nowhere'));
    expect(index.rows('npm', ['a'])).toEqual({ rows: [[]], coverage: [] });
    expect(index.causes()).toEqual([]);
  });
});

describe('one generation after the other', () => {
  test('a reader goes on with the generation that it opened; old files go after a day', async () => {
    const store = join(folder, 'generations');
    await put(store, 'a', 'old');
    const before = openAdvisories(store);
    const oldFile = readManifest(store).packs[0]?.file ?? '';
    const leftover = join(store, 'packs', '.tmp-1-x');
    writeFileSync(leftover, 'half a pack');
    await put(store, 'a', 'new');
    const fixed = (index: typeof before) => index.rows('npm', ['package-7']).rows[0]?.[0]?.ranges[0]?.fixed;
    expect(fixed(before)).toBe('old');
    expect(fixed(openAdvisories(store))).toBe('new');
    expect(existsSync(leftover)).toBe(true);
    const twoDaysAgo = new Date(now.getTime() - 48 * 3600 * 1000);
    for (const path of [leftover, packPath(store, oldFile)]) utimesSync(path, twoDaysAgo, twoDaysAgo);
    await put(store, 'b', 'new');
    expect([existsSync(leftover), existsSync(packPath(store, oldFile))]).toEqual([false, false]);
    expect(readManifest(store).generation).toBe(3);
  });

  test('a lock whose holder died is taken over, also when its pid lives again as another process', async () => {
    const store = join(folder, 'stale');
    await put(store, 'a', '1');
    const { readlinkSync } = await import('node:fs');
    const { hostname } = await import('node:os');
    const space = existsSync('/proc/self/ns/pid') ? `${hostname()} ${readlinkSync('/proc/self/ns/pid')}` : hostname();
    writeFileSync(join(store, 'lock'), JSON.stringify({ pid: process.pid, started: 'before', space, nonce: 'n' }));
    await put(store, 'b', '1');
    expect(readManifest(store).packs.map((pack) => pack.source)).toEqual(['a', 'b']);
    expect(existsSync(join(store, 'lock'))).toBe(false);
  });

  const hook = new URL('../../../tools/ts-hook.mjs', import.meta.url).href;
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  /** A process that puts sources of its own into the store, again and again. */
  const child = (store: string, id: string, rounds: number) =>
    spawn(
      process.execPath,
      [
        '--import',
        hook,
        '--input-type=module',
        '-e',
        `const { sourceBuilder } = await import(${here('./store-build.ts')});
         const { commitPacks } = await import(${here('./store.ts')});
         const store = ${JSON.stringify(store)};
         process.stdout.write('ready');
         for (let round = 0; round < ${rounds}; round++) {
           const builder = sourceBuilder({ id: '${id}' + (round % 3), kind: 'advisories', title: '', licence: '', attribution: '' });
           builder.emit.covers('npm', 'full');
           for (let i = 0; i < 200; i++) builder.emit.row({ ecosystem: 'npm', name: 'p' + i, id: 'CVE-1', status: 'fixed', ranges: [{ fixed: String(round) }] });
           await commitPacks(store, [builder.write(store, { part: '', complete: false, importedAt: new Date(0) })], new Date());
         }`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );

  test('eight processes that import at once lose nothing', { timeout: 120_000 }, async () => {
    const store = join(folder, 'eight');
    const codes = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const process = child(store, `s${n}-`, 6);
        process.stdout.resume();
        const [code] = await once(process, 'close');
        return code;
      }),
    );
    expect(codes).toEqual(new Array(8).fill(0));
    const manifest = readManifest(store);
    expect(manifest.generation).toBe(48);
    expect(manifest.packs).toHaveLength(24);
    const index = openAdvisories(store);
    const { rows, coverage } = index.rows('npm', ['p199']);
    expect([rows[0]?.length, coverage.length, index.causes()]).toEqual([24, 24, []]);
    index.close();
    expect(readdirSync(store).sort()).toEqual(['manifest.json', 'packs']);
  });

  test('killed at thirty random moments, the store answers as before or as after', { timeout: 180_000 }, async () => {
    const store = join(folder, 'killed');
    await put(store, 'steady', '1.0');
    let generation = 1;
    for (let n = 0; n < 30; n++) {
      const process = child(store, 'victim', 1_000_000);
      await once(process.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      process.kill('SIGKILL');
      await once(process, 'close');
      const manifest = readManifest(store);
      expect(manifest.generation).toBeGreaterThanOrEqual(generation);
      generation = manifest.generation;
      const index = openAdvisories(store);
      expect(index.rows('npm', ['package-7']).rows[0]?.map((row) => row.ranges[0]?.fixed)).toEqual(['1.0']);
      const victims = index.rows(
        'npm',
        Array.from({ length: 200 }, (_, i) => `p${i}`),
      );
      // Every source answers for all of its names with one and the same round.
      for (const source of new Set(victims.rows.flat().map((row) => row.source))) {
        const rounds = victims.rows.map((rows) => rows.find((row) => row.source === source)?.ranges[0]?.fixed);
        expect(new Set(rounds).size).toBe(1);
      }
      expect(index.causes()).toEqual([]);
      index.close();
    }
    expect(generation).toBeGreaterThan(10);
    await put(store, 'after', '1');
    expect(readManifest(store).packs.map((pack) => pack.source)).toContain('after');
  });
});
