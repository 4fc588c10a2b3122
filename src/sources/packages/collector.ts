import type { Fact, Learned, Skip } from '../../model/analyzer.ts';
import type { Code } from '../../model/codes.ts';
import type { PackageFact } from '../../model/package.ts';

/** Records that one file may give. Debian's whole archive has about 70,000 packages, the largest lock files some 20,000. */
const MAX_RECORDS = 500_000;
/** Bad records that are named one by one; the rest of a hostile file is said in one line. */
const MAX_SKIPS = 1_000;
/** Characters of an example: enough to find the place, never a whole hostile line. */
const MAX_EXAMPLE = 120;

/** What a collector is told about the file at hand. */
export interface CollectorOptions {
  /** Ecosystem of the skips: `deb`, `npm`, `os`… */
  readonly area: string;
  /** Path of the file, first part of every example. */
  readonly path: string;
  /** Next step for the user, the same for every skip of the file. */
  readonly hint: string;
}

/** Gathers the facts and skips of one file within bounds. */
export interface Collector {
  /** How many packages were taken so far. */
  readonly packages: number;
  add(fact: Fact): void;
  addPackage(pkg: PackageFact, from: 'installed' | 'locked'): void;
  /** Names what could not be used. `where` is a line, a key or a name inside the file. */
  skip(reason: string, where: string, options?: { code?: Code; blocking?: boolean }): void;
  /** True when the file gave more than a reader allows: stop reading, the rest is already said to be unknown. */
  readonly full: boolean;
  learned(): Learned;
}

/** A collector for one file. */
export function collectorFor(options: CollectorOptions): Collector {
  const facts: Fact[] = [];
  const skipped: Skip[] = [];
  let packages = 0;
  let full = false;

  function push(code: Code, reason: string, where: string, blocking: boolean): void {
    const example = clip(where === '' ? options.path : `${options.path}:${where}`);
    skipped.push({ code, area: options.area, reason, hint: options.hint, example, blocking });
  }

  function stop(): void {
    if (full) return;
    full = true;
    push('file-too-large', `more than ${MAX_RECORDS} records in one file; the rest was not read`, '', true);
  }

  return {
    get packages() {
      return packages;
    },
    get full() {
      return full;
    },
    add(fact) {
      if (facts.length >= MAX_RECORDS) stop();
      else facts.push(fact);
    },
    addPackage(pkg, from) {
      if (facts.length >= MAX_RECORDS) stop();
      else {
        packages++;
        facts.push({ kind: 'package', package: pkg, from });
      }
    },
    skip(reason, where, { code = 'package-record-invalid', blocking = false } = {}) {
      if (skipped.length < MAX_SKIPS) push(code, reason, where, blocking);
      else if (skipped.length === MAX_SKIPS)
        push('package-record-invalid', `more than ${MAX_SKIPS} unusable records in one file; the rest is not listed`, where, blocking);
    },
    learned: () => ({ facts, skipped }),
  };
}

/** A result without facts or skips: the file said nothing. */
export const nothingLearned: Learned = { facts: [], skipped: [] };

/** One fact that something was seen and deliberately not taken for a package. */
export function counted(what: string): Learned {
  return { facts: [{ kind: 'counted', what }], skipped: [] };
}

function clip(text: string): string {
  return text.length <= MAX_EXAMPLE ? text : `${text.slice(0, MAX_EXAMPLE - 1)}…`;
}
