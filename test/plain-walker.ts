import { createHash } from 'node:crypto';
import { readTarSource, readTarStream } from '../src/base/tar/drive.ts';
import { TarParser } from '../src/base/tar/parser.ts';
import type { Analyzer, FileFacts } from '../src/model/analyzer.ts';
import type { LayerFacts } from '../src/sources/images/layer-facts.ts';
import type { LayerWalker } from '../src/sources/images/read-image-layer.ts';

/** A layer walker that knows wants by `name` alone and puts the files of all layers in a row: for tests of what stands around the walker. */
export function plainWalker(analyzers: readonly Analyzer[]): LayerWalker {
  function start(witness?: (offset: number, bytes: Uint8Array) => void): { parser: TarParser; facts: () => LayerFacts } {
    const files: FileFacts[] = [];
    const parser = new TarParser(
      {
        entry({ path, size, mode }) {
          const wanting = analyzers.filter((one) => one.wants.some((want) => want.name === path.split('/').at(-1)));
          if (wanting.length === 0) return undefined;
          const parts: Buffer[] = [];
          return {
            limit: size,
            chunk: (bytes) => parts.push(Buffer.from(bytes)),
            end() {
              const bytes = Buffer.concat(parts);
              const range = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length);
              for (const one of wanting) files.push({ path, analyzer: one.id, ...one.analyze({ path, size, mode, bytes, range }) });
            },
          };
        },
        problem: () => undefined,
      },
      {},
      witness,
    );
    const facts = (): LayerFacts => ({
      entries: parser.entries,
      bytes: parser.position,
      files,
      whiteouts: [],
      opaques: [],
      links: [],
      lowerHardLinks: [],
      occupied: '',
      folders: '',
      problems:
        parser.fault === undefined
          ? []
          : [
              {
                code: 'layer-unreadable',
                area: 'image',
                reason: parser.fault.reason,
                hint: 'Save the image again.',
                example: '',
                blocking: true,
              },
            ],
      complete: parser.fault === undefined,
    });
    return { parser, facts };
  }
  return {
    analyzers,
    async stream(bytes, signal) {
      const { parser, facts } = start();
      await readTarStream(bytes, parser, signal);
      return facts();
    },
    source(bytes, signal) {
      const hash = createHash('sha256');
      const { parser, facts } = start((_offset, part) => hash.update(part));
      readTarSource(bytes, parser, signal);
      return { facts: facts(), digest: `sha256:${hash.digest('hex')}` };
    },
    merge: (layers) => ({
      files: layers.flatMap((one, layer) => one.files.map((file) => ({ ...file, layer, earlier: [] }))),
      causes: layers.flatMap((one) => one.problems.map((problem) => ({ ...problem, of: 'layers' }))),
      warnings: [],
    }),
  };
}
