import type { Analyzer, Fact, Learned, SeenFile } from '../../../model/analyzer.ts';
import type { PackageFact, SourcePackage } from '../../../model/package.ts';
import { type Collector, collectorFor, nothingLearned } from '../collector.ts';
import { couldBeLanguageEvidence } from '../evidence.ts';
import { ownedPaths } from '../owned-paths.ts';
import { forEachStanza, type Stanza } from '../stanzas.ts';

const STATUS = 'var/lib/dpkg/status';
const STATUS_FOLDER = 'var/lib/dpkg/status.d/';
const INFO_FOLDER = 'var/lib/dpkg/info/';
const MIB = 1024 * 1024;

const HINT = 'The record is not counted; compare with `dpkg-query -W` in the image.';

/**
 * States in which the files of the version in the record are there. `half-installed` (unpacking began and did not end) is neither there nor
 * absent: it becomes an unknown. `config-files` and `not-installed` leave no program behind and are not packages. Source: dpkg(1), "Package states".
 */
const PRESENT = new Set(['installed', 'triggers-pending', 'triggers-awaited', 'half-configured', 'unpacked']);
const ABSENT = new Set(['not-installed', 'config-files']);

/**
 * Installed packages of Debian and its relatives, and which of their files can be the evidence of a language package.
 * Format: deb-control(5) stanzas in `var/lib/dpkg/status`; in distroless images one file a package in `status.d/`, without `Status`,
 * beside `NAME.md5sums`; file lists are `info/NAME[:ARCH].list` (dpkg-query(1)).
 */
export const analyzer: Analyzer = {
  id: 'dpkg',
  version: 2,
  wants: [
    { path: STATUS, read: 'full', maxBytes: 256 * MIB },
    { under: STATUS_FOLDER, read: 'full', maxBytes: 16 * MIB, refine: (path) => (isMaintainerScript(path) ? 'skip' : 'full') },
    { under: INFO_FOLDER, read: 'full', maxBytes: 64 * MIB, refine: (path) => (path.endsWith('.list') ? 'full' : 'skip') },
  ],
  analyze(file) {
    if (file.path.startsWith(INFO_FOLDER)) return owned(file, file.path.slice(INFO_FOLDER.length, -'.list'.length), (line) => line);
    if (file.path.endsWith('.md5sums')) return owned(file, file.path.slice(STATUS_FOLDER.length, -'.md5sums'.length), pathOfSum);
    return packages(file);
  },
};

/** Beside its records, distroless keeps what `info/` holds elsewhere. */
function isMaintainerScript(path: string): boolean {
  return /\.(?:preinst|postinst|prerm|postrm|conffiles|config|templates|triggers|shlibs|symbols|list)$/.test(path);
}

function packages(file: SeenFile): Learned {
  const isFolder = file.path !== STATUS;
  const collector = collectorFor({ area: 'deb', path: file.path, hint: HINT });
  const wanted = ['Package', 'Status', 'Version', 'Architecture', 'Source', 'Multi-Arch'];
  let named = 0;
  let stanzas = 0;
  forEachStanza(file.bytes, { wanted, ignoreCase: true }, (stanza) => {
    stanzas++;
    if (stanza.fields.has('Package')) named++;
    takeStanza(stanza, isFolder ? file.path.slice(STATUS_FOLDER.length) : undefined, collector);
    return !collector.full;
  });
  // Something is in the file and none of it is a record: the database was seen, but nobody can say that it was read.
  const database: Fact = { kind: 'database', type: 'dpkg', read: (stanzas === 0 || named > 0) && !collector.full };
  const learned = collector.learned();
  return { facts: [database, ...learned.facts], skipped: learned.skipped };
}

function takeStanza(stanza: Stanza, fileName: string | undefined, collector: Collector): void {
  const name = stanza.fields.get('Package') ?? '';
  const version = stanza.fields.get('Version') ?? '';
  const where = name === '' ? `${stanza.line}` : `${stanza.line} ${name}`;
  // dpkg takes no such file ("duplicate value for field"), so which value holds is anyone's guess.
  if (stanza.contradicted !== undefined)
    collector.skip('a dpkg record that states two values of one field; the first was taken', `${where} (${stanza.contradicted})`, {
      blocking: true,
    });
  const state = stateOf(stanza, fileName !== undefined);
  if (state === 'absent') return;
  if (state === 'unclear') {
    const status = stanza.fields.get('Status') ?? '';
    collector.skip('a dpkg record whose state does not tell whether the files of this version are there', `${where} (${status})`);
  } else if (name === '') collector.skip('a dpkg record without a package name', where);
  else if (version === '') collector.skip('a dpkg record without a version', where);
  else collector.addPackage(packageFact(stanza, name, version, fileName), 'installed');
}

function stateOf(stanza: Stanza, statusOptional: boolean): 'present' | 'absent' | 'unclear' {
  const status = stanza.fields.get('Status');
  if (status === undefined) return statusOptional || !stanza.fields.has('Package') ? 'present' : 'unclear';
  const words = status.split(/\s+/);
  const state = words.length === 3 ? (words[2] ?? '') : '';
  if (PRESENT.has(state)) return 'present';
  return ABSENT.has(state) ? 'absent' : 'unclear';
}

function packageFact(stanza: Stanza, name: string, version: string, fileName: string | undefined): PackageFact {
  const arch = stanza.fields.get('Architecture');
  const source = sourceOf(stanza.fields.get('Source'), name, version);
  const listed = stanza.fields.get('Multi-Arch') === 'same' && arch !== undefined ? `${name}:${arch}` : name;
  const key = fileName ?? listed;
  return {
    type: 'deb',
    name,
    version,
    ...(arch === undefined || arch === '' ? {} : { arch }),
    ...(source === undefined ? {} : { source }),
    ...(key === name ? {} : { key }),
  };
}

/** `Source: name` or `name (version)`; absent = the binary's own. Source: deb-control(5), "Source". */
function sourceOf(field: string | undefined, name: string, version: string): SourcePackage | undefined {
  if (field === undefined || field === '') return undefined;
  const open = field.indexOf('(');
  const close = field.lastIndexOf(')');
  const sourceName = (open < 0 ? field : field.slice(0, open)).trim();
  const stated = open >= 0 && close > open ? field.slice(open + 1, close).trim() : '';
  const source = { name: sourceName === '' ? name : sourceName, version: stated === '' ? version : stated };
  return source.name === name && source.version === version ? undefined : source;
}

function owned(file: SeenFile, key: string, toPath: (line: string) => string): Learned {
  const paths = ownedPaths(file.bytes, toPath, couldBeLanguageEvidence);
  return paths.length === 0 ? nothingLearned : { facts: [{ kind: 'owned-files', key, paths }], skipped: [] };
}

/** `md5sums` lines: digest, two spaces, path. */
function pathOfSum(line: string): string {
  return /^[0-9a-f]{32} [ *]/i.test(line) ? line.slice(34) : '';
}
