import type { AdvisoryRecord, AdvisoryRow, Coverage, EpssScore, KevEntry } from '../src/model/advisory.ts';
import type { Lifecycle } from '../src/model/distro.ts';
import type { AdvisoryIndex } from '../src/model/ports.ts';
import type { UnknownCause } from '../src/model/unknown.ts';

/** What a test puts into an index. */
export interface MemoryData {
  readonly rows?: readonly AdvisoryRow[];
  readonly records?: readonly AdvisoryRecord[];
  readonly coverage?: readonly Coverage[];
  readonly kev?: readonly KevEntry[];
  readonly epss?: readonly EpssScore[];
  readonly lifecycles?: readonly Lifecycle[];
  readonly sources?: readonly Coverage[];
  readonly causes?: readonly UnknownCause[];
}

/** An `AdvisoryIndex` over plain lists, for tests: no packs, no disk. Records of one id are merged, the first rating stands. */
export function memoryIndex(data: MemoryData): AdvisoryIndex {
  const rows = new Map<string, AdvisoryRow[]>();
  for (const row of data.rows ?? []) {
    const key = `${row.ecosystem}\0${row.name}`;
    const list = rows.get(key);
    if (list === undefined) rows.set(key, [row]);
    else list.push(row);
  }
  const records = new Map<string, AdvisoryRecord>();
  for (const record of data.records ?? []) {
    const former = records.get(record.id);
    records.set(
      record.id,
      former === undefined ? record : { ...record, ...former, aliases: [...new Set([...former.aliases, ...record.aliases])] },
    );
  }
  const coverage = new Map<string, Coverage[]>();
  for (const one of data.coverage ?? []) coverage.set(one.ecosystem, [...(coverage.get(one.ecosystem) ?? []), one]);
  const kev = new Map((data.kev ?? []).map((entry) => [entry.cve, entry]));
  const epss = new Map((data.epss ?? []).map((score) => [score.cve, score]));
  return {
    rows: (ecosystem, names) => ({
      rows: names.map((name) => rows.get(`${ecosystem}\0${name}`) ?? []),
      coverage: coverage.get(ecosystem) ?? [],
    }),
    records: (ids) => ids.map((id) => records.get(id)),
    kev: (cves) => cves.map((cve) => kev.get(cve)),
    epss: (cves) => cves.map((cve) => epss.get(cve)),
    lifecycle: (product, cycle) => (data.lifecycles ?? []).find((one) => one.product === product && one.cycle === cycle),
    sources: () => data.sources ?? [],
    causes: () => data.causes ?? [],
  };
}
