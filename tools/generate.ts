// Writes what is made from the code. `node tools/generate.ts` writes everything; `--check` writes nothing and exits 1 when a committed page is not current.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pages } from './generators/pages.ts';
import { registries } from './generators/registries.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function write(path: string, text: string): void {
  if (current(path) === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

// Registries are not committed: they are written always, and first, since the pages are made from what they list.
for (const [path, text] of Object.entries(await registries(root))) write(join(root, path), text);

const stale: string[] = [];
for (const [path, text] of Object.entries(await pages(root))) {
  const file = join(root, path);
  if (current(file) === text) continue;
  if (check) stale.push(relative(root, file));
  else write(file, text);
}
if (stale.length > 0) {
  console.error(`Not current, run \`npm run generate\`: ${stale.join(', ')}`);
  process.exitCode = 1;
}
