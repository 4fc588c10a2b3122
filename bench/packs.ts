// Measures an import of a folder of feeds and look-ups in what it gave: `node --import ./tools/ts-hook.mjs bench/packs.ts FOLDER STORE`.
import { performance } from 'node:perf_hooks';
import { importAdvisories } from '../src/jobs/db-import.ts';
import { silentProgress } from '../src/model/ports.ts';
import { type Importer, openAdvisories } from '../src/sources/advisories/index.ts';

const [folder = '', store = ''] = process.argv.slice(2);
const modules = process.argv.slice(4);
const importers: Importer[] = [];
for (const id of modules.length > 0 ? modules : ['osv']) importers.push((await import(`../src/sources/advisories/${id}.ts`)).importer);
const cpu = process.cpuUsage();
const began = performance.now();
const clock = { now: () => new Date('2026-11-25T00:00:00Z') };
const result = await importAdvisories(
  { places: [folder] },
  { store, importers, progress: silentProgress, clock },
  new AbortController().signal,
);
const used = process.cpuUsage(cpu);
console.log(
  `import: ${Math.round(performance.now() - began)} ms wall, ${(used.user + used.system) / 1000} ms CPU, peak RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
);
for (const { source, part, rows, records, skipped } of result.sources)
  console.log(`  ${source} ${part}: ${rows} rows, ${records} records, ${skipped.count} skipped`);
for (const row of result.failed) console.log(`  failed ${row.source}: ${row.code} ${row.message}`);
for (const row of result.unused) console.log(`  unused ${row.path}: ${row.count} ${row.reason}`);

const at = performance.now();
const index = openAdvisories(store);
console.log(`open: ${(performance.now() - at).toFixed(2)} ms`);
const names = ['firefox', 'kernel', 'openssl-libs', 'bpftool', 'glibc', 'nginx', 'curl', 'python3', 'grafana', 'podman'];
index.rows('AlmaLinux:9', ['x']);
for (const eco of ['AlmaLinux:9', 'Go', 'Bitnami']) {
  const start = performance.now();
  let rows = 0;
  for (let i = 0; i < 200; i++) rows += index.rows(eco, [names[i % names.length] ?? '']).rows[0]?.length ?? 0;
  console.log(`${eco}: 200 look-ups of common names, mean ${((performance.now() - start) * 5).toFixed(1)} µs, ${rows} rows decoded`);
}
console.log(index.causes());
