import type { Code } from '../../model/codes.ts';

/** What an entry makes. Sparse files and type `7` are `file`; `other` is a vendor's own type, whose body is passed over. */
export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo' | 'other';

/** One entry, as its header tells. The parser fills one object again and again: copy what must outlive the call. */
export interface TarEntry {
  /** Ordinal in the archive, from 0. */
  index: number;
  /** The name as stored, not normalised; bytes that are not UTF-8 stand as U+FFFD. */
  path: string;
  type: EntryType;
  /** Size of the file in bytes; of a sparse file the size it has once unpacked. 0 for what has no body. */
  size: number;
  /** Permission bits. */
  mode: number;
  /** Target of a symbolic or hard link as stored, else empty. */
  linkTarget: string;
  /** Whether holes are left out of the archive. */
  sparse: boolean;
  /** False when the name or the target of the link is not UTF-8. */
  utf8: boolean;
}

/** Takes the bytes of one body. */
export interface BodySink {
  /** How many bytes from the start are wanted. May be lowered while chunks arrive: the rest is then skipped, and seeked over where possible. */
  limit: number;
  /** A piece of the body in order; valid only during the call. */
  chunk(bytes: Uint8Array): void;
  /** After the last wanted byte. `complete` is false when the archive ended or proved damaged before. */
  end(complete: boolean): void;
}

/** Takes the entries of an archive, in order. */
export interface EntrySink {
  /** Tells of an entry; the answer takes its body. Only entries of type `file` have one. */
  entry(entry: TarEntry): BodySink | undefined;
  /** Something odd that does not end the reading; `example` names the entry. `blocking`: what engines unpack may be another thing. */
  problem(code: Code, reason: string, example: string, blocking?: boolean): void;
}

/** Bounds of one archive. */
export interface TarLimits {
  /** Entries; default 10 million. */
  readonly entries: number;
  /** Bytes of one name or link target; default 64 KiB. A longer one costs its entry. */
  readonly nameBytes: number;
  /** Bytes of the body of one PAX or GNU long-name header; default 1 MiB, as in the reader that container engines use. */
  readonly headerBytes: number;
  /** PAX and GNU headers in all; default 20 million. */
  readonly headers: number;
}

export const defaultTarLimits: TarLimits = { entries: 10_000_000, nameBytes: 65_536, headerBytes: 1_048_576, headers: 20_000_000 };

/** Why reading stopped before the end: `archive-truncated`, `archive-damaged` or `budget-exceeded`. */
export interface TarFault {
  readonly code: Code;
  readonly reason: string;
}
