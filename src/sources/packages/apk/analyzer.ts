import type { Analyzer, Fact, SeenFile } from '../../../model/analyzer.ts';
import { type Collector, collectorFor } from '../collector.ts';
import { couldBeLanguageEvidence } from '../evidence.ts';
import { normalisePath } from '../owned-paths.ts';

const MIB = 1024 * 1024;
const COLON = 58;
const NEWLINE = 10;

/**
 * Installed packages of Alpine and its relatives, with those of their files that can be the evidence of a language package.
 * Format: apk-tools, `lib/apk/db/installed` (newer: `usr/lib/apk/db/installed`): blank-line stanzas of `KEY:value`; `P` name, `V` version,
 * `A` architecture, `o` origin (the source package), `L` licence, `F` a folder, `R` a file in the folder named last.
 * Virtual packages (`.build-deps`) are records like others and are kept as such.
 */
export const analyzer: Analyzer = {
  id: 'apk',
  version: 2,
  wants: [
    { path: 'lib/apk/db/installed', read: 'full', maxBytes: 256 * MIB },
    { path: 'usr/lib/apk/db/installed', read: 'full', maxBytes: 256 * MIB },
  ],
  analyze(file) {
    const collector = collectorFor({
      area: 'apk',
      path: file.path,
      hint: 'The record is not counted; compare with `apk info -v` in the image.',
    });
    const seen = readRecords(file, collector);
    const database: Fact = { kind: 'database', type: 'apk', read: (seen.records === 0 || seen.named > 0) && !collector.full };
    const learned = collector.learned();
    return { facts: [database, ...learned.facts], skipped: learned.skipped };
  },
};

interface ApkRecord {
  readonly line: number;
  readonly values: Map<string, string>;
  folder: string;
  readonly paths: string[];
}

function readRecords(file: SeenFile, collector: Collector): { records: number; named: number } {
  const buffer = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength);
  let record: ApkRecord | undefined;
  let records = 0;
  let named = 0;
  let line = 0;
  let start = 0;
  const close = () => {
    if (record === undefined) return;
    records++;
    if (record.values.has('P')) named++;
    takeRecord(record, collector);
    record = undefined;
  };
  while (start < buffer.length && !collector.full) {
    line++;
    const newline = buffer.indexOf(NEWLINE, start);
    const end = newline < 0 ? buffer.length : newline;
    if (end === start || (end === start + 1 && buffer[start] === 13)) close();
    else {
      record ??= { line, values: new Map(), folder: '', paths: [] };
      if (buffer[start + 1] === COLON) takeLine(record, buffer, start, end);
    }
    start = end + 1;
  }
  close();
  return { records, named };
}

/** Lines of other keys, most of a database, are passed over without making a string. */
function takeLine(record: ApkRecord, buffer: Buffer, start: number, end: number): void {
  const key = String.fromCharCode(buffer[start] ?? 0);
  if (key === 'F') record.folder = buffer.toString('utf8', start + 2, end).trim();
  else if (key === 'R') {
    // Folders come by the hundred, files by the thousand: the name alone tells most of them apart.
    const name = buffer.toString('utf8', start + 2, end).trim();
    if (!/^(?:package\.json|METADATA|RECORD|PKG-INFO|.*\.egg-info)$/.test(name)) return;
    const path = normalisePath(record.folder === '' ? name : `${record.folder}/${name}`);
    if (couldBeLanguageEvidence(path)) record.paths.push(path);
    // Of two values the last holds, as in apk. Source: apk-tools, src/package.c, `apk_pkg_add_info`.
  } else if (key === 'P' || key === 'V' || key === 'A' || key === 'o' || key === 'L')
    record.values.set(key, buffer.toString('utf8', start + 2, end).trim());
}

function takeRecord({ line, values, paths }: ApkRecord, collector: Collector): void {
  const name = values.get('P') ?? '';
  const version = values.get('V') ?? '';
  if (name === '' || version === '') {
    collector.skip(`an apk record without a ${name === '' ? 'package name' : 'version'}`, name === '' ? `${line}` : `${line} ${name}`);
    return;
  }
  const arch = values.get('A') ?? '';
  const origin = values.get('o') ?? '';
  const license = values.get('L') ?? '';
  collector.addPackage(
    {
      type: 'apk',
      name,
      version,
      ...(arch === '' ? {} : { arch }),
      ...(origin === '' || origin === name ? {} : { source: { name: origin, version } }),
      ...(license === '' ? {} : { licenses: [license] }),
    },
    'installed',
  );
  if (paths.length > 0) collector.add({ kind: 'owned-files', key: name, paths });
}
