import type { AdvisoryStatus, VersionRange } from '../../model/advisory.ts';
import { debianEcosystem } from './debian-releases.ts';
import { summaryOf } from './fields.ts';
import type { Emit, Importer } from './importer.ts';

/** One `[release] - package version` line. */
interface Fix {
  readonly release: string;
  readonly name: string;
  readonly version: string;
}
interface Advisory {
  /** `DSA-5356` */
  readonly base: string;
  readonly revision: number;
  readonly id: string;
  readonly title: string;
  /** `YYYY-MM-DD`, where the heading's date can be read. */
  readonly date: string | undefined;
  readonly cves: Set<string>;
  readonly fixes: Fix[];
}

const heading = /^\[([^\]]{1,40})\] ((D(?:SA|LA|TSA)-\d+)(?:-(\d+))?) (.*)$/;
const cveLine = /^\s+\{([^}]*)\}\s*$/;
const fixLine = /^\s+\[([a-z]+)\] - (\S+)\s+(\S+)/;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Lists of Debian's security advisories (DSA), those of long-term support (DLA) and of the former testing team (DTSA).
 * Source: Debian security tracker, `data/DSA/list` and its siblings; syntax in the tracker's "Introduction", section on DSA lists.
 */
export const importer: Importer = {
  id: 'debian-dsa',
  kind: 'advisories',
  title: 'Debian security advisories (DSA, DLA, DTSA lists)',
  licence: 'Debian, permissive terms',
  attribution: 'Debian security team and Debian LTS team',

  accepts(file) {
    return /^\[[^\]\n]{1,40}\] D(?:SA|LA|TSA)-\d+/m.test(file.text.slice(0, 4096));
  },

  read(file, emit) {
    const advisories = readList(file.text, emit);
    const newest = advisories.reduce((last, { date }) => (date !== undefined && date > last ? date : last), '');
    if (newest !== '') emit.dated(newest);
    const releases = new Set<string>();
    for (const revisions of groupByNumber(advisories).values()) emitAdvisory(revisions, releases, emit);
    // the testing team's list ended in 2011 and speaks of releases that the other lists cover: its date must not stand for theirs
    if (advisories.every(({ base }) => base.startsWith('DTSA-'))) return;
    for (const ecosystem of [...releases].sort())
      emit.covers(ecosystem, 'partial', `fixed advisories only, up to ${newest || 'an unknown date'}`);
  },
};

function readList(text: string, emit: Emit): Advisory[] {
  const advisories: Advisory[] = [];
  for (const line of text.split('\n')) {
    const current = advisories.at(-1);
    const head = heading.exec(line);
    if (head !== null) {
      const [, date = '', id = '', base = '', revision = '1', title = ''] = head;
      advisories.push({ base, revision: Number(revision), id, title, date: readDate(date), cves: new Set(), fixes: [] });
      continue;
    }
    const cves = cveLine.exec(line)?.[1];
    if (cves !== undefined && current !== undefined) {
      for (const id of cves.split(/\s+/)) if (/^[A-Z]+-[\w-]+$/.test(id)) current.cves.add(id);
      continue;
    }
    const fix = fixLine.exec(line);
    if (fix !== null && current !== undefined) {
      const [, release = '', name = '', version = ''] = fix;
      current.fixes.push({ release, name, version });
      continue;
    }
    if (line.trim() !== '' && !/^\s*(?:NOTE|TODO)\b/.test(line)) emit.skipped('line outside the syntax of the list', line.slice(0, 120));
  }
  return advisories;
}

/** `01 Apr 2023`, or `August 26th, 2005` in the oldest list. */
function readDate(text: string): string | undefined {
  const match = /^(\d{1,2})\s+([A-Za-z]{3})[a-z]*\.?,?\s+(\d{4})$/.exec(text.trim());
  const other = /^([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/.exec(text.trim());
  const day = match?.[1] ?? other?.[2];
  const month = months.indexOf((match?.[2] ?? other?.[1] ?? '').toLowerCase()) + 1;
  const year = match?.[3] ?? other?.[3];
  return day === undefined || year === undefined || month === 0
    ? undefined
    : `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function groupByNumber(advisories: readonly Advisory[]): Map<string, Advisory[]> {
  const groups = new Map<string, Advisory[]>();
  for (const advisory of advisories) {
    const group = groups.get(advisory.base);
    if (group === undefined) groups.set(advisory.base, [advisory]);
    else group.push(advisory);
  }
  for (const group of groups.values()) group.sort((a, b) => a.revision - b.revision);
  return groups;
}

/**
 * Rows of all revisions of one advisory. A later revision (`-2`) takes the place of what an earlier one said of the same release and
 * package: of the CVEs that it names. One that names none (a regression update) stands under its own number and leaves the fixes as they are.
 */
function emitAdvisory(revisions: readonly Advisory[], releases: Set<string>, emit: Emit): void {
  const said = new Map<string, { id: string; fix: Fix; ecosystem: string; from: Advisory }>();
  for (const advisory of revisions) {
    for (const fix of advisory.fixes) {
      const ecosystem = debianEcosystem(fix.release);
      if (ecosystem === undefined) {
        emit.skipped('release that is not known', `${advisory.id} [${fix.release}]`);
        continue;
      }
      releases.add(ecosystem);
      const place = `${ecosystem} ${fix.name} `;
      const ids = advisory.cves.size > 0 ? [...advisory.cves] : [advisory.id];
      for (const id of ids) said.set(`${place}${id}`, { id, fix, ecosystem, from: advisory });
    }
  }
  for (const { id, fix, ecosystem, from } of said.values()) {
    const notices = id === from.id ? {} : { advisoryIds: [from.id] };
    emit.row({ ecosystem, name: fix.name, id, ...readVersion(fix.version), ...notices });
  }
  for (const advisory of revisions) {
    const summary = summaryOf(advisory.title);
    emit.record({
      id: advisory.id,
      aliases: [],
      ...(summary === undefined ? {} : { summary }),
      ...(advisory.date === undefined ? {} : { published: advisory.date }),
    });
  }
}

function readVersion(version: string): { readonly status: AdvisoryStatus; readonly ranges: readonly VersionRange[] } {
  switch (version) {
    case '<not-affected>':
      return { status: 'not_affected', ranges: [] };
    case '<end-of-life>':
      return { status: 'end_of_life', ranges: [{}] };
    case '<unfixed>':
      return { status: 'affected', ranges: [{}] };
    default:
      return { status: 'fixed', ranges: [{ fixed: version }] };
  }
}
