import { dateOf, type Fields, fieldsIn, fieldsOf, isFields, parseJson, textOf, textsOf } from './fields.ts';
import type { Emit, Importer } from './importer.ts';
import { hasJsonKeys } from './json-keys.ts';

/** Ids of the same vulnerability in another data base; what is not one of these (`XSA-492`, `TALOS-…`) is a notice and may cover several CVEs. */
const sameVulnerability = /^(?:GHSA-[\w-]+|RUSTSEC-\d{4}-\d+|PYSEC-\d{4}-\d+|GO-\d{4}-\d+)$/;
const cvePattern = /^CVE-\d{4}-\d{4,}$/;
const idPattern = /^[A-Z][A-Za-z]*-[A-Za-z0-9][\w.-]*$/;

/**
 * Alpine's security database: per branch and repository, the version of each origin package in which an id is fixed; version `0` says that
 * the package never was affected. Source: secdb.alpinelinux.org, `<branch>/<repository>.json`; aports, `secfixes` comments.
 * One document a file, one a line, or an array of documents.
 */
export const importer: Importer = {
  id: 'alpine-secdb',
  kind: 'advisories',
  title: 'Alpine security database',
  licence: 'CC-BY-SA-4.0',
  attribution: 'Alpine Linux developers, Alpine secdb',

  accepts(file) {
    if (!file.text.includes('"distroversion"')) return false;
    return hasJsonKeys(file.text, { distroversion: '"', packages: '[' }) || /^\s*\[\s*\{/.test(file.text);
  },

  read(file, emit) {
    const whole = parseJson(file.text);
    const documents =
      whole === undefined
        ? file.text
            .split('\n')
            .filter((line) => line.trim() !== '')
            .map(parseJson)
        : Array.isArray(whole)
          ? whole
          : [whole];
    for (const document of documents) {
      const branch = isFields(document) ? textOf(document.distroversion) : undefined;
      if (isFields(document) && branch !== undefined) readDocument(document, `Alpine:${branch}`, emit);
      else emit.skipped('document without a branch', file.path);
    }
  },
};

function readDocument(document: Fields, ecosystem: string, emit: Emit): void {
  readCoverage(document, ecosystem, emit);
  for (const entry of fieldsIn(document.packages)) {
    const pkg = fieldsOf(entry.pkg);
    const name = textOf(pkg.name);
    if (name === undefined) {
      emit.skipped('package without a name', ecosystem);
      continue;
    }
    for (const [version, list] of Object.entries(fieldsOf(pkg.secfixes))) {
      for (const text of textsOf(list)) readFix(text, version.trim(), { ecosystem, name }, emit);
    }
  }
}

/** The data base itself says nothing of its own age; a copy made from the sources of the packages says from which commit. */
function readCoverage(document: Fields, ecosystem: string, emit: Emit): void {
  if (!isFields(document._source)) {
    emit.covers(ecosystem, 'full');
    return;
  }
  const date = dateOf(document._source.date);
  const state = textOf(document._source.state) ?? 'unknown state';
  if (date !== undefined) emit.published(date);
  const head = /^(?:stable branch|master) head$/.test(state) ? 'branch' : state;
  emit.covers(ecosystem, 'partial', `${head} as of ${date?.slice(0, 10) ?? 'an unknown date'}`);
}

/** One string holds an id, or several ids of one matter, or words beside them (`CVE-2019-1 (+ regression fix)`). */
function readFix(text: string, version: string, where: { readonly ecosystem: string; readonly name: string }, emit: Emit): void {
  const ids = text.split(/[\s,;()]+/).filter((word) => idPattern.test(word));
  const cves = ids.filter((id) => cvePattern.test(id));
  const rows = cves.length > 0 ? cves : ids.slice(0, 1);
  if (rows.length === 0) {
    emit.skipped('entry without an id', `${where.name} ${version}: ${text.slice(0, 80)}`);
    return;
  }
  const others = ids.filter((id) => !rows.includes(id));
  const aliases = rows.length === 1 ? others.filter((id) => sameVulnerability.test(id)) : [];
  const notices = others.filter((id) => !aliases.includes(id));
  const verdict =
    version === '0' ? { status: 'not_affected' as const, ranges: [] } : { status: 'fixed' as const, ranges: [{ fixed: version }] };
  for (const id of new Set(rows)) emit.row({ ...where, id, ...verdict, ...(notices.length > 0 ? { advisoryIds: notices } : {}) });
  const [id] = rows;
  if (aliases.length > 0 && id !== undefined) emit.record({ id, aliases });
}
