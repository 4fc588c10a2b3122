/** Random access to bytes: a file, a part of a file, a buffer. Reads are synchronous; a short read means the end was reached. */
export interface ByteSource {
  readonly size: number;
  /** Reads up to `length` bytes at `offset` into a fresh or shared buffer that is valid until the next read. */
  read(offset: number, length: number): Uint8Array;
}
