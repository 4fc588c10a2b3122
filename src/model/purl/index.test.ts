import { describe, expect, it } from 'vitest';
import { canonicalPurl, formatPurl, PurlError, parseLenientPurl, parsePurl, validatePurl } from './index.ts';

describe('parsePurl', () => {
  it.each([
    ['pkg:generic/a', { type: 'generic', name: 'a', qualifiers: {} }],
    ['PKG:Generic/a@1?k=v#s', { type: 'generic', name: 'a', version: '1', qualifiers: { k: 'v' }, subpath: 's' }],
    ['pkg:npm/@scope/name', { type: 'npm', namespace: '@scope', name: 'name', qualifiers: {} }],
    ['pkg:npm/@scope/name@1.0.0', { type: 'npm', namespace: '@scope', name: 'name', version: '1.0.0', qualifiers: {} }],
    ['pkg:npm/JSONStream@1', { type: 'npm', name: 'JSONStream', version: '1', qualifiers: {} }],
    [
      'pkg:golang/github.com/BurntSushi/toml@v1',
      { type: 'golang', namespace: 'github.com/BurntSushi', name: 'toml', version: 'v1', qualifiers: {} },
    ],
    ['pkg:generic/a@feature/x', { type: 'generic', name: 'a', version: 'feature/x', qualifiers: {} }],
    ['pkg:pypi/Zope.Interface__x', { type: 'pypi', name: 'zope-interface-x', qualifiers: {} }],
    ['pkg:generic/a%20b?x=%C3%A9&empty=&y=1=2', { type: 'generic', name: 'a b', qualifiers: { x: 'é', y: '1=2' } }],
    ['pkg:generic//n//a#./b/../c//', { type: 'generic', namespace: 'n', name: 'a', qualifiers: {}, subpath: 'b/c' }],
    ['pkg:git/host.example/Some/Path/repo', { type: 'git', namespace: 'host.example', name: 'Some/Path/repo', qualifiers: {} }],
    ['pkg:generic/a?constructor=1', { type: 'generic', name: 'a', qualifiers: { constructor: '1' } }],
  ])('%s', (text, parts) => {
    expect(parsePurl(text)).toEqual(parts);
  });

  it.each([
    ['', 'pkg:'],
    ['npm/a', 'pkg:'],
    ['pkg:npm', 'no name'],
    ['pkg:npm/', 'name is empty'],
    ['pkg:npm/a/', 'name is empty'],
    ['pkg:n%70m/a', 'type'],
    ['pkg:generic/a%', 'percent'],
    ['pkg:generic/a%ff', 'percent'],
    ['pkg:generic/a?1k=v', 'qualifier key'],
    ['pkg:generic/a?__proto__=v', 'qualifier key'],
    ['pkg:generic/a?Key=v', 'lower case'],
    ['pkg:generic/a?k=v&k=w', 'twice'],
    ['pkg:pypi/org/a', 'no namespace'],
    ['pkg:swift/a', 'needs a namespace'],
    ['pkg:julia/A', 'uuid'],
    ['pkg:cpan/A::B', 'distribution'],
  ])('refuses %j: %s', (text, reason) => {
    expect(() => parsePurl(text)).toThrow(PurlError);
    expect(validatePurl(text).join()).toContain(reason === 'lower case' ? 'canonical form' : reason);
  });

  it('folds keys where asked to', () => {
    expect(parseLenientPurl('pkg:generic/a?Key=v').qualifiers).toEqual({ key: 'v' });
  });
});

describe('formatPurl', () => {
  it.each([
    [{ type: 'NPM', namespace: '@a', name: 'b', version: '1+x' }, 'pkg:npm/%40a/b@1%2Bx'],
    [
      { type: 'generic', name: "a!'()*~:é", qualifiers: { b: '/', a: ' ', none: '', nil: null } },
      'pkg:generic/a%21%27%28%29%2A~:%C3%A9?a=%20&b=%2F',
    ],
    [{ type: 'deb', namespace: 'Debian', name: 'Curl', version: '1:7' }, 'pkg:deb/debian/curl@1:7'],
    [{ type: 'generic', name: 'a/b', namespace: '/x//y/', subpath: '/./s/' }, 'pkg:generic/x/y/a%2Fb#s'],
    [{ type: 'generic', name: '\ud800' }, 'pkg:generic/%EF%BF%BD'],
  ])('%j', (parts, text) => {
    expect(formatPurl(parts)).toBe(text);
  });

  it.each([{}, { type: 'a' }, { name: 'a' }, { type: '1a', name: 'a' }, { type: 'a', name: 'a', qualifiers: { 'b c': 'd' } }])(
    'refuses %j',
    (parts) => {
      expect(() => formatPurl(parts)).toThrow(PurlError);
    },
  );
});

describe('validatePurl', () => {
  it('is silent about a canonical text, and names the canonical form of another', () => {
    expect(validatePurl('pkg:deb/debian/curl@7.88.1-10?arch=amd64')).toEqual([]);
    expect(validatePurl('pkg:deb/Debian/curl')).toEqual(['the canonical form is pkg:deb/debian/curl']);
  });

  it('reading what was written changes nothing', () => {
    const parts = {
      type: 'generic',
      namespace: 'a b/ü',
      name: 'x@y?z#%',
      version: '1/2@3',
      qualifiers: { k: 'a&b=c#d?e' },
      subpath: 'p q/r',
    };
    expect(parsePurl(formatPurl(parts))).toEqual(parts);
    expect(canonicalPurl(formatPurl(parts))).toBe(formatPurl(parts));
  });

  it.each(['/', '@', '%41', '?', '#', '&a=b', '%', ':', 'a/'])('takes 100 kB of %j in its stride', (unit) => {
    const start = performance.now();
    validatePurl(`pkg:generic/a${unit.repeat(100_000 / unit.length)}`);
    validatePurl(`pkg:pypi/${unit.repeat(100_000 / unit.length)}a`);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
