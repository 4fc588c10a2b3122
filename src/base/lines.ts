/** One line of a stream, without its end. `text` is absent when the line is longer than allowed: it was passed over, not kept. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text?: string;
}

/**
 * Cuts a stream of UTF-8 into lines (LF or CRLF; a last line needs no end; a byte order mark is dropped), in batches of what a chunk completed.
 * Memory: one line and one chunk. `maxBytes` says how long line `number` may be; a longer one is skipped to its end and reported without text.
 */
export async function* readLines(source: AsyncIterable<Uint8Array>, maxBytes: (number: number) => number): AsyncGenerator<Line[]> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let tooLong = false;
  let number = 1;

  function keep(part: Buffer): void {
    pendingBytes += part.length;
    if (pendingBytes > maxBytes(number)) {
      tooLong = true;
      pending = [];
    } else if (!tooLong && part.length > 0) pending.push(part);
  }
  function finish(): Line {
    const line: Line = tooLong ? { number } : { number, text: lineText(pending, number) };
    pending = [];
    pendingBytes = 0;
    tooLong = false;
    number += 1;
    return line;
  }

  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const batch: Line[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      keep(bytes.subarray(start, end));
      batch.push(finish());
      start = end + 1;
    }
    // A copy: the source may use its chunk again.
    keep(Buffer.from(bytes.subarray(start)));
    if (batch.length > 0) yield batch;
  }
  if (pendingBytes > 0) yield [finish()];
}

function lineText(parts: readonly Buffer[], number: number): string {
  const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  const end = bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length;
  const start = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.toString('utf8', start, end);
}
