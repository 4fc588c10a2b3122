#!/usr/bin/env node
import { toolVersion } from '../../jobs/registry/generated/tool-version.ts';

const args = process.argv.slice(2);

// The quickest answer loads this one file: everything else is imported by the verb that needs it.
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V' || args[0] === 'version')) {
  process.stdout.write(`plimsoll ${toolVersion}\n`);
} else {
  const { run } = await import('./run.ts');
  process.exitCode = await run(args);
}
