import { describe, expect, it } from 'vitest';
import { learn, names, packagesOf, readMode } from '../../../../test/seen-file.ts';
import { analyzer } from './analyzer.ts';

const PATH = 'usr/lib/python3/site-packages/a-1.0.dist-info/METADATA';
const head = 'Metadata-Version: 2.1\nName: A.b_C\nVersion: 1.0\n';

describe('Python metadata', () => {
  it.each([
    [PATH, 'full'],
    ['x/a.DIST-INFO/METADATA', 'full'],
    ['x/a.egg-info/PKG-INFO', 'full'],
    ['x/a-1.0-py3.8.egg-info', 'full'],
    ['x/a-1.0-py3.8.egg/EGG-INFO/PKG-INFO', 'full'],
    ['x/a-1.0/PKG-INFO', 'skip'],
    ['x/docs/METADATA', 'skip'],
    ['x/nodist-info/METADATA', 'skip'],
    ['x/a.dist-info/RECORD', 'skip'],
  ])('%s is read: %s', (path, mode) => expect(readMode(analyzer, path)).toBe(mode));

  it('keeps the name as written and reads fields in any case, folded, with either line end', () => {
    expect(names(learn(analyzer, PATH, '\ufeffname:A.b_C\r\nVERSION:\r\n 1.0\r\n\r\nName: body\r\n'))).toEqual(['A.b_C@1.0']);
  });

  it('ignores what stands in the body, in folded lines and in stray lines', () => {
    expect(
      names(learn(analyzer, PATH, `Description: x\n Name: inner\n        Version: 9\n<!-- stray -->\n${head}\nVersion: 2.0\n`)),
    ).toEqual(['A.b_C@1.0']);
  });

  it('takes the first of two names', () => {
    expect(names(learn(analyzer, PATH, `${head}Name: other\nVersion: 2\n`))).toEqual(['A.b_C@1.0']);
  });

  it.each<[string, string[] | undefined]>([
    ['License: BSD', ['BSD']],
    ['License: UNKNOWN', undefined],
    ['License: BSD\nClassifier: License :: OSI Approved :: MIT License', ['MIT License']],
    ['Classifier: License :: OSI Approved', undefined],
    ['Classifier: License :: A\nClassifier: License :: B\nClassifier: Topic :: C', ['A', 'B']],
    ['License-Expression: MIT OR Apache-2.0\nLicense: BSD', ['MIT OR Apache-2.0']],
    ['License: Copyright (c) somebody\n  Permission is hereby granted', undefined],
    [`License: ${'x'.repeat(101)}`, undefined],
    ['License:', undefined],
  ])('licence %j', (fields, licenses) => {
    expect(packagesOf(learn(analyzer, PATH, `${head}${fields}\n`))[0]?.licenses).toEqual(licenses);
  });

  it.each([
    ['', 'without a name'],
    ['bogus', 'without a name'],
    ['Version: 1', 'without a name'],
    ['\nName: a\nVersion: 1', 'without a name'],
    ['Name: a\n', 'without a version'],
    ['Name: a\nVersion:\n', 'without a version'],
    ['Name:\nVersion: 1\n', 'without a name'],
    [':'.repeat(3_000_000), 'without a name'],
  ])('skips %.20j: %s', (text, reason) => {
    const learned = learn(analyzer, PATH, text);
    expect(learned.facts).toEqual([]);
    expect(learned.skipped).toEqual([
      expect.objectContaining({ code: 'package-record-invalid', area: 'pypi', reason: expect.stringContaining(reason) }),
    ]);
  });
});
