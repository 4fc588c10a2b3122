import { describe, expect, it } from 'vitest';
import { advisoryUrl, ageWords, dataAges, dataAgeWords, lifecycleWords, shortDigest, shortDistro } from './scan-words.ts';

const at = '2026-11-25T10:00:00.000Z';

describe('words about a scan', () => {
  it.each([
    ['2026-06-10', '2028-06-30', 'X reached its end of life on 2026-06-10, 5 months ago; extended support until 2028-06-30'],
    ['2026-06-10', '2026-11-01', 'X reached its end of life on 2026-06-10, 5 months ago'],
    ['2026-11-24', undefined, 'X reached its end of life on 2026-11-24, 1 day ago'],
    ['2026-11-25', undefined, 'X reaches its end of life today'],
    ['2027-01-01', undefined, 'X reaches its end of life on 2027-01-01, in 37 days'],
    ['2028-06-30', undefined, undefined],
    [true, undefined, 'X has reached its end of life'],
    [false, undefined, undefined],
    ['soon', undefined, 'X: end of life soon'],
  ])('end of life %s, extended %s: %s', (eol, extendedEol, words) => {
    const life = { product: 'x', cycle: '1', eol, ...(extendedEol === undefined ? {} : { extendedEol }) };
    expect(lifecycleWords('X', life, at)).toBe(words);
  });

  it.each([
    [-1, 'today'],
    [1, '1 day'],
    [59, '59 days'],
    [60, '1 month'],
    [729, '23 months'],
    [730, '1 year'],
    [2339, '6 years'],
  ])('%i days are %s', (days, words) => {
    expect(ageWords(days)).toBe(words);
  });

  it('tells sources of one ecosystem apart and keeps what has no date', () => {
    const ages = dataAges(
      [
        { source: 'osv', ecosystem: 'npm', state: 'full', asOf: '2026-11-24T23:00:00Z' },
        { source: 'ghsa', ecosystem: 'npm', state: 'partial' },
        { source: 'kev', ecosystem: 'kev', state: 'full', asOf: 'yesterday' },
        { source: 'debian', ecosystem: 'Debian:12', state: 'full', asOf: '2026-11-25' },
        { source: 'debian', ecosystem: 'Debian:12', state: 'full', asOf: '2026-11-25' },
      ],
      at,
    );
    expect(ages.map((one) => `${one.label} ${dataAgeWords(one)}`)).toEqual([
      'npm (osv) 2026-11-24 (1 day)',
      'npm (ghsa) date unknown (partial)',
      'KEV yesterday',
      'Debian 12 2026-11-25 (today)',
    ]);
  });

  it.each([
    ['CVE-2024-0001', 'https://www.cve.org/CVERecord?id=CVE-2024-0001'],
    ['GHSA-jf85-cpcp-j695', 'https://github.com/advisories/GHSA-jf85-cpcp-j695'],
    ['PYSEC-2024-12', 'https://osv.dev/vulnerability/PYSEC-2024-12'],
    ['DSA-5700-1', 'https://security-tracker.debian.org/tracker/DSA-5700-1'],
    ['javascript:alert(1)', undefined],
    ['CVE-2024-0001"onload=', undefined],
    ['CVE-2024-0001\n', undefined],
  ])('%j is read at %s', (id, url) => {
    expect(advisoryUrl(id)).toBe(url);
  });

  it('shortens digests and names of distributions', () => {
    expect(shortDigest(`sha256:${'a'.repeat(64)}`)).toBe('sha256:aaaaaaaa…');
    expect(shortDigest('latest')).toBe('latest');
    expect(shortDistro({ id: 'debian', name: 'Debian GNU/Linux 12 (bookworm)', like: [] })).toBe('Debian 12');
    expect(shortDistro({ id: 'alpine', name: 'Alpine Linux v3.20', like: [] })).toBe('Alpine Linux v3.20');
  });
});
