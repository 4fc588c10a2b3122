import type { FileFacts, SeenFile, Skip, WantedRead } from '../../model/analyzer.ts';
import type { Code } from '../../model/codes.ts';
import { type Content, magicFits } from './walk-layer-content.ts';
import { bytesNeeded, strongest, type WantedFile } from './want-table.ts';

/** Named examples of one kind of problem that are kept one by one; the rest stands in one row. */
const EXAMPLES = 100;

/** Problems of a layer: a bounded list, and never a silent one. */
export class Problems {
  private readonly rows: Skip[] = [];
  private readonly counts = new Map<string, { first: Skip; more: number; seen: number }>();

  add(skip: Skip): void {
    const key = `${skip.code} ${skip.area} ${skip.reason}`;
    const count = this.counts.get(key);
    if (count === undefined) this.counts.set(key, { first: skip, more: 0, seen: 1 });
    else if (count.seen < EXAMPLES) count.seen += 1;
    else {
      count.more += 1;
      return;
    }
    this.rows.push(skip);
  }

  list(): Skip[] {
    const more = [...this.counts.values()].filter((count) => count.more > 0);
    return [
      ...this.rows,
      ...more.map(({ first, more: rest }) => ({ ...first, example: `${first.example} and ${rest + EXAMPLES - 1} more` })),
    ];
  }
}

/** A skip about the archive itself. */
export function archiveSkip(code: Code, reason: string, example: string, blocking = false): Skip {
  return { code, area: 'image', reason, hint: hints[code] ?? '', example, blocking };
}

const hints: Partial<Record<Code, string>> = {
  'archive-truncated': 'Pull or save the image again; the transfer was probably interrupted.',
  'archive-damaged': 'Pull or save the image again.',
  'budget-exceeded': 'The layer is larger than any layer seen in use; look at what built it.',
  'file-unreadable': 'Look at the file by hand.',
  'name-not-utf8': 'The file is read under a name in which wrong bytes are replaced.',
  'link-unresolved': 'The file has a second name whose content could not be reached.',
  'file-sparse': 'Look at the file by hand.',
};

/** What one file came to: facts of each analyzer, and whom it failed. */
export interface Examined {
  readonly facts: FileFacts[];
  readonly skipped: Skip[];
}

/**
 * Gives a file to every analyzer that wants it. A file beyond an analyzer's budget is a skip of that analyzer; one that throws, which
 * is a fault of ours, costs this file alone.
 */
export function examine(path: string, size: number, mode: number, sparse: boolean, wanted: WantedFile, content: Content): Examined {
  const facts: FileFacts[] = [];
  const skipped: Skip[] = [];
  const longest = Math.max(...wanted.reads.map((read) => read.magic.length));
  const head = longest === 0 ? undefined : content.range(0, longest);
  for (const read of strongest(wanted.reads.filter((one) => head === undefined || magicFits(one, head)))) {
    const id = read.analyzer.id;
    if (read.mode !== 'head' && size > read.maxBytes) {
      skipped.push(tooLarge(path, size, sparse, read));
      continue;
    }
    try {
      const learned = read.analyzer.analyze(seenFile(path, size, mode, read, content));
      if (learned.facts.length > 0 || learned.skipped.length > 0)
        facts.push({ path, analyzer: id, facts: learned.facts, skipped: learned.skipped });
    } catch (error) {
      const why = error instanceof Error ? error.message.slice(0, 200) : 'no reason given';
      skipped.push({
        code: 'package-record-invalid',
        area: id,
        reason: `the ${id} analyzer failed: ${why}`,
        hint: 'This is a fault of Plimsoll; please report it.',
        example: path,
        blocking: read.exact,
      });
    }
  }
  return { facts, skipped };
}

function seenFile(path: string, size: number, mode: number, read: WantedRead, content: Content): SeenFile {
  const length = Math.min(content.length, bytesNeeded(read, size));
  const bytes =
    read.mode === 'spill' ? new Uint8Array(0) : content.range(0, read.mode === 'head' ? Math.min(read.headBytes, length) : length);
  return {
    path,
    size,
    mode,
    bytes,
    range(offset, count) {
      const start = Math.max(0, offset);
      return start >= content.length || count <= 0 ? new Uint8Array(0) : content.range(start, Math.min(count, content.length - start));
    },
  };
}

function tooLarge(path: string, size: number, sparse: boolean, read: WantedRead): Skip {
  const budget = `${Math.round(read.maxBytes / 1024)} KiB`;
  return {
    code: sparse ? 'file-sparse' : 'file-too-large',
    area: read.analyzer.id,
    reason: sparse ? `a sparse file claims more than the budget of ${budget}` : `a file is larger than its budget of ${budget}`,
    hint: 'Look at the file by hand.',
    example: `${path} (${size} bytes)`,
    // What a package manager or a runtime would read, whatever its size: a package could stand there unseen.
    blocking: true,
  };
}
