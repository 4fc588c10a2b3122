/** Random access to bytes: a file, a part of a file, a buffer. Reads are synchronous; a short read means the end was reached. */
export interface ByteSource {
  readonly size: number;
  /** Reads up to `length` bytes at `offset` into a fresh or shared buffer that is valid until the next read. */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes that are already in memory, as a source. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      const from = Math.min(Math.max(offset, 0), bytes.length);
      return bytes.subarray(from, Math.min(from + Math.max(length, 0), bytes.length));
    },
  };
}

/** The part of `source` that begins at `offset`: what lies before and behind it cannot be read through the window. */
export function windowOf(source: ByteSource, offset: number, size: number): ByteSource {
  const end = Math.min(offset + size, source.size);
  return {
    size: Math.max(end - offset, 0),
    read(at, length) {
      const from = Math.min(offset + Math.max(at, 0), end);
      return source.read(from, Math.min(Math.max(length, 0), end - from));
    },
  };
}
