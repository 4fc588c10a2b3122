import { describe, expect, it } from 'vitest';
import { learn, names, packagesOf } from '../../../../test/seen-file.ts';
import { analyzer } from './analyzer.ts';

const DB = 'lib/apk/db/installed';
const musl = 'C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\no:musl\nF:lib\nR:ld-musl-x86_64.so.1\n';
const six =
  'P:py3-six\nV:1.16.0-r6\nA:noarch\no:py-six\nL:MIT\nF:usr/lib/python3.11/site-packages\nR:six.py\nF:usr/lib/python3.11/site-packages/six-1.16.0-py3.11.egg-info\nR:PKG-INFO\nZ:Q1x=\nR:SOURCES.txt\n';

describe('apk installed', () => {
  it('reads packages, origins and the evidence that they own', () => {
    expect(learn(analyzer, DB, `${musl}\n${six}`)).toEqual({
      facts: [
        { kind: 'database', type: 'apk', read: true },
        {
          kind: 'package',
          from: 'installed',
          package: { type: 'apk', name: 'musl', version: '1.2.4-r2', arch: 'x86_64', licenses: ['MIT'] },
        },
        {
          kind: 'package',
          from: 'installed',
          package: {
            type: 'apk',
            name: 'py3-six',
            version: '1.16.0-r6',
            arch: 'noarch',
            source: { name: 'py-six', version: '1.16.0-r6' },
            licenses: ['MIT'],
          },
        },
        { kind: 'owned-files', key: 'py3-six', paths: ['usr/lib/python3.11/site-packages/six-1.16.0-py3.11.egg-info/PKG-INFO'] },
      ],
      skipped: [],
    });
  });

  it('costs a bad record that record, and not the file', () => {
    const learned = learn(analyzer, DB, `this is a corrupt db\n\n${musl}\nP:nover\n\nV:1\nP:\n\nP:a\nP:b\nV:1\nV:2`);
    // Of two values apk takes the last.
    expect(names(learned)).toEqual(['musl@1.2.4-r2', 'b@2']);
    expect(learned.skipped.map((skip) => skip.example)).toEqual([`${DB}:1`, `${DB}:12 nover`, `${DB}:14`]);
    expect(learned.facts[0]).toEqual({ kind: 'database', type: 'apk', read: true });
  });

  it.each([
    ['', true],
    ['bogus', false],
    ['{"P": "x"}', false],
    ['P:x', true],
  ])('says whether %j was read', (text, read) =>
    expect(learn(analyzer, DB, text).facts[0]).toEqual({ kind: 'database', type: 'apk', read }),
  );

  it('reads line ends of either kind and no end at all', () => {
    expect(packagesOf(learn(analyzer, DB, 'P:a\r\nV:1\r\n\r\nP:b\r\nV:2')).map((pkg) => pkg.name)).toEqual(['a', 'b']);
  });
});
