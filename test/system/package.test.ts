import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOciLayout } from '../../tools/oci-layout.ts';
import { shopLayers } from '../../tools/shop-image.ts';

const root = resolve(import.meta.dirname, '../..');

/** Packs the tarball, installs it as a stranger would, and uses it. */
describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-package-'));
  const app = join(folder, 'app');
  const env = { ...process.env, PLIMSOLL_CACHE_DIR: join(folder, 'cache'), npm_config_loglevel: 'error' };
  let listed: string[] = [];
  const run = (args: readonly string[]) =>
    execFileSync('npx', ['--no-install', 'plimsoll', ...args], { cwd: app, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  beforeAll(() => {
    execFileSync(process.execPath, ['--import', './tools/ts-hook.mjs', 'tools/generate.ts'], { cwd: root });
    execFileSync(process.execPath, ['--import', './tools/ts-hook.mjs', 'tools/build.ts'], { cwd: root, stdio: 'ignore' });
    const packed = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, env, encoding: 'utf8' }));
    const [entry] = Object.values(packed) as { files: { path: string }[] }[];
    listed = (entry?.files ?? []).map((file) => file.path);
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
    execFileSync('mkdir', ['-p', app]);
    writeFileSync(join(app, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--offline', join(folder, tarball)], {
      cwd: app,
      env,
      stdio: 'ignore',
    });
    writeOciLayout(join(folder, 'shop'), 'shop:1.4', shopLayers());
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ships the bundle, the schemas, the licence, its own SBOM and the notices, and no sources', () => {
    expect(listed).toEqual(
      expect.arrayContaining([
        'dist/main.js',
        'dist/index.js',
        'dist/worker.js',
        'dist/sbom.cdx.json',
        'dist/NOTICES.txt',
        'dist/types/jobs/index.d.ts',
        'schemas/scan.schema.json',
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
      ]),
    );
    expect(listed.filter((path) => path.startsWith('src/') || path.startsWith('test/'))).toEqual([]);
  });

  it('brings no other package with it, so no install script either', () => {
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['plimsoll']);
  });

  it('answers --version and prints its own bill of materials', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(run(['--version']).trim()).toBe(`plimsoll ${version}`);
    const sbom = JSON.parse(run(['version', '--sbom']));
    expect(sbom.specVersion).toBe('1.6');
    expect(sbom.components.map((one: { name: string }) => one.name)).toEqual(expect.arrayContaining(['commander', 'zod', 'yaml']));
    expect(run(['version', '--notices'])).toContain('Permission');
  });

  it('scans', () => {
    run(['db', 'import', join(root, 'examples/shop'), '--offline', '--quiet']);
    const result = JSON.parse(run(['scan', `oci:${join(folder, 'shop')}`, '--offline', '--quiet', '--format', 'json']));
    expect(result.target.distro.id).toBe('debian');
    expect(result.findings.map((one: { id: string }) => one.id)).toEqual(expect.arrayContaining(['CVE-2023-4911', 'CVE-2019-10744']));
    expect(existsSync(join(folder, 'cache/db/manifest.json'))).toBe(true);
  });

  it('is a library too', () => {
    const code = "import('plimsoll').then((m) => console.log(Object.keys(m).sort().join(' ')))";
    expect(execFileSync(process.execPath, ['-e', code], { cwd: app, encoding: 'utf8' })).toContain('openDeps');
  });

  it('loads one file for --version', () => {
    const out = execFileSync(
      process.execPath,
      ['--experimental-loader', loaderUrl(folder), join(app, 'node_modules/plimsoll/dist/main.js'), '--version'],
      {
        encoding: 'utf8',
        env: { ...env, NODE_NO_WARNINGS: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const loaded = readFileSync(join(folder, 'loaded.txt'), 'utf8').trim().split('\n');
    expect(out).toContain('plimsoll');
    expect(loaded.filter((url) => url.includes('/dist/')).length).toBe(1);
  });
});

/** A loader that notes each file it is asked for: hooks run on their own thread, so it writes to a file. */
function loaderUrl(folder: string): string {
  const file = join(folder, 'note-loads.mjs');
  writeFileSync(
    file,
    `import{appendFileSync}from'node:fs';export async function load(u,c,n){if(u.startsWith('file:'))appendFileSync(${JSON.stringify(join(folder, 'loaded.txt'))},u+'\\n');return n(u,c)}`,
  );
  return `file://${file}`;
}
