// `npm run quickstart`: installs, builds, fetches what data it can within a minute, scans this machine, its newest images and the example, and writes one page.
// Needs no root. Writes only into this clone (.build/quickstart), npm's cache and Plimsoll's cache folder.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const plimsoll = join(root, 'bin/plimsoll');
const out = join(root, '.build/quickstart');
const page = join(root, '.build/quickstart/report.html');
const UPDATE_MS = 60_000;
const IMAGE_MS = 60_000;
const HOST_MS = 120_000;
const began = Date.now();

function say(text = '') {
  process.stdout.write(`${text}\n`);
}

/** Runs a command and answers with its status, its output and whether its time was up. */
function run(args, timeoutMs, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(plimsoll, args, { cwd: out, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let late = false;
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
    }, timeoutMs);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, text, late });
    });
  });
}

async function scan(title, file, args, timeoutMs, env) {
  const { status, late, text } = await run(['scan', ...args, '--no-update', '--quiet', '--format', `json=${file}`], timeoutMs, env);
  if (!existsSync(file)) {
    say(`  ${title}: ${late ? 'left out, it took longer than a minute' : `not scanned (exit ${status})`}`);
    for (const line of text.trim().split('\n').slice(0, 3)) say(`    ${line}`);
    return undefined;
  }
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const { packages, active, fixable, unknowns, blockingUnknowns } = result.summary;
  say(
    `  ${title}: ${counted(packages, 'package')}, ${counted(active, 'finding')} (${fixable} with a fix), ${unknowns} unknown (${blockingUnknowns} of them matter)`,
  );
  return { title, file, result };
}

function newestImages() {
  const listed = spawnSync('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}\t{{.CreatedAt}}'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (listed.status !== 0) return undefined;
  return listed.stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([name, created]) => created && !name.includes('<none>'))
    .sort((a, b) => (a[1] < b[1] ? 1 : -1))
    .map(([name]) => name);
}

function updateLines(text) {
  let result;
  try {
    result = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text.trim().split('\n').slice(0, 6);
  }
  const lines = result.sources.map((one) => `${one.source} ${one.part}: ${one.rows} rows`);
  const reasons = new Map();
  for (const { feed, message } of result.failed) {
    const reason = message.split(': ').at(-1);
    reasons.set(reason, [...(reasons.get(reason) ?? []), feed]);
  }
  return [...lines, ...[...reasons].map(([reason, feeds]) => `not fetched: ${feeds.join(', ')} (${reason})`)];
}

function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

say('1  Installing and building (a minute at most on a fresh clone)');
const build = spawnSync(plimsoll, ['--version'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
if (build.status !== 0) {
  say('   The build did not succeed; what npm said stands above.');
  process.exit(3);
}
say(`   ${build.stdout.trim()}`);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

say('2  Advisory data (a minute at most)');
const update = await run(['db', 'update', '--quiet', '--format', 'json'], UPDATE_MS);
for (const line of updateLines(update.text)) say(`   ${line}`);
if (update.late) say('   Time was up: what came in is used, the rest stays as it was.');

say('3  Scanning');
const scans = [];
const shop = join(out, 'shop');
const made = spawnSync(process.execPath, ['--import', './tools/ts-hook.mjs', 'tools/shop-image.ts', shop], { cwd: root, stdio: 'inherit' });
if (made.status === 0) {
  // The example brings a handful of public facts of its own, in a store of its own: they never mix with real data.
  const own = { PLIMSOLL_CACHE_DIR: join(out, 'example-cache') };
  await run(['db', 'import', join(root, 'examples/shop'), '--offline', '--quiet'], UPDATE_MS, own);
  scans.push(
    await scan(
      "example shop:1.4 (with the example's own few advisories)",
      join(out, 'shop.json'),
      [`oci:${shop}`, '--offline'],
      IMAGE_MS,
      own,
    ),
  );
}
if (process.platform === 'linux') {
  const skip = [
    'home',
    'root',
    'proc',
    'sys',
    'dev',
    'run',
    'tmp',
    'var/tmp',
    'var/lib/docker',
    'var/lib/containerd',
    relative('/', root),
    relative('/', tmpdir()),
  ];
  scans.push(
    await scan("this machine's system paths", join(out, 'machine.json'), ['dir:/', '--skip-dirs', skip.filter(Boolean).join(',')], HOST_MS),
  );
} else say('  this machine: only Linux root file systems are scanned');
const images = newestImages();
if (images === undefined) say('  images: no container engine answers here');
else {
  for (const [i, image] of images.slice(0, 3).entries())
    scans.push(await scan(`image ${image}`, join(out, `image-${i}.json`), [`docker:${image}`], IMAGE_MS));
  if (images.length > 3) say(`  not scanned: ${images.slice(3, 8).join(', ')}${images.length > 8 ? ` and ${images.length - 8} more` : ''}`);
}

const done = scans.filter((one) => one !== undefined);
const written = await run(['dev', 'page', ...done.map((one) => one.file), '--output', page], 60_000);
if (written.status !== 0) say(written.text);

say();
say('4  What was found');
for (const { title, result } of done) {
  const first = result.actions[0];
  say(`   ${title}`);
  say(
    first === undefined
      ? '     nothing to do that the data at hand knows of'
      : `     first: ${first.title} (removes ${counted(first.findings.length, 'finding')})`,
  );
}
say();
say('5  What is not known (this is not a pass)');
const unknowns = new Map();
for (const { result, title } of done)
  for (const one of result.unknowns) if (one.blocking) unknowns.set(`${one.area}: ${one.reason}`, { one, title });
for (const [text, { one, title }] of [...unknowns].slice(0, 8)) {
  say(`   ${text}`);
  say(`     ${title} → ${one.hint}`);
}
if (unknowns.size === 0) say('   nothing that matters');
say();
say('Next');
const image = images?.[0] ?? 'IMAGE';
say(`   open ${relative(process.cwd(), page)}`);
say('     the page of all this, to read or to send on');
say(`   bin/plimsoll scan ${image} --fail-on high`);
say('     judge an image, an archive or a folder: exit 1 when it fails, 3 when it cannot tell');
say('   bin/plimsoll db status');
say('     what is known, how old it is and from whom; `db import` brings data in without a connection');
say();
const bytes = existsSync(page) ? readFileSync(page).length : 0;
say(
  `Done in ${((Date.now() - began) / 1000).toFixed(0)} s; ${readdirSync(out).length} files under ${relative(process.cwd(), out)}, the page has ${(bytes / 1024).toFixed(0)} KiB.`,
);
