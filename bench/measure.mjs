// Measures the published figures: `node bench/measure.mjs IMAGEDIR FLOOR ADVISORIES [IMAGE]` (IMAGEDIR made by bench/image/make.sh; FLOOR the script that does
// the least any scanner must do; ADVISORIES a folder of advisory data;
// IMAGE the same image in the container engine, to compare its JSON as well). CPU time is user + system and RSS the maximum, both of `/usr/bin/time`;
// each figure is the median of five runs. Prints a Markdown table. Nothing else should run meanwhile; look at the CPU time, not at the clock.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [images, floorScript, advisories, reference] = process.argv.slice(2);
if (advisories === undefined) throw new Error('usage: node bench/measure.mjs IMAGEDIR FLOOR ADVISORIES [IMAGE]');
const work = mkdtempSync(join(tmpdir(), 'plimsoll-measure-'));
const cache = join(work, 'cache');
const env = { ...process.env, PLIMSOLL_CACHE_DIR: cache, XDG_CONFIG_HOME: join(work, 'config') };
const launcher = join(root, 'bin/plimsoll');
spawnSync(launcher, ['--version'], { stdio: ['ignore', 'ignore', 'inherit'] });
const main = join(root, '.build', readFileSync(join(root, '.build/current'), 'utf8').trim(), 'main.js');
const fixed = ['--offline', '--quiet', '--now', '2026-11-25T00:00:00Z'];
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** One run under /usr/bin/time: seconds by the clock, seconds of CPU, KiB. */
function once(command, input) {
  const file = join(work, 'time');
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const done = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', '-o', file, ...command], { env, input, stdio: [stdin, 'ignore', 'pipe'] });
  if (done.status !== 0) throw new Error(`${command.join(' ')}: exit ${done.status}: ${done.stderr}`);
  const [clock, user, system, rss] = readFileSync(file, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
  return { clock, cpu: user + system, rss };
}

function measure(command, { runs = 5, before = () => {} } = {}) {
  const seen = Array.from({ length: runs }, () => {
    before();
    return once(command);
  });
  return {
    clock: median(seen.map((one) => one.clock)),
    cpu: median(seen.map((one) => one.cpu)),
    rss: median(seen.map((one) => one.rss)) / 1024,
  };
}

const rows = [];
function row(what, { clock, cpu, rss }, note = '') {
  const line = `| ${what} | ${cpu.toFixed(2)} s | ${clock.toFixed(2)} s | ${rss.toFixed(0)} MiB | ${note} |`;
  rows.push(line);
  console.error(line);
}

const empty = join(work, 'empty.mjs');
writeFileSync(empty, '');
/** CPU of many starts together, in milliseconds a start: a single one is shorter than the clock of `time` can tell. */
function start(script, args, runs = 60) {
  const list = Array.from({ length: 5 }, () => {
    const shell = ['sh', '-c', `i=0; while [ $i -lt ${runs} ]; do node "$@" >/dev/null; i=$((i+1)); done`, 'sh', script, ...args];
    return (once(shell).cpu * 1000) / runs;
  });
  return median(list);
}

const imported = measure([launcher, 'db', 'import', advisories, ...fixed], {
  before: () => rmSync(join(cache, 'db'), { recursive: true, force: true }),
});
const status = JSON.parse(spawnSync(launcher, ['db', 'status', '--format', 'json', ...fixed], { env, encoding: 'utf8' }).stdout);
const count = (status.packs ?? status.sources ?? []).reduce((sum, pack) => sum + (pack.rows ?? 0), 0);
row('import of all advisory data at hand', imported, `${count} rows`);

const clearLayers = () => rmSync(join(cache, 'layers'), { recursive: true, force: true });
const json = `json=${join(work, 'out.json')}`;
const scan = (target) => [launcher, 'scan', target, '--format', json, ...fixed];
const oci = `oci:${join(images, 'oci')}`;
const floor = measure([process.execPath, floorScript, 'oci', join(images, 'oci')]);
row('the least any scanner must do for the OCI layout (inflate, hash, walk the tar headers)', floor);
const cold = measure(scan(oci), { before: clearLayers });
row('scan of the OCI layout, gzip, cold', cold, `${(cold.cpu / floor.cpu).toFixed(2)} × the least (goal ≤ 1.8), RSS goal ≤ 250 MiB`);
once(scan(oci));
row('the same, warm', measure(scan(oci)));
const hash = measure([process.execPath, floorScript, 'hash', join(images, 'docker-old.tar')]);
row('SHA-256 of the `docker save` archive', hash);
const saved = join(images, 'docker-old.tar');
row('scan of the `docker save` archive, cold', measure(scan(saved), { before: clearLayers }));
once(scan(saved));
row('the same, warm', measure(scan(saved)));
row('`--version` of the bundle', measure([process.execPath, main, '--version']));
const ours = start(main, ['--version']);
const theirs = start(empty, []);
console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}\n`);
console.log('| what | CPU | clock | max RSS | |\n|---|--:|--:|--:|---|');
for (const line of rows) console.log(line);
console.log(
  `\nstart: --version ${ours.toFixed(1)} ms CPU, an empty script ${theirs.toFixed(1)} ms: ${(ours / theirs).toFixed(2)} × (goal ≤ 1.3)`,
);

// One image, every form: the JSON differs in the name of the target alone.
const forms = [oci, 'oci.tar', 'docker-old.tar', 'docker-old.tar.gz', '-', ...(reference === undefined ? [] : [`docker:${reference}`])];
const texts = forms.map((form) => {
  const target = form.includes(':') || form === '-' ? form : join(images, form);
  if (target !== form && !existsSync(target)) return undefined;
  clearLayers();
  const command = ['sh', '-c', `exec "$@" < "${join(images, 'docker-old.tar')}"`, 'sh', ...scan(target)];
  once(command);
  return readFileSync(join(work, 'out.json'), 'utf8').replace(/^ {4}"name": ".*",$/m, '');
});
const present = texts.filter((text) => text !== undefined);
console.log(`forms: ${present.length} read, ${new Set(present).size} different JSON`);
writeFileSync(join(images, 'result.json'), readFileSync(join(work, 'out.json')));
rmSync(work, { recursive: true, force: true });
