import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { init, parse } from 'es-module-lexer';
import { beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const src = join(root, 'src');

/** The second column of the table in the architecture: what a floor may import besides itself. */
const floors: Record<string, readonly string[]> = {
  model: [],
  base: ['model'],
  sources: ['base', 'model'],
  engines: ['model'],
  policy: ['model'],
  reports: ['model'],
  actions: ['base', 'model'],
  store: ['base', 'model'],
  jobs: ['store', 'actions', 'reports', 'policy', 'engines', 'sources', 'base', 'model'],
  apps: ['jobs', 'reports', 'base', 'model'],
};

/** Floors without I/O: no Node modules beyond deterministic ones, no clock, no chance. */
const pure = new Set(['model', 'engines', 'policy', 'reports']);
/** Packages that a pure floor may import: they do no I/O and bring no Node types. */
const purePackages = new Set(['zod', 'yaml', 'semver', 'picomatch']);
/** Floors whose folders are rooms that must not know each other. */
const roomed = new Set(['sources', 'engines', 'actions', 'reports', 'apps']);

interface Import {
  readonly specifier: string;
  readonly target: string | undefined;
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly floor: string;
  readonly room: string | undefined;
  readonly isTest: boolean;
  readonly imports: readonly Import[];
}

function place(path: string): { floor: string; room: string | undefined } {
  const parts = relative(src, path).split('/');
  const floor = parts[0] ?? '';
  return { floor, room: roomed.has(floor) && parts.length > 2 ? parts[1] : undefined };
}

function importsOf(file: string, text: string): Import[] {
  return parse(text)[0].flatMap(({ specifier }) =>
    specifier === null || specifier === undefined
      ? []
      : [{ specifier, target: specifier.startsWith('.') ? resolve(dirname(file), specifier) : undefined }],
  );
}

function readSources(): Source[] {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, 'utf8');
      return { file, text, ...place(file), isTest: entry.name.endsWith('.test.ts'), imports: importsOf(file, text) };
    });
}

function name(source: Source): string {
  return relative(root, source.file);
}

/** Breaks of the table: a floor importing what it may not, and rooms importing each other. */
function forbiddenImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap(({ target, specifier }) => {
      if (target === undefined) return [];
      const to = place(target);
      const line = `${name(source)} → ${specifier}`;
      if (relative(src, target).startsWith('..')) return source.isTest ? [] : [`${line}: outside src`];
      if (to.floor !== source.floor && !floors[source.floor]?.includes(to.floor))
        return [`${line}: ${source.floor} may not import ${to.floor}`];
      if (to.floor === source.floor && to.room !== source.room && source.room !== undefined && to.room !== undefined)
        return [`${line}: rooms do not know each other`];
      if (target.includes('/registry/') && source.floor !== 'jobs' && source.floor !== 'apps')
        return [`${line}: only jobs and apps import the registry`];
      return [];
    }),
  );
}

/** A room with an `index.ts` is entered through it from outside; the registry of jobs is the one exception. */
function pastTheDoor(sources: readonly Source[]): string[] {
  const doors = new Set(sources.filter((s) => s.file.endsWith('/index.ts')).map((s) => dirname(s.file)));
  return sources.flatMap((source) =>
    source.imports.flatMap(({ target, specifier }) => {
      if (target === undefined || source.file.includes('/jobs/registry/')) return [];
      const to = place(target);
      if (to.room === undefined || (to.floor === source.floor && to.room === source.room)) return [];
      const room = join(src, to.floor, to.room);
      return doors.has(room) && target !== join(room, 'index.ts')
        ? [`${name(source)} → ${specifier}: past the door of ${to.floor}/${to.room}`]
        : [];
    }),
  );
}

function cycles(sources: readonly Source[]): string[] {
  const graph = new Map(sources.map((s) => [s.file, s.imports.flatMap(({ target }) => (target === undefined ? [] : [target]))]));
  const state = new Map<string, 'open' | 'closed'>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'closed') return;
    if (state.get(file) === 'open') {
      found.push([...trail.slice(trail.indexOf(file)), file].map((f) => relative(src, f)).join(' → '));
      return;
    }
    state.set(file, 'open');
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    state.set(file, 'closed');
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

describe('the house', () => {
  let sources: Source[] = [];
  let product: Source[] = [];
  beforeAll(async () => {
    await init;
    sources = readSources();
    product = sources.filter((s) => !s.isTest);
  });

  it('has sources on known floors only', () => {
    expect(sources.length).toBeGreaterThan(20);
    // The lexer's field names have changed before: a table without arrows would pass everything.
    expect(sources.flatMap((s) => s.imports).length).toBeGreaterThan(sources.length);
    expect(sources.filter((s) => !(s.floor in floors)).map(name)).toEqual([]);
  });

  it('keeps the table of floors and rooms, tests included', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  it('enters rooms through their index', () => {
    expect(pastTheDoor(product)).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(cycles(product)).toEqual([]);
  });

  it('keeps the pure floors pure', () => {
    const breaks = product
      .filter((s) => pure.has(s.floor))
      .flatMap((s) => [
        ...s.imports
          .filter((i) => i.target === undefined && !purePackages.has(i.specifier.split('/')[0] ?? ''))
          .map((i) => `${name(s)} imports ${i.specifier}`),
        ...[...s.text.matchAll(/\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bimport\([^'"]/g)].map((m) => `${name(s)}: ${m[0]}`),
      ]);
    expect(breaks).toEqual([]);
  });

  it('uses imports that the table can see', () => {
    const hidden = product.flatMap((s) =>
      [...s.text.matchAll(/typeof import\('\.|[:<|] import\('\.[^']*'\)\.[A-Z]|\brequire\('\./g)].map((m) => `${name(s)}: ${m[0]}`),
    );
    expect(hidden).toEqual([]);
  });

  it('has no default exports, and files that fit a reader', () => {
    expect(product.filter((s) => /^export default\b/m.test(s.text)).map(name)).toEqual([]);
    const long = product.filter((s) => /\bfunction\b|=>/.test(s.text) && s.text.split('\n').length > 401);
    expect(long.map(name)).toEqual([]);
  });

  it('gives zod as a namespace: the named import bundles five times as much', () => {
    expect(product.filter((s) => /import \{[^}]*\} from 'zod'/.test(s.text)).map(name)).toEqual([]);
  });

  it('lets apps import single job files, never the package entry', () => {
    const entry = join(src, 'jobs/index.ts');
    expect(product.filter((s) => s.floor === 'apps' && s.imports.some((i) => i.target === entry)).map(name)).toEqual([]);
  });
});
