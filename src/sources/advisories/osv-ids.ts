import { type Fields, textOf, textsOf } from './fields.ts';

/** Under which ids the rows of a record go, and what is known of the record's own id. */
export interface RecordIds {
  /** The record's own id. */
  readonly own: string;
  /** One row a package goes under each of these. */
  readonly rows: readonly string[];
  /** Notices to name beside each row: the record's own id where rows go under others, and the notices that it names. */
  readonly notices: readonly string[];
  /** Ids of the same vulnerability. Empty for a notice: the CVEs that it covers are not the same as each other. */
  readonly aliases: readonly string[];
  /** Why the record is about no vulnerability at all. */
  readonly refused?: string;
}

/** Records that are a distribution's word on one CVE, named after it. */
const echo = /^(?:DEBIAN|ALPINE|UBUNTU)-(CVE-\d{4}-\d{4,})$/;
/** Notices that cover any number of CVEs, whatever field they list them in. */
const notice = /^(?:DSA|DLA|DTSA|ELA|USN|LSN|AL[SBE]A|R[LXHO][SBE]A|SUSE-[A-Z]+|openSUSE-[A-Z]+|ELSA|ALAS\w*|MGASA|OESA)[-:]/;
/** Bug-fix and enhancement notices of the same series. */
const otherNotice = /^(?:AL|R[LXHO])[BE]A-/;
const noticeNumber = /^(?:DSA|DLA|DTSA|USN|LSN)-\d/;
const cve = /^CVE-\d{4}-\d{4,}$/;

/**
 * Decides under which ids a record's rows go.
 * A notice covers the CVEs that it lists (AlmaLinux and Rocky in `related`, Ubuntu, Debian and Homebrew in `upstream`, older Debian ones in
 * `aliases`): one row each, and never an alias, since that would make one vulnerability of them all. Every other record stands under its own id.
 */
export function readIds(record: Fields, own: string): RecordIds {
  const aliases = unique(textsOf(record.aliases).map(plain)).filter((id) => id !== own);
  const upstream = unique(textsOf(record.upstream).map(plain)).filter((id) => id !== own);
  const related = unique(textsOf(record.related).map(plain));

  const echoed = echo.exec(own)?.[1];
  if (echoed !== undefined) return { own, rows: [echoed], notices: [own, ...related.filter((id) => noticeNumber.test(id))], aliases: [] };
  const covered = notice.test(own) ? unique([...upstream, ...related, ...aliases]).filter((id) => cve.test(id)) : cvesFirst(upstream);
  if (covered.length > 0) return { own, rows: covered, notices: [own], aliases: [] };
  if (otherNotice.test(own)) return { own, rows: [], notices: [], aliases: [], refused: 'bug-fix or enhancement notice without a CVE' };
  return { own, rows: [own], notices: [], aliases: notice.test(own) ? [] : aliases };
}

/** `UBUNTU-CVE-2021-3782` in a list of covered ids means the CVE. */
function plain(id: string): string {
  return echo.exec(id)?.[1] ?? id;
}

/** The CVEs of a list, else the whole of it (CleanStart names GitHub advisories). */
function cvesFirst(ids: readonly string[]): readonly string[] {
  const cves = ids.filter((id) => cve.test(id));
  return cves.length > 0 ? cves : ids;
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

/** A record's id, when it looks like one: no white space, not longer than any publisher's. */
export function readId(record: Fields): string | undefined {
  const id = textOf(record.id);
  return id !== undefined && id.length <= 200 && !/\s/.test(id) ? id : undefined;
}
