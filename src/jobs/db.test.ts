import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHttp } from '../base/http.ts';
import { PlimsollError } from '../model/error.ts';
import { silentProgress } from '../model/ports.ts';
import { completenessUnknown, type Importer, openAdvisories, readManifest } from '../sources/advisories/index.ts';
import { exportAdvisories } from './db-export.ts';
import { type ImportDeps, type ImportRequest, importAdvisories } from './db-import.ts';
import { storeStatus } from './db-status.ts';
import { updateAdvisories } from './db-update.ts';

let folder = '';
let serial = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'db-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const clock = { now: () => new Date('2026-11-25T08:00:00Z') };

/** `{"toy": SOURCE, ecosystem, name, id, fixed}`: one row a document. */
function toy(id: string, parts?: 'ecosystem'): Importer {
  return {
    id,
    kind: 'advisories',
    title: `Toy ${id}`,
    licence: 'CC0-1.0',
    attribution: 'nobody',
    ...(parts === undefined ? {} : { parts }),
    accepts: (file) => file.text.includes(`"toy":"${id}"`),
    read(file, emit) {
      if (file.text.includes('"fault"')) throw new TypeError('a fault of the importer');
      if (!file.text.trimEnd().endsWith('}')) throw new PlimsollError('feed-invalid', 'cut');
      const value = JSON.parse(file.text);
      if (value.id === undefined) emit.skipped('no id', file.path);
      else
        for (const ecosystem of [value.ecosystem].flat()) {
          emit.covers(ecosystem, 'partial', completenessUnknown);
          emit.row({ ecosystem, name: value.name, id: value.id, status: 'fixed', ranges: [{ fixed: value.fixed }] });
        }
      if (value.date !== undefined) emit.dated(value.date);
      if (value.published !== undefined) emit.published(value.published);
    },
  };
}

const kev: Importer = {
  ...{ id: 'kev', kind: 'kev', title: 'Toy KEV', licence: 'CC0-1.0', attribution: 'nobody' },
  accepts: (file) => file.text.includes('"cveID"'),
  read: (file, emit) => {
    for (const entry of JSON.parse(file.text).vulnerabilities) emit.kev({ cve: entry.cveID, added: entry.dateAdded, ransomware: false });
  },
};

function doc(source: string, ecosystem: string | string[], id: string, more: object = {}): string {
  return JSON.stringify({ toy: source, ecosystem, name: 'lib', id, fixed: '1', ...more });
}

