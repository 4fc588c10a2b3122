import type { ByteSource } from '../byte-source.ts';
import type { TarParser } from './parser.ts';

const SMALL = 8192;
const LARGE = 262_144;

/**
 * Drives a parser over a source that can seek: what nobody wants is never read.
 * After a jump it reads little, since the next jump is likely near; the windows grow as long as they are used up.
 */
export function readTarSource(source: ByteSource, parser: TarParser, signal?: AbortSignal): void {
  let window = SMALL;
  while (!parser.stopped && parser.position < source.size) {
    signal?.throwIfAborted();
    const skippable = parser.skippable;
    if (skippable > 0) {
      const step = Math.min(skippable, source.size - parser.position);
      parser.jump(step);
      if (step > window) window = SMALL;
      continue;
    }
    const bytes = source.read(parser.position, Math.min(window, source.size - parser.position));
    if (bytes.length === 0) break;
    parser.write(bytes);
    window = Math.min(window * 2, LARGE);
  }
  parser.end();
}

/** Drives a parser over a stream of plain tar bytes. Stops asking once the parser has stopped. */
export async function readTarStream(source: AsyncIterable<Uint8Array>, parser: TarParser, signal?: AbortSignal): Promise<void> {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    parser.write(chunk);
    if (parser.fault !== undefined) return;
  }
  parser.end();
}
