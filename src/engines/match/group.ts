import type { AdvisoryRecord, AdvisoryRow } from '../../model/advisory.ts';
import { compareText } from '../../model/unknown.ts';

/** Records by id, as far as the data knows them. */
export type Records = ReadonlyMap<string, AdvisoryRecord>;

/** Rows that speak of one vulnerability in one package. */
export interface Group {
  /** Every id of it, sorted by {@link compareIds}. Ids that only a record with several CVEs brings are left out: see {@link namesOf}. */
  readonly ids: readonly string[];
  readonly rows: readonly AdvisoryRow[];
}

const cve = /^CVE-(\d{4})-(\d{4,})$/;

/** Whether an id is a CVE number. Source: CVE record format. */
export function isCve(id: string): boolean {
  return cve.test(id);
}

/** Order in which an id stands for a vulnerability: CVE by year and number, GHSA, then all others by text. */
export function compareIds(a: string, b: string): number {
  return rank(a) - rank(b) || compareCves(a, b) || compareText(a, b);
}

function rank(id: string): number {
  return isCve(id) ? 0 : id.startsWith('GHSA-') ? 1 : 2;
}

function compareCves(a: string, b: string): number {
  const left = cve.exec(a);
  const right = cve.exec(b);
  return left === null || right === null ? 0 : Number(left[1]) - Number(right[1]) || Number(left[2]) - Number(right[2]);
}

/** A row's id and what its record calls it besides. Never `related`. */
export function namesOf(row: AdvisoryRow, records: Records): readonly string[] {
  return [row.id, ...(records.get(row.id)?.aliases ?? [])];
}

/**
 * Groups a distribution's rows: by CVE, where a row has one, else by its own id. Never through other shared names: one notice
 * (DSA, XSA) covers several CVEs whose fixes differ.
 */
export function groupByCve(rows: readonly AdvisoryRow[], records: Records): Group[] {
  const groups = new Map<string, AdvisoryRow[]>();
  for (const row of rows) {
    const key = isCve(row.id) ? row.id : (records.get(row.id)?.aliases.find(isCve) ?? row.id);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups].map(([key, members]) => ({
    ids: key === members[0]?.id ? [key] : [key, ...new Set(members.map((row) => row.id))],
    rows: members,
  }));
}

/**
 * Groups the rows of one language package: what id and aliases join is one vulnerability (union-find).
 * A record that names several CVEs joins nothing with them: it stands with its first CVE, else two vulnerabilities would become one.
 */
export function groupByAlias(rows: readonly AdvisoryRow[], records: Records): Group[] {
  const parent = new Map<string, string>();
  const find = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    parent.set(id, root);
    return root;
  };
  const keys = rows.map((row) => joinNames(namesOf(row, records), parent, find));
  for (const row of rows) {
    for (const name of namesOf(row, records)) {
      const record = records.get(name);
      if (record !== undefined && name !== row.id) joinNames([name, ...record.aliases], parent, find);
    }
  }
  const groups = new Map<string, { ids: Set<string>; rows: AdvisoryRow[] }>();
  for (const [at, row] of rows.entries()) {
    const root = find(keys[at] ?? row.id);
    const group = groups.get(root) ?? { ids: new Set<string>(), rows: [] };
    group.rows.push(row);
    groups.set(root, group);
  }
  for (const id of parent.keys()) groups.get(find(id))?.ids.add(id);
  return [...groups.values()].map((group) => ({ ids: [...group.ids].sort(compareIds), rows: group.rows }));
}

/** Joins the names of one record and gives the name that stands for it. */
function joinNames(names: readonly string[], parent: Map<string, string>, find: (id: string) => string): string {
  const cves = names.filter(isCve);
  const [first] = cves;
  if (first !== undefined && new Set(cves).size > 1) {
    find(first);
    return first;
  }
  const [own = ''] = names;
  for (const name of names) parent.set(find(name), find(own));
  return own;
}