function place(files: Record<string, string | Buffer>): string {
  const root = join(folder, `place-${serial++}`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

function deps(more: Partial<ImportDeps> = {}): ImportDeps {
  return {
    store: join(folder, `store-${serial++}`),
    importers: [toy('a'), toy('b'), toy('osv', 'ecosystem'), kev],
    progress: silentProgress,
    clock,
    ...more,
  };
}

async function bring(at: ImportDeps, places: string[], more: Partial<ImportRequest> = {}) {
  return importAdvisories({ places, ...more }, at, never);
}

function idsOf(store: string, ecosystem: string): string[] {
  const index = openAdvisories(store);
  const ids = index.rows(ecosystem, ['lib']).rows[0]?.map((row) => row.id) ?? [];
  index.close();
  return ids.sort();
}

function bundle(...files: [path: string, text: string][]): string {
  return files.map(([path, text]) => `${JSON.stringify({ path, text })}\n`).join('');
}

describe('import tells what it is given by its content', () => {
  const text = bundle(['x/1', doc('a', 'npm', 'CVE-1')], ['../../x/2', doc('b', 'npm', 'CVE-2')], ['y', 'no feed']);
  const cases: [string, string | Buffer][] = [
    ['a bundle', text],
    ['a bundle without a last line feed', text.trimEnd()],
    ['a bundle in gzip, whatever its name', gzipSync(text)],
    ['JSON lines', `${doc('a', 'npm', 'CVE-1')}\n\n${doc('b', 'npm', 'CVE-2')}\n{"none":1}\n`],
  ];
  test.each(cases)('%s', async (_name, content) => {
    const at = deps();
    const result = await bring(at, [join(place({ 'data.json': content }), 'data.json')]);
    expect(result.sources.map((row) => [row.source, row.rows])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(result.failed).toEqual([]);
    expect(result.unused.map((row) => [row.path, row.reason, row.count])).toEqual([['data.json', 'no importer in this version', 1]]);
    expect(idsOf(at.store, 'npm')).toEqual(['CVE-1', 'CVE-2']);
  });

  test.skipIf(spawnSync('zip', ['-v']).status !== 0)('a zip, its bundles and packed files too', async () => {
    const root = place({ 'a/1.json': doc('a', 'npm', 'CVE-1'), 'b.jsonl': text, 'c.gz': gzipSync(doc('a', 'npm', 'CVE-3')) });
    spawnSync('zip', ['-q', '-r', 'all.bin', '.'], { cwd: root });
    const at = deps();
    const result = await bring(at, [join(root, 'all.bin')]);
    expect(result.sources.map((row) => [row.source, row.rows])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  test('a folder: names in order, links not followed, hidden files left alone, odd files named', async () => {
    const root = place({
      'one.json': doc('a', 'npm', 'CVE-1'),
      'deep/er/two.json': JSON.stringify(JSON.parse(doc('a', 'npm', 'CVE-2')), undefined, 2).replaceAll('": ', '":'),
      '.git/three.json': doc('a', 'npm', 'CVE-3'),
      'image.png': Buffer.from([0x89, 0x50, 0, 0]),
      'readme.txt': 'read me',
      'empty.json': '',
      'a.tar': Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(500)]),
    });
    symlinkSync('/etc/passwd', join(root, 'link.json'));
    const at = deps();
    const result = await bring(at, [root]);
    expect(result.unused.map((row) => `${row.path}: ${row.reason}`).sort()).toEqual([
      'a.tar: tar is not read here; unpack it first',
      'empty.json: empty',
      'image.png: not a text file',
      'link.json: not a regular file',
      'readme.txt: no importer in this version',
    ]);
    expect(idsOf(at.store, 'npm')).toEqual(['CVE-1', 'CVE-2']);
  });

  test('nothing importable, no such place, offline', async () => {
    await expect(bring(deps(), [place({ x: 'text' })])).rejects.toMatchObject({
      code: 'import-invalid',
      hint: expect.stringContaining('1 file '),
    });
    await expect(bring(deps(), [join(folder, 'nowhere')])).rejects.toMatchObject({ code: 'import-invalid' });
    await expect(bring(deps(), ['https://example.org/x.zip'])).rejects.toMatchObject({ code: 'offline-refused' });
    await expect(bring(deps(), [folder], { asOf: 'yesterday' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('one failing source costs itself alone', () => {
  test('a cut archive, a fault, a source of nothing but invalid files: each keeps what it had', async () => {
    const at = deps();
    await bring(at, [place({ 'a.json': doc('a', 'npm', 'OLD-A'), 'b.json': doc('b', 'npm', 'OLD-B') })]);
    const packed = gzipSync(Array.from({ length: 3000 }, (_, i) => `${doc('a', 'npm', `CVE-${i * 7919}`)}\n`).join(''));
    const cut = place({ 'a.gz': packed.subarray(0, packed.length - 200), 'b.json': doc('b', 'npm', 'NEW-B') });
    const result = await bring(at, [cut]);
    expect(result.failed).toEqual([{ source: 'a', code: 'archive-truncated', message: expect.stringContaining('a.gz') }]);
    expect(idsOf(at.store, 'npm')).toEqual(['NEW-B', 'OLD-A']);

    const fault = await bring(at, [place({ 'a.json': doc('a', 'npm', 'X', { fault: 1 }), 'b.json': doc('b', 'npm', 'B3') })]);
    expect(fault.failed).toEqual([{ source: 'a', code: 'internal', message: expect.stringContaining('a fault of the importer') }]);
    const invalid = await bring(at, [place({ 'a.json': `${doc('a', 'npm', 'X')} and more`, 'b.json': doc('b', 'npm', 'B4') })]);
    expect(invalid.failed.map((row) => [row.source, row.code])).toEqual([['a', 'feed-invalid']]);
    expect(idsOf(at.store, 'npm')).toEqual(['B4', 'OLD-A']);
  });

  test('a bad record is counted and named, the rest is used', async () => {
    const at = deps();
    const lines = [doc('a', 'npm', 'CVE-1'), JSON.stringify({ toy: 'a' }), doc('a', 'npm', 'CVE-2')].join('\n');
    const result = await bring(at, [place({ 'a.jsonl': lines })]);
    expect(result.sources[0]?.skipped).toEqual({ count: 1, examples: ['a.jsonl#2'], reasons: { 'no id': 1 } });
    expect(storeStatus(at).sources[0]?.skipped.count).toBe(1);
  });
});

describe('dates and coverage', () => {
  const dated = { date: '2026-10-01T00:00:00Z' };
  const cases: [string, object, Partial<ImportRequest>, string | undefined, string | undefined, string][] = [
    ['nobody says when', {}, {}, undefined, undefined, 'partial'],
    ['the newest record is a lower bound', dated, {}, dated.date, 'newest-record', 'partial'],
    ["the source's own date goes first", { ...dated, published: '2026-10-05' }, {}, '2026-10-05', 'published', 'partial'],
    ['the user knows better', { ...dated, published: '2026-10-05' }, { asOf: '2026-11-20', complete: true }, '2026-11-20', 'given', 'full'],
  ];
  test.each(cases)('%s', async (_name, more, request, asOf, basis, state) => {
    const at = deps();
    await bring(at, [place({ 'a.json': doc('a', 'npm', 'CVE-1', more) })], request);
    const [row] = storeStatus(at).sources;
    expect([row?.asOf, row?.asOfBasis, row?.coverage.state, row?.file]).toEqual([asOf, basis, state, 'present']);
    expect(row?.ageDays).toBe(asOf === undefined ? undefined : Math.floor((clock.now().getTime() - Date.parse(asOf)) / 86_400_000));
    expect(row?.licence).toBe('CC0-1.0');
  });
});

test('collections of a source that comes in parts do not take each other away', async () => {
  const at = deps();
  await bring(at, [place({ 'npm.jsonl': bundle(['1', doc('osv', 'npm', 'N1')], ['2', doc('osv', ['npm', 'Go'], 'N2')]) })]);
  await bring(at, [place({ 'mixed.jsonl': bundle(['1', doc('osv', 'npm', 'M1')], ['2', doc('osv', 'PyPI', 'M2')]) })]);
  await bring(at, [place({ 'pypi.jsonl': bundle(['1', doc('osv', 'PyPI', 'P1')], ['2', doc('osv', 'PyPI', 'P2')]) })], { complete: true });
  expect(readManifest(at.store).packs.map((pack) => pack.part)).toEqual(['PyPI', 'npm', '~mixed.jsonl']);
  // PyPI has a full pack of its own, npm only partial ones, which all speak.
  expect(['npm', 'Go', 'PyPI'].map((ecosystem) => idsOf(at.store, ecosystem))).toEqual([['M1', 'N1', 'N2'], ['N2'], ['P1', 'P2']]);
});

test('an export is deterministic and comes back to equal packs', async () => {
  const at = deps();
  const files = {
    'a.json': doc('a', 'npm', 'CVE-1', { published: '2026-10-05' }),
    'o.jsonl': `${doc('osv', 'npm', 'N')}\n{"toy":"a"}\n`,
    'k.json': '{"vulnerabilities":[{"cveID":"CVE-9","dateAdded":"2026-01-01"}]}',
  };
  await bring(at, [place(files)]);
  const write = async (store: string) => {
    const lines: string[] = [];
    await exportAdvisories({ store }, (line) => void lines.push(line), never);
    return lines.join('');
  };
  const text = await write(at.store);
  const other = deps({ importers: [] });
  const result = await bring(other, [join(place({ 'export.jsonl': text }), 'export.jsonl')]);
  expect([result.failed, result.unused]).toEqual([[], []]);
  const packs = (store: string) => readManifest(store).packs.map(({ importedAt: _, ...pack }) => pack);
  expect(packs(other.store)).toEqual(packs(at.store));
  expect(await write(other.store)).toBe(text);
});

test('a forged export is named, not believed', async () => {
  const head = {
    source: 's',
    kind: 'kev',
    part: '',
    title: '',
    licence: '',
    attribution: '',
    coverage: [],
    skipped: { count: 0, examples: [], reasons: {} },
  };
  const lines: [string, string][] = [
    ['plimsoll-pack/1/x/pack.json', '{"kind":"other"}'],
    ['plimsoll-pack/1/x/rows', '{}'],
    ['plimsoll-pack/1/y/pack.json', JSON.stringify(head)],
    ['plimsoll-pack/1/y/rows', '{"rows":[{"ecosystem":1}]}'],
    ['plimsoll-pack/1/y/rows', 'null'],
    ['plimsoll-pack/1/y/rows', '{'],
    ['plimsoll-pack/1/y/rows', '{"kev":{"cve":"CVE-1","added":"2026-01-01","ransomware":false}}'],
  ];
  const at = deps();
  const result = await bring(at, [place({ 'e.jsonl': bundle(...lines) })]);
  expect(result.sources.map((row) => [row.source, row.rows])).toEqual([['s', 1]]);
  expect(result.unused.reduce((sum, row) => sum + row.count, 0)).toBeGreaterThanOrEqual(2);
});

describe('update', () => {
  let server: Server;
  let base = '';
  const answers: Record<string, (response: ServerResponse) => void> = {};
  beforeAll(async () => {
    server = createServer((request, response) => (answers[request.url ?? ''] ?? ((other) => other.writeHead(404).end()))(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const addresses = () => ({ osv: `${base}/osv/`, kev: `${base}/kev`, epss: `${base}/epss`, endoflife: `${base}/eol` });

  async function update(at: ImportDeps, ecosystems: string[], more: object = {}) {
    const http = openHttp({ userAgent: 'test' });
    try {
      return await updateAdvisories({ ecosystems, addresses: addresses(), timeoutMs: 400, ...more }, { ...at, http }, never);
    } finally {
      await http.close();
    }
  }

  test('without a way out only the first feeds are tried, and the rest is named', async () => {
    const nowhere = 'http://127.0.0.1:1';
    const result = await update(deps(), ['npm', 'PyPI'], {
      giveUpAfter: 2,
      addresses: { osv: nowhere, kev: nowhere, epss: nowhere, endoflife: nowhere },
    });
    expect(result.failed.map((row) => [row.feed, row.message.includes('was not tried')])).toEqual([
      ['osv PyPI', false],
      ['osv npm', false],
      ['kev', true],
      ['epss', true],
      ['endoflife', true],
    ]);
  });

  const kevText = '{"vulnerabilities":[{"cveID":"CVE-9","dateAdded":"2026-01-01"}]}';

  test.skipIf(spawnSync('zip', ['-v']).status !== 0)(
    'whole feeds are full as of the fetch; only the bucket of an ecosystem speaks for it',
    async () => {
      const root = place({ '1.json': doc('osv', 'npm', 'N1'), '2.json': doc('osv', ['npm', 'Go'], 'N2') });
      spawnSync('zip', ['-q', '-r', 'all.zip', '.'], { cwd: root });
      const zip = readFileSync(join(root, 'all.zip'));
      answers['/osv/npm/all.zip'] = (response) => void response.end(zip);
      answers['/kev'] = (response) => void response.end(kevText);
      const at = deps();
      const result = await update(at, ['npm', 'Debian:12']);
      expect(result.sources.map((row) => [row.source, row.part, row.rows, row.asOf])).toEqual([
        ['osv', 'npm', 2, '2026-11-25T08:00:00.000Z'],
        ['kev', '', 1, '2026-11-25T08:00:00.000Z'],
      ]);
      expect(result.failed.map((row) => [row.feed, row.code])).toEqual([
        ['osv Debian', 'feed-unreachable'],
        ['epss', 'feed-invalid'],
        ['endoflife', 'feed-invalid'],
      ]);
      const index = openAdvisories(at.store);
      expect(index.rows('npm', ['lib']).coverage).toEqual([
        { source: 'osv', ecosystem: 'npm', state: 'full', asOf: '2026-11-25T08:00:00.000Z' },
      ]);
      expect(index.rows('Go', ['lib']).coverage).toEqual([]);
      expect(index.sources().map((item) => [item.ecosystem, item.state])).toEqual([['kev', 'full']]);
      index.close();

      // From here on every answer for npm is bad in its own way; the pack stays as it was.
      const bad: [string, (response: ServerResponse) => void, string, object?][] = [
        [
          'HTML with status 200',
          (response) => void response.setHeader('content-type', 'text/html').end('<html>Log in</html>'),
          'feed-invalid',
        ],
        ['an empty body', (response) => void response.end(), 'feed-invalid'],
        ['a cut body with a true length', (response) => void response.end(zip.subarray(0, zip.length - 30)), 'archive-truncated'],
        [
          'a length that lies',
          (response) => {
            response.setHeader('content-length', zip.length).write(zip.subarray(0, 50));
            setTimeout(() => response.destroy(), 10);
          },
          'feed-unreachable',
        ],
        ['a stall', (response) => void response.write(zip.subarray(0, 50)), 'feed-unreachable'],
        ['an error page', (response) => void response.writeHead(503).end('busy'), 'feed-unreachable'],
        ['too much', (response) => void response.end(zip), 'feed-too-large', { maxBytes: 100 }],
        ['a redirect loop', (response) => void response.writeHead(302, { location: '/osv/npm/all.zip' }).end(), 'feed-unreachable'],
        ['a redirect to a file', (response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(), 'feed-unreachable'],
      ];
      const before = readManifest(at.store).packs.find((pack) => pack.part === 'npm');
      for (const [name, answer, code, more] of bad) {
        answers['/osv/npm/all.zip'] = answer;
        const again = await update(at, ['npm'], more);
        expect([name, again.failed.find((row) => row.feed === 'osv npm')?.code]).toEqual([name, code]);
        expect(readManifest(at.store).packs.find((pack) => pack.part === 'npm')).toEqual(before);
      }
      expect(readdirSync(at.store).filter((name) => name.startsWith('.tmp'))).toEqual([]);
    },
  );

  test('offline: every feed is refused, nothing is touched', async () => {
    const at = deps();
    const result = await updateAdvisories({ ecosystems: ['npm'] }, at, never);
    expect(new Set(result.failed.map((row) => row.code))).toContain('offline-refused');
    expect(result.sources).toEqual([]);
    expect(readManifest(at.store).packs).toEqual([]);
  });

  test('an import from an address', async () => {
    answers['/some/data.jsonl'] = (response) => void response.end(bundle(['1', doc('a', 'npm', 'CVE-1')]));
    const at = deps();
    const http = openHttp({ userAgent: 'test' });
    const result = await importAdvisories({ places: [`${base}/some/data.jsonl`] }, { ...at, http }, never);
    await http.close();
    expect(result.sources.map((row) => row.source)).toEqual(['a']);
    cpSync(at.store, `${at.store}-moved`, { recursive: true });
    expect(idsOf(`${at.store}-moved`, 'npm')).toEqual(['CVE-1']);
  });
});
