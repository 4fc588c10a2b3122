import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const script = `import { systemTerminal } from './src/apps/cli/terminal.ts';
process.exitCode = 1;
const terminal = systemTerminal();
terminal.out('x'.repeat(100000));
setTimeout(() => terminal.out('more'), 200);`;

/** Runs a verdict of exit code 1 whose output goes to `to`. */
function exitCode(to: string): string {
  const command = `(node --import ./tools/ts-hook.mjs --input-type=module -e "$1"; echo $? >&3) ${to}`;
  const { stdout } = spawnSync('bash', ['-c', `{ ${command}; } 3>&1`, 'bash', script], { cwd: root, encoding: 'utf8' });
  return stdout.trim();
}

test('a reader that leaves changes no verdict', () => expect(exitCode('| true')).toBe('1'));

test.skipIf(!existsSync('/dev/full'))('an output that cannot be written is not judged and failed', () => {
  expect(exitCode('> /dev/full')).toBe('3');
});
