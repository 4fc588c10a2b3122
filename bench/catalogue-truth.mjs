// Compares a scan of the benchmark image with what its own tools say: `node bench/catalogue-truth.mjs RESULT.json DIR` (DIR made by bench/image/make.sh).
// Prints what is missing, what is too much and what is explained; exits 1 when something is unexplained.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [resultFile, folder] = process.argv.slice(2);
const result = JSON.parse(readFileSync(resultFile, 'utf8'));
let unexplained = 0;

function compare(what, ours, theirs, explain = () => undefined) {
  const missing = [...theirs].filter((one) => !ours.has(one));
  const extra = [...ours].filter((one) => !theirs.has(one));
  const open = [...missing.map((one) => ['missing', one]), ...extra.map((one) => ['extra', one])].filter(([kind, one]) => {
    const why = explain(kind, one);
    if (why !== undefined) console.log(`  explained: ${kind} ${one}: ${why}`);
    return why === undefined;
  });
  unexplained += open.length;
  console.log(`${what}: ${theirs.size} by its own tool, ${ours.size} by us, ${open.length} unexplained`);
  for (const [kind, one] of open.slice(0, 20)) console.log(`  ${kind}: ${one}`);
}

const of = (type) => result.packages.filter((one) => one.type === type);
const rows = readFileSync(join(folder, 'dpkg.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'));
compare(
  'dpkg-query -W',
  new Set(of('deb').map((one) => `${one.name} ${one.version} ${one.arch}`)),
  new Set(rows.map((row) => row.join(' '))),
);

/** Every folder directly under a node_modules folder (or a scope in it) that has a package.json with name and version, with its places. */
function installed(modules, into = new Map()) {
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const path = join(modules, entry.name);
    if (entry.name.startsWith('@')) installed(path, into);
    else {
      const manifest = join(path, 'package.json');
      if (statSync(manifest, { throwIfNoEntry: false })?.isFile()) {
        const { name, version } = JSON.parse(readFileSync(manifest, 'utf8'));
        if (name && version) into.set(`${name} ${version}`, [...(into.get(`${name} ${version}`) ?? []), path]);
      }
      if (statSync(join(path, 'node_modules'), { throwIfNoEntry: false })?.isDirectory()) installed(join(path, 'node_modules'), into);
    }
  }
  return into;
}
const top = join(folder, 'app/srv/app/node_modules');
// The Dockerfile of make.sh deletes this folder in a later layer, and with it what is nested below.
const deleted = join(top, 'mocha');
const modules = installed(top);
compare('node_modules', new Set(of('npm').map((one) => `${one.name} ${one.version}`)), new Set(modules.keys()), (kind, one) =>
  kind === 'missing' && modules.get(one).every((path) => path === deleted || path.startsWith(`${deleted}/`))
    ? 'a later layer deletes every folder that holds it'
    : undefined,
);

const normal = (name) => name.toLowerCase().replace(/[-_.]+/g, '-');
const pip = JSON.parse(readFileSync(join(folder, 'pip.json'), 'utf8'));
compare(
  'pip list',
  new Set(of('pypi').map((one) => `${normal(one.name)} ${one.version}`)),
  new Set(pip.map((one) => `${normal(one.name)} ${one.version}`)),
  (kind, one) => {
    if (kind !== 'extra') return undefined;
    const [name] = one.split(' ');
    const places = of('pypi')
      .filter((item) => normal(item.name) === name)
      .flatMap((item) => item.locations.map((place) => place.path));
    return pip.some((item) => normal(item.name) === name)
      ? `shadowed copy, pip shows the first on its path: ${places.join(', ')}`
      : undefined;
  },
);
process.exit(unexplained > 0 ? 1 : 0);
