// Mean of random look-ups in a pack of 300,000 rows, page cache warm: `node --import ./tools/ts-hook.mjs bench/lookups.ts STORE`.
import { performance } from 'node:perf_hooks';
import { commitPacks, openAdvisories, sourceBuilder } from '../src/sources/advisories/index.ts';

const [store] = process.argv.slice(2);
if (store === undefined) throw new Error('usage: bench/lookups.ts STORE (an empty folder)');
const packages = 30_000;
let state = 1;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state % below;
}
const title = { title: 'bench', licence: 'none', attribution: 'none' };
const rows = sourceBuilder({ id: 'bench', kind: 'advisories', ...title });
rows.emit.covers('npm', 'full');
for (let i = 0; i < 300_000; i++) {
  const ranges = [{ introduced: '0', fixed: `${random(9)}.${random(30)}.${random(20)}-${random(5)}` }];
  rows.emit.row({
    ecosystem: 'npm',
    name: `package-${i % packages}`,
    id: `CVE-${2010 + random(16)}-${1000 + random(40_000)}`,
    status: 'fixed',
    ranges,
  });
}
const scores = sourceBuilder({ id: 'first', kind: 'epss', ...title });
for (let i = 0; i < 360_000; i++)
  scores.emit.epss({
    cve: `CVE-${2002 + (i % 24)}-${String(1 + Math.floor(i / 24)).padStart(4, '0')}`,
    score: random(40) ** 3 / 1e5,
    percentile: random(100_000) / 1e5,
  });
const importedAt = new Date(0);
const began = performance.now();
const packs = [rows, scores].map((builder) => builder.write(store, { part: '', complete: true, importedAt }));
console.log(
  `write: ${Math.round(performance.now() - began)} ms; rows ${packs[0]?.rows} in ${packs[0]?.bytes} bytes; epss ${packs[1]?.rows} in ${packs[1]?.bytes} bytes`,
);
await commitPacks(store, packs, new Date());

const opened = performance.now();
const index = openAdvisories(store);
console.log(`open: ${(performance.now() - opened).toFixed(2)} ms`);
const names = Array.from({ length: 2000 }, () => `package-${random(packages)}`);
for (const round of ['first', 'warm', 'warm']) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  for (const name of names) index.rows('npm', [name]);
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${round}: 2,000 single look-ups, mean ${((performance.now() - start) / 2).toFixed(1)} µs, ${((user + system) / 2000).toFixed(1)} µs CPU`,
  );
}
const start = performance.now();
index.rows('npm', names.slice(0, 400));
console.log(`400 names in one batch: ${(performance.now() - start).toFixed(1)} ms`);
const cves = Array.from({ length: 500 }, (_, i) => `CVE-${2002 + (i % 24)}-${String(1 + random(15_000)).padStart(4, '0')}`);
const scored = performance.now();
const found = index.epss(cves).filter((score) => score !== undefined).length;
console.log(`500 EPSS scores: ${(performance.now() - scored).toFixed(1)} ms, ${found} found`);
