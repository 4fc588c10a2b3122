import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceStatus } from '../../../jobs/db-status.ts';
import { run } from '../run.ts';
import { bucketNames, ecosystemsSeen } from './db.ts';

type Seen = Pick<SourceStatus, 'kind' | 'part' | 'asOfBasis' | 'coverage'>;
const row = (part: string, ecosystems: string[], asOfBasis: SourceStatus['asOfBasis'] = 'published'): Seen => ({
  kind: 'advisories',
  part,
  asOfBasis,
  coverage: { state: 'partial', ecosystems, reasons: [] },
});

describe('ecosystemsSeen', () => {
  it.each<{ why: string; rows: Seen[]; is: string[] }>([
    { why: 'an imported collection is no bucket', rows: [row('~osv-fixtures.jsonl.zst', ['npm', 'AlmaLinux:9'])], is: ['npm'] },
    { why: 'a source of another publisher counts', rows: [row('', ['Debian:12', 'Debian:11']), row('', ['PyPI'])], is: ['Debian', 'PyPI'] },
    { why: 'what was fetched is fetched again', rows: [row('Go', ['Go'], 'fetched'), row('kubernetes', ['kubernetes'])], is: ['Go'] },
    { why: 'scores say nothing', rows: [{ ...row('', ['npm']), kind: 'epss' }], is: [] },
  ])('$why', ({ rows, is }) => {
    expect(ecosystemsSeen(rows)).toEqual(is);
  });
});

describe('db', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-db-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function db(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    let out = '';
    let err = '';
    const code = await run(['db', ...args, '--offline'], {
      env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
      cwd: folder,
      stdin: process.stdin,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      width: 80,
      outIsTerminal: false,
      errIsTerminal: false,
      signal: new AbortController().signal,
    });
    return { code, out, err };
  }

  it('names what it left out, and packs an export whose name ends in .gz', async () => {
    const fix = { source: 'lib', version: '1.2-3', dist: 'bookworm', date: '2026-01-02', cves: ['CVE-2026-0001'] };
    const osv = {
      id: 'X-1',
      modified: '2026-01-01T00:00:00Z',
      affected: [{ package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] }],
    };
    writeFileSync(
      join(folder, 'some.jsonl'),
      [
        { path: 'X-1.json', text: JSON.stringify(osv) },
        { path: 'notes.txt', text: 'no feed' },
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    writeFileSync(join(folder, 'fixes.jsonl'), `${JSON.stringify(fix)}\n`);
    const imported = await db('import', 'some.jsonl', 'fixes.jsonl');
    expect(imported.out).toMatch(/1 row, 1 record, as of 2026-01-01/);
    expect(imported.out).toContain('not used  1 file in some.jsonl: no importer in this version, e.g. ');
    expect((await db('export', 'all.jsonl')).err).toMatch(/^wrote all\.jsonl, 0\.0 MB/);
    expect((await db('export', 'all.jsonl.gz', '--quiet')).err).toBe('');
    expect(gunzipSync(readFileSync(join(folder, 'all.jsonl.gz')))).toEqual(readFileSync(join(folder, 'all.jsonl')));
  });

  it('knows buckets by any spelling', async () => {
    expect(bucketNames(['pypi', 'DEBIAN', 'crates.io'])).toEqual(['PyPI', 'Debian', 'crates.io']);
  });

  it('says why nothing was brought in', async () => {
    writeFileSync(join(folder, 'readme.txt'), 'read me');
    expect(await db('import', 'readme.txt')).toMatchObject({
      code: 3,
      err: expect.stringContaining('1 file was read and belongs to no feed'),
    });
    expect(await db('export', 'no/such/folder')).toMatchObject({ code: 3, err: expect.stringContaining('ENOENT') });
  });
});
