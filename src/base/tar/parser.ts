import { type BodySink, defaultTarLimits, type EntrySink, type TarEntry, type TarFault, type TarLimits } from './entry.ts';
import { ExtendedHeaders, isExtended } from './extended.ts';
import { BLOCK, blockSum, checksumAgrees, fieldText, isZero, numeric, octal, storedName, type Text } from './header.ts';
import { sparseVersion } from './pax.ts';
import { sparseBody } from './sparse.ts';

type State = 'header' | 'skip' | 'body' | 'meta' | 'stopped';

/** Told of every stretch of the archive that was interpreted or handed out: its offset and bytes. */
export type Witness = (offset: number, bytes: Uint8Array) => void;

/** Blocks of a chain of old GNU sparse headers that are kept for a wanted file. */
const SPARSE_BLOCKS = 65_536;

/**
 * Reads a tar archive that is pushed to it in chunks of any size: ustar, PAX, GNU and the old form, archives behind archives
 * included. Where readers differ it reads as Go's archive/tar, which the container engines use.
 * It allocates nothing for a file that nobody wants but its name, and tells by `skippable` how far a source that can seek may jump.
 * It never throws for what an archive holds: what ends the reading stands in `fault`.
 * Sources: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Tar Internals".
 */
export class TarParser {
  /** Why reading stopped early. */
  fault: TarFault | undefined;
  /** Entries so far. */
  entries = 0;
  /** Bytes taken so far, jumped ones included: the offset of the next byte. */
  position = 0;

  private readonly sink: EntrySink;
  private readonly limits: TarLimits;
  private readonly witness: Witness | undefined;
  private readonly entry: TarEntry = { index: 0, path: '', type: 'file', size: 0, mode: 0, linkTarget: '', sparse: false, utf8: true };
  private state: State = 'header';
  private readonly carry = Buffer.alloc(BLOCK);
  private carried = 0;
  private skip = 0;
  private pad = 0;
  private body: BodySink | undefined;
  private bodyLeft = 0;
  private given = 0;
  private meta = Buffer.alloc(0);
  private metaRead = 0;
  private metaType = 0;
  private headers = 0;
  private zeroBlocks = 0;
  private behind = false;
  /** Size that a hard link's header states: whether that many bytes follow is told by the next block. */
  private linkBody = 0;
  private sparseBlocks: number[] | undefined;
  private sparseStored = 0;
  private sparseSize = 0;
  private sparseWanted: BodySink | undefined;
  private sparseCount = 0;
  private readonly extended = new ExtendedHeaders();

  constructor(sink: EntrySink, limits: Partial<TarLimits> = {}, witness?: Witness) {
    this.sink = sink;
    this.limits = { ...defaultTarLimits, ...limits };
    this.witness = witness;
  }

  /** Whether nothing more will be read: after a fault or behind the end. */
  get stopped(): boolean {
    return this.state === 'stopped';
  }

  /** How many of the next bytes will be passed over unread. */
  get skippable(): number {
    return this.state === 'skip' ? this.skip : 0;
  }

  /** Takes note that the next `count` bytes, at most `skippable`, are not given. */
  jump(count: number): void {
    this.skip -= count;
    this.position += count;
    if (this.skip === 0) this.state = 'header';
  }

