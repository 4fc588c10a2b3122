import { describe, expect, it } from 'vitest';
import { parseOutputs } from './outputs.ts';

const shape = async (specs: string[] | undefined, output?: string) =>
  (await parseOutputs(specs, 'table', output)).map(({ format, file }) => [format, file]);

describe('parseOutputs', () => {
  it.each([
    { specs: undefined, output: undefined, is: [['table', undefined]] },
    { specs: ['json=-'], output: undefined, is: [['json', undefined]] },
    { specs: ['json'], output: 'out.json', is: [['json', 'out.json']] },
    { specs: undefined, output: 'out.txt', is: [['table', 'out.txt']] },
    {
      specs: ['json=a=b.json', 'table'],
      output: undefined,
      is: [
        ['json', 'a=b.json'],
        ['table', undefined],
      ],
    },
    {
      specs: ['html=r.html', 'json'],
      output: 'out.json',
      is: [
        ['html', 'r.html'],
        ['json', 'out.json'],
      ],
    },
  ])('$specs with --output $output', async ({ specs, output, is }) => {
    expect(await shape(specs, output)).toEqual(is);
  });

  it.each([
    [['xml'], undefined, /unknown format: xml/],
    [['constructor'], undefined, /unknown format/],
    [['json='], undefined, /names no file/],
    [['json', 'table=-'], undefined, /only one format/],
    [['json', 'table'], 'one.txt', /two formats/],
    [['json=a', 'html=a'], undefined, /two formats/],
    [undefined, 'json', /json is a format/],
  ])('refuses %s with --output %s', async (specs, output, message) => {
    await expect(shape(specs, output)).rejects.toThrow(message);
  });
});
