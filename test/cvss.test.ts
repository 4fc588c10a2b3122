import { describe, expect, test } from 'vitest';
import { readCvss } from '../src/model/cvss.ts';
import { caseRows, requireCases } from './cases.ts';

interface List {
  readonly path: string;
  readonly text: string;
}

const cases = requireCases('cases/scan/claircore-lists.jsonl');
const lists = caseRows<List>(cases).filter((list) => list.path.includes('/cvss/'));

/** Lines of every list of one kind, with the major version that the list is for: comments and blank lines dropped, split at white space. */
function lines(kind: string): { major: string; words: string[] }[] {
  return lists
    .filter((list) => list.path.endsWith(`_${kind}.list`))
    .flatMap((list) => list.text.split('\n').map((line) => ({ major: /v(\d)\d?_/.exec(list.path)?.[1] ?? '', line })))
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'))
    .map(({ major, line }) => ({ major, words: line.trim().split(/\s+/) }));
}

describe.skipIf(cases.missing !== undefined)(`CVSS against claircore's lists ${cases.missing ?? ''}`, () => {
  test('scores', () => {
    const scored = lines('score').map(({ words: [vector = '', score = ''] }) => ({ vector, score: Number(score) }));
    expect(scored.length).toBeGreaterThan(80);
    expect(scored.map(({ vector }) => ({ vector, score: readCvss(vector)?.score }))).toEqual(scored);
  });

  test('what must be refused and what must be read', () => {
    const wanted = lines('error').map(({ major, words: [vector = '', mark] }) => ({ major, vector, read: mark === '#OK' }));
    expect(wanted.length).toBeGreaterThan(40);
    // a list is for one version: a sound vector of another one must be refused there
    const got = wanted.map(({ major, vector }) => ({ major, vector, read: readCvss(vector)?.version.startsWith(major) === true }));
    expect(got).toEqual(wanted);
  });

  test('every vector that must print back is read', () => {
    const vectors = lines('roundtrip').map(({ words: [vector = ''] }) => vector);
    expect(vectors.filter((vector) => readCvss(vector) === undefined)).toEqual([]);
  });
});
