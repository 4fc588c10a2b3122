import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { learn, packagesOf } from '../../../../test/seen-file.ts';
import { analyzer } from './analyzer.ts';

const isDebian = existsSync('/usr/bin/dpkg-query') && existsSync('/var/lib/dpkg/status');

describe.skipIf(!isDebian)(`this system's dpkg${isDebian ? '' : ' (skipped: no dpkg here)'}`, () => {
  it('is read as dpkg-query reads it: name, version, architecture, source', () => {
    const fields = ['db:Status-Status', 'Package', 'Version', 'Architecture', 'source:Package', 'source:Version'];
    const format = `${fields.map((field) => `$\{${field}}`).join('\\t')}\\n`;
    const lines = execFileSync('/usr/bin/dpkg-query', ['-W', '-f', format], { encoding: 'utf8' }).trimEnd().split('\n');
    const expected = lines
      .filter((line) => !/^(?:config-files|not-installed)\t/.test(line))
      .map((line) => line.slice(line.indexOf('\t') + 1));
    const learned = learn(analyzer, 'var/lib/dpkg/status', readFileSync('/var/lib/dpkg/status'));
    const own = packagesOf(learned).map(({ name, version, arch, source }) =>
      [name, version, arch, source?.name ?? name, source?.version ?? version].join('\t'),
    );
    expect(own.sort()).toEqual(expected.sort());
    expect(learned.skipped).toEqual([]);
    expect(own.length).toBeGreaterThan(50);
  });
});
