import { describe, expect, it } from 'vitest';
import { learn, names, packagesOf, readMode } from '../../../../test/seen-file.ts';
import { analyzer } from './analyzer.ts';

const PATH = 'app/node_modules/a/package.json';

describe('package.json', () => {
  it.each([
    ['node_modules/a/package.json', 'full'],
    ['usr/lib/node_modules/npm/node_modules/@npmcli/fs/package.json', 'full'],
    ['app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json', 'full'],
    ['app/node_modules/a/lib/package.json', 'head'],
    ['app/node_modules/@s/package.json', 'head'],
    ['app/node_modules/@s/a/esm/package.json', 'head'],
    ['app/node_modules/@/a/package.json', 'head'],
    ['app/node_modules/.cache/package.json', 'head'],
    ['app/node_modules/package.json', 'head'],
    ['app/my_node_modules/a/package.json', 'head'],
    ['app/package.json', 'head'],
    ['app/node_modules/a/package.json5', 'skip'],
  ])('%s is read: %s', (path, mode) => expect(readMode(analyzer, path)).toBe(mode));

  it.each([
    ['app/node_modules/a/lib/package.json', 'vendored'],
    ['package.json', 'project'],
    ['app/my_node_modules/a/package.json', 'project'],
  ])('%s is only counted', (path, what) => expect(learn(analyzer, path, '')).toEqual({ facts: [{ kind: 'counted', what }], skipped: [] }));

  it("takes the file's own name, never the folder's", () => {
    expect(names(learn(analyzer, PATH, '\ufeff{"name":"@real/name","version":"1.0.0"}'))).toEqual(['@real/name@1.0.0']);
  });

  it.each<[string, string[] | undefined]>([
    ['"license":"MIT"', ['MIT']],
    ['"license":{"type":"ISC","url":"x"}', ['ISC']],
    ['"license":["MIT",{"type":"Apache2"},{"type":""},7]', ['MIT', 'Apache2']],
    ['"licenses":[{"type":"BSD"}]', ['BSD']],
    ['"licenses":"MIT"', ['MIT']],
    ['"license":[],"licenses":["MIT"]', ['MIT']],
    ['"license":42', undefined],
    ['"license":null', undefined],
    ['"license":{"foo":"bar"}', undefined],
  ])('licence %s', (text, licenses) => {
    expect(packagesOf(learn(analyzer, PATH, `{"name":"a","version":"1",${text}}`))[0]?.licenses).toEqual(licenses);
  });

  it.each([
    ['', 'not JSON'],
    ['{"name":"a","version":"1.0.0"', 'not JSON'],
    ['[]', 'not an object'],
    ['null', 'not an object'],
    ['{"version":"1.0.0"}', 'without a name'],
    ['{"name":["a"],"version":"1.0.0"}', 'without a name'],
    ['{"name":"a"}', 'without a version'],
    ['{"name":"a","version":1}', 'without a version'],
    ['{"name":"a","private":"true"}', 'without a version'],
    ['['.repeat(1_000_000), 'JSON'],
  ])('skips %.40s: %s', (text, reason) => {
    const learned = learn(analyzer, PATH, text);
    expect(learned.facts).toEqual([]);
    expect(learned.skipped).toEqual([
      expect.objectContaining({ code: 'package-record-invalid', area: 'npm', reason: expect.stringContaining(reason) }),
    ]);
    expect(learned.skipped[0]?.example).toContain(PATH);
  });

  it('counts a private package without a version, and takes one with a version', () => {
    expect(learn(analyzer, PATH, '{"name":"a","private":true}')).toEqual({ facts: [{ kind: 'counted', what: 'private' }], skipped: [] });
    expect(names(learn(analyzer, PATH, '{"name":"a","private":true,"version":"1.0.0"}'))).toEqual(['a@1.0.0']);
  });
});
