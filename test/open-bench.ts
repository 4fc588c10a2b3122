import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Analyzer } from '../src/model/analyzer.ts';
import type { Observed } from '../src/model/image.ts';
import { layerWalker } from '../src/sources/images/layer-walker.ts';
import { openTarget } from '../src/sources/images/open-target.ts';
import { type ReadImageOptions, readImage } from '../src/sources/images/read-image.ts';
import { WantTable } from '../src/sources/images/want-table.ts';
import { buildImage, type Files, writeFolder } from './build-image.ts';

/** Tells the content of every file named `wanted`. */
export const probe: Analyzer = {
  id: 'probe',
  version: 1,
  wants: [{ name: 'wanted', read: 'full' }],
  analyze: (file) => ({ facts: [{ kind: 'counted', what: Buffer.from(file.bytes).toString() }], skipped: [] }),
};
export const walker = layerWalker(new WantTable([probe]));

/** Two layers that are equal and one between them; and another image. */
export const base = { 'etc/': {}, 'etc/wanted': 'base', 'bin/large': Buffer.alloc(300_000, 7) } as const;
export const middle = { 'opt/wanted': 'middle', 'opt/link': { type: 'symlink', target: '/etc/wanted' } } as const;
export const image = buildImage({ layers: [base, middle, base], tags: ['shop:1.4'] });
export const other = buildImage({ layers: [{ 'x/wanted': 'other' }], tags: ['tool:2', 'tool:latest'], architecture: 'arm64' });

/** A folder for the files of one test, and what reads targets in it. */
export interface Bench {
  readonly folder: string;
  file(name: string, bytes: Uint8Array): string;
  layout(files: Files, name?: string): string;
  read(spec: string, options?: Partial<ReadImageOptions> & { stdin?: Uint8Array }): Promise<Observed>;
  close(): void;
}

/** No container engine is asked: its socket is not there. */
export function openBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-image-'));
  return {
    folder,
    file(name, bytes) {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    },
    layout: (files, name = 'layout') => writeFolder(files, join(folder, name)),
    async read(spec, options = {}) {
      const { stdin, ...rest } = options;
      const opened = await openTarget(spec, {
        offline: true,
        dockerHost: `unix://${join(folder, 'no.sock')}`,
        stdin: stdin === undefined ? undefined : Readable.from(pieces(stdin)),
      });
      try {
        if (opened.kind === 'filesystem') throw new Error('a folder, not an image');
        return await readImage(opened, { walker, ...rest });
      } finally {
        opened.close();
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Uneven chunks: boundaries fall into headers, names and bodies. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0, step = 1; at < bytes.length; at += step, step = ((step * 7) % 65_521) + 1) yield bytes.subarray(at, at + step);
}

/** What the probe told. */
export function told(seen: Observed): string[] {
  return seen.files.flatMap((one) => one.facts.map((fact) => (fact.kind === 'counted' ? fact.what : '')));
}
