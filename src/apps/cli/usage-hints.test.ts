import { describe, expect, it } from 'vitest';
import { usageHint } from './usage-hints.ts';

describe('usageHint', () => {
  it.each([
    ['commander.unknownOption', "error: unknown option '--exit-code'", ['x', '--exit-code', '1'], /--fail-on/],
    ['commander.unknownOption', "error: unknown option '--exit-code=1'", ['x', '--exit-code=1'], /--fail-on/],
    ['commander.unknownOption', "error: unknown option '--constructor'", ['x'], undefined],
    ['commander.missingArgument', 'error: missing', ['--allow-unknown', './x'], /took "\.\/x" as its areas/],
    ['commander.missingArgument', 'error: missing', ['--allow-unknown', '--strict'], undefined],
    ['commander.missingArgument', 'error: missing', [], undefined],
  ] as const)('%s %s', (code, message, args, is) => {
    const hint = usageHint(code, message, args);
    if (is === undefined) expect(hint).toBeUndefined();
    else expect(hint).toMatch(is);
  });
});
