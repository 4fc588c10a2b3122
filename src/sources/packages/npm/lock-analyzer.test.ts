import { describe, expect, it } from 'vitest';
import { learn, names, packagesOf, readMode } from '../../../../test/seen-file.ts';
import type { Learned } from '../../../model/analyzer.ts';
import { analyzer } from './lock-analyzer.ts';

function lock(content: object): Learned {
  return learn(analyzer, 'package-lock.json', JSON.stringify(content));
}

function countedIn(learned: Learned): string[] {
  return learned.facts.flatMap((fact) => (fact.kind === 'counted' ? [fact.what] : [])).sort();
}

describe('npm lock files', () => {
  it.each([
    ['package-lock.json', 'full'],
    ['app/npm-shrinkwrap.json', 'full'],
    ['app/node_modules/.package-lock.json', 'skip'],
    ['app/node_modules/a/package-lock.json', 'skip'],
    ['app/node_modules/a/npm-shrinkwrap.json', 'skip'],
  ])('%s is read: %s', (path, mode) => expect(readMode(analyzer, path)).toBe(mode));

  it.each([2, 3])('reads version %i by path', (lockfileVersion) => {
    const learned = lock({
      lockfileVersion,
      packages: {
        '': { name: 'root', version: '1.0.0' },
        'node_modules/a': { version: '1.0.0', license: 'MIT' },
        'node_modules/a/node_modules/@s/b': { version: '2.0.0', dev: true },
        'node_modules/alias': { name: 'real', version: '3.0.0' },
        'node_modules/both': { version: '4.0.0', devOptional: true },
        'node_modules/bundled': { version: '5.0.0', inBundle: true, optional: true, peer: true },
        'node_modules/linked': { resolved: 'packages/linked', link: true },
        'packages/linked': { version: '0.1.0' },
        'packages/linked/node_modules/c': { version: '6.0.0' },
        'node_modules/git': { version: '7.0.0', resolved: 'git+ssh://git@example.org/x.git#abc' },
        'node_modules/bad': { resolved: 'x' },
        'node_modules/worse': null,
        'node_modules/': { version: '1.0.0' },
      },
      dependencies: { ignored: { version: '9.9.9' } },
    });
    expect(names(learned)).toEqual(['a@1.0.0', '@s/b@2.0.0 dev', 'real@3.0.0', 'both@4.0.0', 'bundled@5.0.0', 'c@6.0.0', 'git@7.0.0']);
    expect(packagesOf(learned)[0]?.licenses).toEqual(['MIT']);
    expect(countedIn(learned)).toEqual(['link', 'lock-file', 'not-from-registry', 'workspace']);
    expect(learned.skipped.map((skip) => `${skip.reason}: ${skip.example}`)).toEqual([
      'a lock entry without a version: package-lock.json:node_modules/bad',
      'a lock entry that is not an object: package-lock.json:node_modules/worse',
      'a lock entry without a name: package-lock.json:node_modules/',
    ]);
    expect(learned.facts.every((fact) => fact.kind !== 'package' || fact.from === 'locked')).toBe(true);
  });

  it('reads version 1 as a tree, where what is nested in a development package is one too', () => {
    const learned = lock({
      lockfileVersion: 1,
      dependencies: {
        a: { version: '1.0.0', dependencies: { b: { version: '2.0.0', bundled: true } } },
        dev: { version: '1.0.0', dev: true, dependencies: { inner: { version: '1.0.0' }, b: { version: '2.0.0' } } },
        alias: { version: 'npm:@s/real@3.0.0' },
        git: { version: 'git+https://example.org/x.git#0123' },
        hub: { version: 'github:user/repo#0123' },
        tar: { version: 'https://example.org/x.tgz' },
        local: { version: 'file:../local' },
        none: {},
        half: { version: 'npm:half' },
      },
    });
    expect(names(learned).sort()).toEqual(['@s/real@3.0.0', 'a@1.0.0', 'b@2.0.0', 'dev@1.0.0 dev', 'inner@1.0.0 dev']);
    expect(learned.skipped.map((skip) => `${skip.code} ${skip.example}`).sort()).toEqual([
      'package-record-invalid package-lock.json:half',
      'package-record-invalid package-lock.json:none',
      'package-version-dynamic package-lock.json:git',
      'package-version-dynamic package-lock.json:hub',
      'package-version-dynamic package-lock.json:tar',
    ]);
    expect(countedIn(learned)).toEqual(['link', 'lock-file']);
  });

  it('takes one package once, and as needed when one place needs it', () => {
    const entry = { version: '1.0.0' };
    const learned = lock({
      packages: {
        'node_modules/x/node_modules/a': { ...entry, dev: true },
        'node_modules/a': entry,
        'node_modules/y/node_modules/a': entry,
      },
    });
    expect(names(learned)).toEqual(['a@1.0.0']);
  });

  it.each([
    ['{', 'not JSON'],
    ['7', 'not an object'],
    ['{}', 'without packages'],
    ['{"packages":[]}', 'not an object'],
    ['{"dependencies":"x"}', 'not an object'],
  ])('skips the file %s: %s', (text, reason) => {
    const learned = learn(analyzer, 'package-lock.json', text);
    expect(learned.skipped).toEqual([
      expect.objectContaining({ code: 'package-database-unread', blocking: true, reason: expect.stringContaining(reason) }),
    ]);
    expect(names(learned)).toEqual([]);
  });

  it('reads an empty project without complaint', () => {
    expect(lock({ lockfileVersion: 1 }).skipped).toEqual([]);
  });

  it('survives a tree of any depth', () => {
    const depth = 20_000;
    const text = `{"dependencies":${'{"a":{"version":"1.0.0","dependencies":'.repeat(depth)}{}${'}}'.repeat(depth)}}`;
    expect(names(learn(analyzer, 'package-lock.json', text))).toEqual(['a@1.0.0']);
  });

  it('takes keys that name the prototype as names', () => {
    const learned = learn(
      analyzer,
      'package-lock.json',
      '{"packages":{"node_modules/__proto__":{"version":"1.0.0"},"__proto__":{"version":"2.0.0"}}}',
    );
    expect(names(learned)).toEqual(['__proto__@1.0.0']);
  });
});
