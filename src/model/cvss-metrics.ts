/** The metrics of a version in the order of its specification, with the values each may take. */
export type MetricTable = readonly (readonly [name: string, values: readonly string[]])[];

/** One chosen value a metric. */
export type Metrics = ReadonlyMap<string, string>;

/**
 * Splits `AV:N/AC:L/…` by a table; `undefined` on a metric or value that the table lacks, on a metric given twice,
 * and, where `ordered`, on metrics out of the table's order.
 */
export function readMetrics(text: string, table: MetricTable, ordered: boolean): Metrics | undefined {
  const metrics = new Map<string, string>();
  let last = -1;
  for (const part of text.split('/')) {
    const colon = part.indexOf(':');
    const name = part.slice(0, colon);
    const value = part.slice(colon + 1);
    const at = table.findIndex(([known]) => known === name);
    if (colon === -1 || at === -1 || metrics.has(name) || !table[at]?.[1].includes(value)) return undefined;
    if (ordered && at < last) return undefined;
    last = at;
    metrics.set(name, value);
  }
  return metrics;
}

/** Whether every one of these metrics is given. */
export function hasAll(metrics: Metrics, names: readonly string[]): boolean {
  return names.every((name) => metrics.has(name));
}
