// `npm test`: installs nothing but npm packages, generates the registries, runs the suite. Arguments go to vitest.
// The last line is `N passed, N failed, N skipped`, for machines that read it; reasons of skipped tests are printed above it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const run = (command, args, options = {}) => spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 1;

if (!existsSync(join(root, 'node_modules/vitest'))) {
  const status = run('npm', ['ci', '--include=dev', '--ignore-scripts'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status);
}
const generated = run(process.execPath, ['--import', './tools/ts-hook.mjs', 'tools/generate.ts']);
if (generated !== 0) process.exit(generated);

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
const report = join(folder, 'report.json');
const status = run(process.execPath, [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
let counts = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
if (existsSync(report)) counts = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true, force: true });

const tests = counts.testResults.flatMap((file) => file.assertionResults ?? []);
const skipped = tests.filter((one) => one.status === 'pending' || one.status === 'skipped');
for (const one of skipped.slice(0, 50)) console.log(`skipped: ${one.fullName}`);
const broken = counts.testResults.filter(
  (file) => file.status === 'failed' && (file.assertionResults ?? []).every((one) => one.status !== 'failed'),
).length;
const failed = counts.numFailedTests + broken;
console.log(`${counts.numPassedTests} passed, ${failed > 0 ? failed : status === 0 ? 0 : 1} failed, ${skipped.length} skipped`);
process.exit(status !== 0 || failed > 0 ? 1 : 0);
