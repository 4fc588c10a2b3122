import { describe, expect, it } from 'vitest';
import { licenseChoice } from './licenses.ts';

const id = (one: string): object => ({ license: { id: one } });
const name = (one: string): object => ({ license: { name: one } });

describe('licences', () => {
  it.each<[readonly string[], readonly object[] | undefined]>([
    [[], undefined],
    [['', ' '], undefined],
    [['MIT'], [id('MIT')]],
    [['mit'], [id('MIT')]],
    [['GPL-2.0+'], [id('GPL-2.0+')]],
    [
      ['MIT', 'GPL-2+'],
      [id('MIT'), name('GPL-2+')],
    ],
    [['BSD-3-clause and others'], [name('BSD-3-clause and others')]],
    [['(mit or apache-2.0) AND isc'], [{ expression: '(MIT OR Apache-2.0) AND ISC' }]],
    [['GPL-2.0-only WITH Classpath-exception-2.0'], [{ expression: 'GPL-2.0-only WITH Classpath-exception-2.0' }]],
    [['Apache-2.0+ AND LicenseRef-own.1'], [{ expression: 'Apache-2.0+ AND LicenseRef-own.1' }]],
    [
      ['MIT OR Apache-2.0', 'ISC'],
      [name('MIT OR Apache-2.0'), id('ISC')],
    ],
    [['MIT AND'], [name('MIT AND')]],
    [['AND MIT'], [name('AND MIT')]],
    [['(MIT'], [name('(MIT')]],
    [['MIT)'], [name('MIT)')]],
    [['()'], [name('()')]],
    [['MIT ISC'], [name('MIT ISC')]],
    [['MIT (ISC)'], [name('MIT (ISC)')]],
    [['MIT OR Nobodys-1.0'], [name('MIT OR Nobodys-1.0')]],
  ])('%j becomes %j', (licenses, choice) => {
    expect(licenseChoice(licenses)).toEqual(choice);
  });

  it('does not read an expression of any length', () => {
    const long = `${'('.repeat(100_000)}MIT${')'.repeat(100_000)}`;
    expect(licenseChoice([long])).toEqual([name(long)]);
  });
});
