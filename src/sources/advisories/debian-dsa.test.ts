import { expect, test } from 'vitest';
import { collect } from './collect.ts';
import { importer } from './debian-dsa.ts';

function read(text: string) {
  return collect(importer, [{ path: 'data/DSA/list', text }]);
}

/** Rows as `release package version id [notice]`, so that a table stays readable. */
function lines(text: string): string[] {
  return read(text).rows.map((row) =>
    [row.ecosystem, row.name, row.ranges[0]?.fixed ?? row.status, row.id, ...(row.advisoryIds ?? [])].join(' '),
  );
}

test('one row a release, package and CVE; notes and tags are passed over', () => {
  const text = `[29 Mar 2023] DSA-5380-1 xorg-server - security update
	{CVE-2023-1393 CVE-2023-1394 }
	NOTE: fixed with a later upload
	[bullseye] - xorg-server 2:1.20.11-1+deb11u6 (medium; bug #1)
    	[buster] - xorg-server 2:1.20.4-1
`;
  expect(lines(text)).toEqual([
    'Debian:11 xorg-server 2:1.20.11-1+deb11u6 CVE-2023-1393 DSA-5380-1',
    'Debian:11 xorg-server 2:1.20.11-1+deb11u6 CVE-2023-1394 DSA-5380-1',
    'Debian:10 xorg-server 2:1.20.4-1 CVE-2023-1393 DSA-5380-1',
    'Debian:10 xorg-server 2:1.20.4-1 CVE-2023-1394 DSA-5380-1',
  ]);
  const { coverage, newest, records, skipped } = read(text);
  expect([...coverage]).toEqual(
    ['Debian:10', 'Debian:11'].map((name) => [name, { state: 'partial', reason: 'fixed advisories only, up to 2023-03-29' }]),
  );
  expect(newest).toBe('2023-03-29');
  expect(records).toEqual([{ id: 'DSA-5380-1', aliases: [], summary: 'xorg-server - security update', published: '2023-03-29' }]);
  expect([...skipped]).toEqual([]);
});

test.each([
  [
    'a regression update without CVEs stands under its own id and leaves the first fix as it is',
    '[17 Mar 2023] DSA-9-2 sox - regression update\n\t[bullseye] - sox 2\n[10 Mar 2023] DSA-9-1 sox - security update\n\t{CVE-2023-1111}\n\t[bullseye] - sox 1\n\t[buster] - sox 0.5\n',
    ['Debian:11 sox 1 CVE-2023-1111 DSA-9-1', 'Debian:10 sox 0.5 CVE-2023-1111 DSA-9-1', 'Debian:11 sox 2 DSA-9-2'],
  ],
  [
    'a revision that names CVEs takes the place of those alone',
    '[17 Mar 2023] DSA-9-2 sox - security update\n\t{CVE-2023-1111}\n\t[bullseye] - sox 2\n[10 Mar 2023] DSA-9-1 sox - security update\n\t{CVE-2023-1111 CVE-2023-2222}\n\t[bullseye] - sox 1\n',
    ['Debian:11 sox 2 CVE-2023-1111 DSA-9-2', 'Debian:11 sox 1 CVE-2023-2222 DSA-9-1'],
  ],
  [
    'two packages of one revision do not replace each other',
    '[10 Mar 2023] DSA-9-1 x - security update\n\t{CVE-2023-1111}\n\t[bullseye] - sox 1\n\t[bullseye] - soxr 7\n',
    ['Debian:11 sox 1 CVE-2023-1111 DSA-9-1', 'Debian:11 soxr 7 CVE-2023-1111 DSA-9-1'],
  ],
  [
    'an advisory without CVEs stands under its own id',
    '[10 Mar 2023] DLA-9-1 tzdata - update\n\t[stretch] - tzdata 2023a\n',
    ['Debian:9 tzdata 2023a DLA-9-1'],
  ],
  [
    'what stands in the place of a version',
    '[10 Mar 2003] DSA-9 x - several\n\t{CVE-2003-1111}\n\t[woody] - a <not-affected> (code not present)\n\t[sarge] - b <end-of-life>\n\t[etch] - c <unfixed>\n',
    [
      'Debian:3.0 a not_affected CVE-2003-1111 DSA-9',
      'Debian:3.1 b end_of_life CVE-2003-1111 DSA-9',
      'Debian:4 c affected CVE-2003-1111 DSA-9',
    ],
  ],
])('%s', (_, text, want) => {
  expect(lines(text)).toEqual(want);
});

test('what is not affected has no range, what is open has one without an end', () => {
  const { rows } = read(
    '[10 Mar 2003] DSA-9-1 x - several\n\t{CVE-2003-1111}\n\t[woody] - a <not-affected>\n\t[sarge] - b <end-of-life>\n',
  );
  expect(rows.map((row) => row.ranges)).toEqual([[], [{}]]);
});

test('a line outside the syntax and a release of the future are counted', () => {
  const { rows, skipped } = read('[10 Mar 2003] DSA-9-1 x - several\n\t{CVE-2003-1111}\n\t[zurg] - a 1\n\tgarbage\n');
  expect(rows).toEqual([]);
  expect([...skipped.keys()].sort()).toEqual(['line outside the syntax of the list', 'release that is not known']);
});

test("the testing team's list dates nothing that the other lists cover", () => {
  const { rows, coverage, records } = read(
    '[August 26th, 2005] DTSA-1-1 kismet - various\n\t{CVE-2005-2626 CVE-2005-2627 }\n\t[etch] - kismet 2005 (high)\n',
  );
  expect([rows.length, coverage.size, records[0]?.published]).toEqual([2, 0, '2005-08-26']);
});

test.each([['{"repositories":{}}'], ['An LTS security update is needed\n--\napache2\n'], ['CVE-2019-14433\n\t[buster] - nova 2:18\n']])(
  'does not accept %j',
  (text) => {
    expect(importer.accepts({ path: 'data/x', text })).toBe(false);
  },
);