  /** Takes the next bytes. They may be reused by the caller afterwards. */
  write(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const words =
      (chunk.byteOffset & 3) === 0 && chunk.length >= BLOCK
        ? new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.length >> 2)
        : undefined;
    const start = this.position;
    const end = chunk.length;
    let at = 0;
    while (at < end) {
      this.position = start + at;
      if (this.state === 'header') {
        if (this.carried === 0 && end - at >= BLOCK) {
          this.block(bytes, at, words, start + at);
          at += BLOCK;
        } else {
          const step = Math.min(BLOCK - this.carried, end - at);
          bytes.copy(this.carry, this.carried, at, at + step);
          this.carried += step;
          at += step;
          if (this.carried === BLOCK) {
            this.carried = 0;
            this.block(this.carry, 0, undefined, start + at - BLOCK);
          }
        }
      } else if (this.state === 'skip') {
        const step = Math.min(this.skip, end - at);
        this.skip -= step;
        at += step;
        if (this.skip === 0) this.state = 'header';
      } else if (this.state === 'body') {
        at += this.giveBody(bytes, at, start + at);
      } else if (this.state === 'meta') {
        const step = Math.min(this.meta.length - this.metaRead, end - at);
        bytes.copy(this.meta, this.metaRead, at, at + step);
        this.metaRead += step;
        at += step;
        if (this.metaRead === this.meta.length) this.endMeta(start + at);
      } else {
        at = end;
      }
    }
    this.position = start + end;
  }

  /** Says that the archive ends here. Missing end blocks and missing padding are no fault. */
  end(): void {
    if (this.state === 'stopped') return;
    let whole = this.carried === 0 || isZero(this.carry, this.carried);
    if (this.state === 'skip') whole = this.skip <= this.pad;
    if (this.state === 'body' || this.state === 'meta') whole = false;
    if (this.sparseBlocks !== undefined || this.extended.waiting) whole = false;
    if (whole) this.state = 'stopped';
    else this.stop('archive-truncated', 'the archive ends in the middle of an entry');
  }

  /** Ends the reading without a fault: nothing more is wanted. */
  finish(): void {
    this.state = 'stopped';
    this.body = undefined;
  }

  /** Ends the reading for a reason that lies outside: the stream before it failed. */
  stop(code: TarFault['code'], reason: string): void {
    if (this.state === 'stopped') return;
    this.state = 'stopped';
    this.fault = { code, reason };
    this.body?.end(false);
    this.sparseWanted?.end(false);
    this.body = undefined;
    this.sparseWanted = undefined;
  }

  private giveBody(bytes: Buffer, at: number, offset: number): number {
    const body = this.body;
    const wanted = body === undefined ? 0 : Math.min(this.bodyLeft, body.limit - this.given);
    const step = Math.min(wanted, bytes.length - at);
    if (body !== undefined && step > 0) {
      const part = bytes.subarray(at, at + step);
      this.witness?.(offset, part);
      body.chunk(part);
      this.given += step;
      this.bodyLeft -= step;
    }
    if (body === undefined || this.bodyLeft === 0 || this.given >= body.limit) this.endBody();
    return Math.max(step, 0);
  }

  private endBody(): void {
    const body = this.body;
    this.body = undefined;
    this.skip = this.bodyLeft + this.pad;
    this.state = this.skip > 0 ? 'skip' : 'header';
    body?.end(true);
  }

  private startBody(body: BodySink | undefined, stored: number): void {
    this.pad = (BLOCK - (stored % BLOCK)) % BLOCK;
    this.bodyLeft = stored;
    this.given = 0;
    this.body = body;
    if (body === undefined || stored === 0 || body.limit <= 0) this.endBody();
    else this.state = 'body';
  }

  private block(bytes: Buffer, at: number, words: Uint32Array | undefined, offset: number): void {
    this.witness?.(offset, bytes.subarray(at, at + BLOCK));
    if (this.sparseBlocks !== undefined) {
      this.sparseBlock(bytes, at);
      return;
    }
    const sum = blockSum(bytes, at, words);
    if (sum === 0) {
      this.linkBody = 0;
      this.zeroBlocks += 1;
      return;
    }
    if (!checksumAgrees(bytes, at, sum)) {
      if (this.linkBody > 0) {
        this.skip = Math.ceil(this.linkBody / BLOCK) * BLOCK - BLOCK;
        this.pad = 0;
        this.linkBody = 0;
        if (this.skip > 0) this.state = 'skip';
        return;
      }
      if (this.zeroBlocks >= 2) {
        // Behind the end mark other readers see nothing at all.
        this.state = 'stopped';
        this.sink.problem('archive-damaged', 'bytes behind the end of the archive are no archive', '');
        return;
      }
      this.stop('archive-damaged', 'a header does not agree with its checksum');
      return;
    }
    this.linkBody = 0;
    if (this.zeroBlocks >= 2 && !this.behind) {
      this.behind = true;
      // Engines end here, others read on: what stands behind may cover what engines unpack.
      this.sink.problem('archive-damaged', 'an archive behind the end of the archive, which container engines do not read', '', true);
    }
    this.zeroBlocks = 0;
    this.header(bytes, at);
  }

  private header(bytes: Buffer, at: number): void {
    const flag = bytes[at + 156] ?? 0;
    let size = numeric(bytes, at + 124, 12);
    if (isExtended(flag)) {
      this.startMeta(flag, size);
      return;
    }
    // V: the volume's label
    if (flag === 86) return;

    const pax = this.extended.records;
    if (pax?.size !== undefined) size = pax.size;
    if (!Number.isSafeInteger(size)) {
      this.stop('archive-damaged', 'a header states no valid size');
      return;
    }
    if (this.entries >= this.limits.entries) {
      this.stop('budget-exceeded', `more than ${this.limits.entries} entries`);
      return;
    }

    const entry = this.entry;
    entry.index = this.entries;
    entry.utf8 = pax?.utf8 !== false && this.extended.utf8;
    entry.linkTarget = '';
    entry.sparse = false;
    const sparse = pax === undefined ? undefined : sparseVersion(pax);
    const sparseName = sparse === undefined ? undefined : pax?.sparseName;
    entry.path = sparseName ?? this.extended.name ?? pax?.path ?? this.text(storedName(bytes, at));
    entry.mode = (octal(bytes, at + 100, 8) || 0) & 0o7777;
    let stored = 0;
    let map: number[] | undefined;
    let oldSparse = false;
    switch (flag) {
      case 49:
      case 50:
        entry.type = flag === 49 ? 'hardlink' : 'symlink';
        entry.linkTarget = this.extended.link ?? pax?.linkpath ?? this.text(fieldText(bytes, at + 157, 100));
        // A hard link may be followed by a body; engines in use read none.
        if (flag === 49) this.linkBody = size;
        entry.size = 0;
        break;
      case 51:
      case 52:
        entry.type = flag === 51 ? 'char' : 'block';
        break;
      case 53:
        entry.type = 'directory';
        break;
      case 54:
        entry.type = 'fifo';
        break;
      case 0:
      case 48:
      case 55:
        entry.type = flag === 0 && entry.path.endsWith('/') ? 'directory' : 'file';
        stored = size;
        break;
      case 83:
        entry.type = 'file';
        stored = size;
        oldSparse = true;
        break;
      default:
        entry.type = 'other';
        stored = size;
    }
    entry.size = entry.type === 'file' ? stored : 0;
    if (entry.type === 'file' && !oldSparse && sparse !== undefined) {
      entry.sparse = true;
      entry.size = pax?.sparseSize ?? stored;
      map = sparse === 1 ? undefined : (pax?.sparseMap ?? []);
    }
    if (oldSparse) {
      entry.sparse = true;
      entry.size = Math.min(numeric(bytes, at + 483, 12), Number.MAX_SAFE_INTEGER);
      if (Number.isNaN(entry.size)) {
        this.stop('archive-damaged', 'a sparse header states no valid size');
        return;
      }
    }
    this.entries += 1;
    const body = this.tell(entry);
    this.extended.clear();
    if (oldSparse) {
      this.startSparse(bytes, at, entry.size, stored, body);
      return;
    }
    if (stored === 0 && body === undefined) return;
    if (entry.sparse && body !== undefined) this.startBody(sparseBody(body, entry.size, stored, map), stored);
    else this.startBody(entry.type === 'file' ? body : undefined, stored);
  }

  private tell(entry: TarEntry): BodySink | undefined {
    if (entry.path.length > this.limits.nameBytes || entry.linkTarget.length > this.limits.nameBytes) {
      this.sink.problem('budget-exceeded', `a name is longer than ${this.limits.nameBytes} bytes`, `${entry.path.slice(0, 100)}…`);
      return undefined;
    }
    if (!entry.utf8) this.sink.problem('name-not-utf8', 'the name of a file is not UTF-8', entry.path);
    return this.sink.entry(entry);
  }

  private text(stored: Text): string {
    if (!stored.utf8) this.entry.utf8 = false;
    return stored.text;
  }

  private startMeta(flag: number, size: number): void {
    if (!Number.isSafeInteger(size)) {
      this.stop('archive-damaged', 'an extended header states no valid size');
      return;
    }
    this.headers += 1;
    if (size > this.limits.headerBytes) {
      this.stop('budget-exceeded', `an extended header is larger than ${this.limits.headerBytes} bytes`);
      return;
    }
    if (this.headers > this.limits.headers) {
      this.stop('budget-exceeded', `more than ${this.limits.headers} extended headers`);
      return;
    }
    this.metaType = flag;
    this.meta = Buffer.allocUnsafe(size);
    this.metaRead = 0;
    this.pad = (BLOCK - (size % BLOCK)) % BLOCK;
    this.state = 'meta';
    if (size === 0) this.endMeta(this.position + BLOCK);
  }

  private endMeta(offset: number): void {
    const body = this.meta;
    this.witness?.(offset - body.length, body);
    this.meta = Buffer.alloc(0);
    this.skip = this.pad;
    this.state = this.skip > 0 ? 'skip' : 'header';
    if (!this.extended.take(this.metaType, body)) this.stop('archive-damaged', 'an extended header contradicts itself');
  }

  /** Old GNU sparse: four pairs in the header, more in blocks behind it. */
  private startSparse(bytes: Buffer, at: number, size: number, stored: number, body: BodySink | undefined): void {
    this.sparseBlocks = [];
    this.sparseCount = 0;
    this.sparseSize = size;
    this.sparseStored = stored;
    this.sparseWanted = body;
    this.sparsePairs(bytes, at + 386, 4);
    if (bytes[at + 482] === 0) this.endSparse();
  }

  private sparseBlock(bytes: Buffer, at: number): void {
    this.sparseCount += 1;
    if (this.sparseCount > SPARSE_BLOCKS) {
      this.stop('budget-exceeded', 'the map of a sparse file is too long');
      return;
    }
    this.sparsePairs(bytes, at, 21);
    if (bytes[at + 504] === 0) this.endSparse();
  }

  private sparsePairs(bytes: Buffer, at: number, count: number): void {
    if (this.sparseWanted === undefined) return;
    for (let i = at; i < at + count * 24; i += 24) {
      if (bytes[i] === 0 && bytes[i + 12] === 0) return;
      this.sparseBlocks?.push(numeric(bytes, i, 12), numeric(bytes, i + 12, 12));
    }
  }

  private endSparse(): void {
    const body = this.sparseWanted;
    const map = this.sparseBlocks ?? [];
    this.sparseBlocks = undefined;
    this.sparseWanted = undefined;
    this.startBody(body && sparseBody(body, this.sparseSize, this.sparseStored, map), this.sparseStored);
  }
}
