// `npm run check`: format and lint, types, architecture and unit tests, generated pages current. Stops at the first that fails and says how long each took.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const node = process.execPath;
const hook = ['--import', './tools/ts-hook.mjs'];
const steps = [
  ['generated files', [node, ...hook, 'tools/generate.ts', '--check']],
  ['format and lint', [node, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings']],
  ['types', [node, 'node_modules/typescript/bin/tsc', '-b']],
  ['types of tests', [node, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json']],
  ['tests', [node, 'node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', 'src', 'test/architecture', 'test/unit']],
];
const began = Date.now();
const chosen = process.argv.includes('--no-tests') ? steps.slice(0, -1) : steps;
for (const [name, [command, ...args]] of chosen) {
  const at = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} ${((Date.now() - at) / 1000).toFixed(1)} s`);
  if (status !== 0) process.exit(1);
}
console.log(`check passed in ${((Date.now() - began) / 1000).toFixed(1)} s`);
