import { expect, test } from 'vitest';
import { collect } from './collect.ts';
import { importer } from './debian-changelog.ts';

type Line = Record<string, unknown>;

function read(...lines: (Line | string)[]) {
  return collect(importer, [
    { path: 'fixes.jsonl', text: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') },
  ]);
}

function entry(version: string, dist: string, cves: string[], more: Line = {}): Line {
  return { source: 'x', version, dist, date: 'Sat, 05 Apr 2025 16:09:38 +0200', cves, ...more };
}

function fixes(...lines: (Line | string)[]): string[] {
  return read(...lines).rows.map((row) => `${row.ecosystem} ${row.name} ${row.id} ${row.ranges[0]?.fixed}`);
}

test.each([
  [
    'the lowest version, by dpkg and not by text',
    [
      entry('1.10-1', 'unstable', ['CVE-2025-1111']),
      entry('1.9-1', 'unstable', ['CVE-2025-1111']),
      entry('1.10-1+deb12u1', 'bookworm', []),
    ],
    '1.9-1',
  ],
  [
    "the release's own line before a lower ancestor",
    [entry('2.0-1', 'unstable', ['CVE-2025-1111']), entry('2.1-1+deb12u1', 'bookworm-security', ['CVE-2025-1111'])],
    '2.1-1+deb12u1',
  ],
  [
    'the lowest of its own line',
    [entry('3-1+deb12u2', 'bookworm', ['CVE-2025-1111']), entry('3-1+deb12u1', 'bookworm-security', ['CVE-2025-1111'])],
    '3-1+deb12u1',
  ],
  [
    'a tilde is below',
    [entry('10.1-1', 'unstable', ['CVE-2025-1111']), entry('10.1-1~deb12u1', 'bookworm-security', ['CVE-2025-1111'])],
    '10.1-1~deb12u1',
  ],
])('%s', (_, lines, version) => {
  expect(fixes(...lines)).toEqual([`Debian:12 x CVE-2025-1111 ${version}`]);
});

test('a few entries of other releases do not change whose list it is', () => {
  const own = Array.from({ length: 19 }, (_, at) => entry(`1-${at}`, 'bookworm', []));
  expect(fixes(...own, entry('2-1', 'trixie-security', ['CVE-2025-1111']), entry('2-2', 'unstable', ['CVE-2025-2222']))).toEqual([
    'Debian:12 x CVE-2025-1111 2-1',
    'Debian:12 x CVE-2025-2222 2-2',
  ]);
});

test('without a clear majority only entries that name a release count, under that release', () => {
  const lines = [
    entry('1', 'bookworm', ['CVE-2025-1111']),
    entry('2', 'trixie', ['CVE-2025-1111']),
    entry('3', 'unstable', ['CVE-2025-2222']),
  ];
  expect(fixes(...lines)).toEqual(['Debian:12 x CVE-2025-1111 1', 'Debian:13 x CVE-2025-1111 2']);
  const { skipped, coverage } = read(...lines);
  expect(skipped.get('the release of the list cannot be told')).toEqual(['x 3']);
  expect([...coverage.keys()]).toEqual(['Debian:12', 'Debian:13']);
});

test('a list that names no release at all is not used', () => {
  expect(fixes(entry('3', 'unstable', ['CVE-2025-2222']))).toEqual([]);
});

test('doubtful and malformed ids are left out and counted; a bad line costs itself', () => {
  const { rows, skipped, newest } = read(
    entry('1', 'bookworm', ['CVE-2025-1111', 'CVE-2025-2222', 'nonsense'], { doubtful: ['CVE-2025-2222'] }),
    '{"cut',
    '',
  );
  expect(rows.map((row) => row.id)).toEqual(['CVE-2025-1111']);
  expect([...skipped]).toEqual([
    ['named beside words that deny a fix', ['x 1 CVE-2025-2222']],
    ['line without a source, a version or CVEs', ['{"cut']],
  ]);
  expect(newest).toBe('2025-04-05');
});

test('source names that are words of JavaScript', () => {
  expect(fixes(entry('1', 'bookworm', ['CVE-2025-1111'], { source: '__proto__' }))).toEqual(['Debian:12 __proto__ CVE-2025-1111 1']);
  expect(fixes(entry('1', 'constructor', ['CVE-2025-1111']))).toEqual([]);
});
