import { versionOrders } from '../../model/version/index.ts';
import { debianEcosystem } from './debian-releases.ts';
import { type Fields, isFields, parseJson, textOf, textsOf } from './fields.ts';
import type { Emit, Importer } from './importer.ts';
import { hasJsonKeys } from './json-keys.ts';

/** One changelog entry that names CVEs. */
interface Entry {
  readonly source: string;
  readonly version: string;
  /** The release that the entry was uploaded to, where its suite belongs to one. */
  readonly release: string | undefined;
  readonly cves: readonly string[];
}

/** Share of the release-specific entries that must agree before a list is taken for the changelogs of one release. */
const MAJORITY = 0.9;

/**
 * Fixes that Debian's maintainers name in their changelogs, mined from the packages of one release: a line an entry,
 * `{source, version, dist, date, cves[], doubtful?[]}`. Every entry of a changelog is an ancestor of the package that carries it, so an
 * upload to unstable tells of a fix in the release as well: which release, is told by the suites that belong to one, when nine tenths of
 * them agree. CVEs named beside words like "not affected" (`doubtful`) are not used. Says nothing of what is unfixed.
 */
export const importer: Importer = {
  id: 'debian-changelog',
  kind: 'advisories',
  title: 'Fixes named in Debian changelogs',
  licence: 'facts from package changelogs',
  attribution: 'Debian package maintainers',

  accepts(file) {
    const end = file.text.indexOf('\n');
    return hasJsonKeys(end === -1 ? file.text : file.text.slice(0, end), { source: '"', version: '"', dist: '"', cves: '[' });
  },

  read(file, emit) {
    const entries: Entry[] = [];
    for (const line of file.text.split('\n')) {
      if (line.trim() === '') continue;
      const parsed = parseJson(line);
      const entry = isFields(parsed) ? readEntry(parsed, emit) : undefined;
      if (entry === undefined) emit.skipped('line without a source, a version or CVEs', line.slice(0, 120));
      else entries.push(entry);
    }
    const release = majority(entries);
    const used = entries.filter((entry) => (release ?? entry.release) !== undefined);
    for (const entry of entries)
      if ((release ?? entry.release) === undefined)
        emit.skipped('the release of the list cannot be told', `${entry.source} ${entry.version}`);
    emitFixes(used, release, emit);
  },
};

function readEntry(line: Fields, emit: Emit): Entry | undefined {
  const source = textOf(line.source);
  const version = textOf(line.version);
  if (source === undefined || version === undefined || !Array.isArray(line.cves)) return undefined;
  const date = readDate(textOf(line.date) ?? '');
  if (date !== undefined) emit.dated(date);
  const doubtful = new Set(textsOf(line.doubtful));
  for (const cve of doubtful) emit.skipped('named beside words that deny a fix', `${source} ${version} ${cve}`);
  const cves = textsOf(line.cves).filter((cve) => /^CVE-\d{4}-\d{4,}$/.test(cve) && !doubtful.has(cve));
  return { source, version, release: debianEcosystem(textOf(line.dist) ?? ''), cves };
}

/** `Sat, 05 Apr 2025 16:09:38 +0200` or ISO 8601, the day alone. */
function readDate(text: string): string | undefined {
  const iso = /^\d{4}-\d{2}-\d{2}/.exec(text);
  if (iso !== null) return iso[0];
  const match = /(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})/.exec(text);
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].indexOf(match?.[2] ?? '') + 1;
  if (match?.[1] === undefined || month === 0) return undefined;
  return `${match[3]}-${String(month).padStart(2, '0')}-${match[1].padStart(2, '0')}`;
}

function majority(entries: readonly Entry[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { release } of entries) if (release !== undefined) counts.set(release, (counts.get(release) ?? 0) + 1);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts].find(([, count]) => count >= MAJORITY * all)?.[0];
}

/** One row a release, source and CVE: the lowest version on the release's own line where it names the CVE, else the lowest of its ancestors. */
function emitFixes(entries: readonly Entry[], listRelease: string | undefined, emit: Emit): void {
  const fixes = new Map<string, { ecosystem: string; name: string; id: string; version: string; own: boolean }>();
  for (const { source, version, release, cves } of entries) {
    const ecosystem = listRelease ?? release;
    if (ecosystem === undefined) continue;
    const own = release === ecosystem;
    for (const id of cves) {
      const key = `${ecosystem} ${source} ${id}`;
      const known = fixes.get(key);
      const better = known === undefined || (own === known.own ? versionOrders.deb.compare(version, known.version) < 0 : own && !known.own);
      if (better) fixes.set(key, { ecosystem, name: source, id, version, own });
    }
  }
  for (const { ecosystem, name, id, version } of fixes.values())
    emit.row({ ecosystem, name, id, status: 'fixed', ranges: [{ fixed: version }] });
  for (const ecosystem of new Set([...fixes.values()].map((fix) => fix.ecosystem)))
    emit.covers(ecosystem, 'partial', 'fixes named in changelogs only');
}
