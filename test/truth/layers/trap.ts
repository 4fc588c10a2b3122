// What a trap is, and short names for its parts. See README.md for the meaning of the fields.
import type { Buffer } from 'node:buffer';
import { file, raw } from './tar-bytes.ts';

export type EntryType = 'file' | 'dir' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';
export type Entry = [path: string, type: EntryType, target: string];

export interface Trap {
  name: string;
  why: string;
  /** Lowest layer first. */
  layers: Uint8Array[];
  /** Merged tree, by path in byte order. With `damaged`: the tree of what comes before the damage. */
  expected: Entry[];
  /** The reader must report the damage, and never crash, hang or allocate what the header claims. */
  damaged?: true;
  /** A report is allowed and not demanded. */
  mayReport?: true;
  /** Further entries that a reader may list: the header is sound, the damage is beside or behind it. */
  optional?: Entry[];
  /** Contents of some files of the tree, by path. */
  content?: Record<string, string>;
}

export type More = Pick<Trap, 'damaged' | 'mayReport' | 'optional' | 'content'>;

export const f = (path: string): Entry => [path, 'file', ''];
export const d = (path: string): Entry => [path, 'dir', ''];
export const s = (path: string, target: string): Entry => [path, 'symlink', target];
export const h = (path: string, target: string): Entry => [path, 'hardlink', target];
export const bad: More = { damaged: true };
export const t = (name: string, why: string, layers: Uint8Array[], expected: Entry[], more: More = {}): Trap => ({
  name,
  why,
  layers,
  expected,
  ...more,
});
/** A damaged archive: one sound file, `before`, and then the damage. */
export const broken = (name: string, why: string, after: Buffer, more: More = {}): Trap =>
  t(name, why, [raw(file('before', 'sound'), after)], [f('before')], { ...bad, content: { before: 'sound' }, ...more });
