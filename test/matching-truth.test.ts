import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { match } from '../src/engines/match/index.ts';
import { importAdvisories } from '../src/jobs/db-import.ts';
import type { Distro } from '../src/model/distro.ts';
import type { Package, PackageType } from '../src/model/package.ts';
import { silentProgress } from '../src/model/ports.ts';
import { parsePurl } from '../src/model/purl/index.ts';
import { type Importer, type OpenAdvisoryIndex, openAdvisories } from '../src/sources/advisories/index.ts';
import { requireCases } from './cases.ts';

/** One labelled pair. The format is described in `truth/matching/README.md`. */
interface Label {
  readonly id: string;
  readonly case: string;
  readonly distro?: string;
  readonly purl: string;
  readonly advisory: string;
  readonly data: readonly string[];
  readonly expect: 'affected' | 'not-affected' | 'unknown';
  readonly fixed?: string;
}

type Answer = Pick<Label, 'expect' | 'fixed'>;

const truth = join(import.meta.dirname, 'truth/matching');
const feeds = join(import.meta.dirname, '../src/sources/advisories');
const now = new Date('2026-11-25T12:00:00Z');
const sharedFiles = {
  'debian-dsa': 'debian-security-tracker-dsa-dla-2023.jsonl.zst',
  'fixes-list': 'debian12-fixed.jsonl',
  'alpine-secdb': 'alpine-secdb.jsonl.zst',
  'nodejs-security-wg': 'nodejs-security-wg.jsonl.zst',
  'osv-fixtures': 'osv-fixtures.jsonl.zst',
  pypa: 'pypa.jsonl.zst',
};
const shared = Object.values(sharedFiles).map((file) => requireCases(`advisories/${file}`));
const missing = shared.find((cases) => cases.missing !== undefined)?.missing;
const places = shared.flatMap((cases) => cases.path ?? []);

function labelsOf(family: string): Label[] {
  return readFileSync(join(truth, `${family}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Label => JSON.parse(line));
}

/** Every feed that there is, found as the generated registry finds it. */
async function importers(): Promise<Importer[]> {
  const files = readdirSync(feeds).filter((name) => /^[a-z0-9-]+\.ts$/.test(name));
  const modules = await Promise.all(files.map((name) => import(pathToFileURL(join(feeds, name)).href)));
  return modules.flatMap((module: { importer?: Importer }) => module.importer ?? []);
}

/** Feeds that a label needs and this version cannot import: such labels are named in the test's title and left out. */
const present = (await importers()).map(({ id }) => id);
const absent = [
  ...(present.some((id) => id.startsWith('alpine')) ? [] : ['alpine-secdb']),
  ...(present.some((id) => id.startsWith('debian-changelog')) ? [] : ['fixes-list']),
];
const ownSecdb = readFileSync(join(truth, 'records/alpine-secdb.json'), 'utf8');

function needsAbsent(label: Label): boolean {
  if (label.data.some((data) => absent.includes(data))) return true;
  const origin = /upstream=([^&@%]+)/.exec(label.purl)?.[1];
  return absent.includes('alpine-secdb') && label.distro?.startsWith('alpine') === true && ownSecdb.includes(`"${origin}"`);
}

async function openStore(folder: string, from: readonly string[]): Promise<OpenAdvisoryIndex> {
  const deps = { store: folder, importers: await importers(), progress: silentProgress, clock: { now: () => now } };
  const result = await importAdvisories({ places: from }, deps, AbortSignal.timeout(100_000));
  expect(result.failed).toEqual([]);
  return openAdvisories(folder);
}

function packageOf(label: Label): Package {
  const purl = parsePurl(label.purl);
  const [source, sourceVersion] = (purl.qualifiers?.upstream ?? '').split('@');
  const version = purl.version ?? '';
  const name = purl.type === 'npm' && purl.namespace !== undefined ? `${purl.namespace}/${purl.name}` : purl.name;
  return {
    purl: label.purl,
    type: purl.type satisfies string as PackageType,
    name,
    version,
    ...(purl.qualifiers?.arch === undefined ? {} : { arch: purl.qualifiers.arch }),
    ...(source === undefined || source === '' ? {} : { source: { name: source, version: sourceVersion ?? version } }),
    locations: [],
    licenses: [],
    from: 'installed',
  };
}

function distroOf(label: Label): Distro | undefined {
  const [id, release] = label.distro?.split(':') ?? [];
  if (id === undefined || release === undefined) return undefined;
  return {
    id,
    name: `${id} ${release}`,
    like: [],
    version: release,
    release: id === 'alpine' && /^\d/.test(release) ? `v${release}` : release,
  };
}

function answer(label: Label, index: OpenAdvisoryIndex): Answer {
  const { findings, causes } = match([packageOf(label)], distroOf(label), index, now);
  const found = findings.find(
    ({ id, aliases, suppressedBy }) => suppressedBy === undefined && (id === label.advisory || aliases.includes(label.advisory)),
  );
  if (found !== undefined) return { expect: 'affected', ...(found.fixed === undefined ? {} : { fixed: found.fixed }) };
  const unknown = causes.some(
    ({ code, example }) =>
      code === 'version-invalid' ||
      code === 'coverage-none' ||
      (code === 'advisory-range-invalid' && example?.startsWith(`${label.advisory} `)),
  );
  return { expect: unknown ? 'unknown' : 'not-affected' };
}

const folders: string[] = [];
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-truth-'));
  folders.push(path);
  return path;
}
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

describe.each([
  ['records of our own', true, [join(truth, 'records')]],
  [
    missing === undefined ? 'all data together' : `all data together (skipped: ${missing})`,
    missing === undefined,
    [join(truth, 'records'), ...places],
  ],
])(`%s${absent.length > 0 ? `, without labels of ${absent.join(', ')}: no importer` : ''}`, (_, here, from) => {
  let index: OpenAdvisoryIndex;
  beforeAll(async () => {
    if (here) index = await openStore(folder(), from);
  });
  afterAll(() => index?.close());

  it.skipIf(!here).each(['debian', 'alpine', 'npm', 'pypi'])('every label of %s is right', (family) => {
    const labels = labelsOf(family).filter(
      (label) => !needsAbsent(label) && (from.length > 1 || label.data.every((data) => data === 'own-osv')),
    );
    const wrong = labels.flatMap((label) => {
      const { expect: said, fixed } = answer(label, index);
      const right = said === label.expect && (label.fixed === undefined || fixed === label.fixed);
      return right
        ? []
        : [`${label.id} ${label.case} ${label.purl} ${label.advisory}: ${said} ${fixed ?? ''}, label ${label.expect} ${label.fixed ?? ''}`];
    });
    expect(labels.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });
});
