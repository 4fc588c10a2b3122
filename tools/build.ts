// Bundles the product: `node tools/build.ts [OUTDIR]` (default dist). One flat folder, so that assets resolve beside the chunk; verbs are lazy chunks.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = process.argv[2] ?? join(root, 'dist');

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
const shared = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;
const result = await build({
  ...shared,
  entryPoints: { run: 'src/apps/cli/run.ts', index: 'src/jobs/index.ts', worker: 'src/jobs/worker.ts' },
  splitting: true,
  entryNames: '[name]',
  chunkNames: 'chunk-[hash]',
  metafile: true,
  external: ['koffi'],
  // Bundled CommonJS packages (commander, undici, yaml) call `require` for Node's own modules.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
});
// On its own, so that `--version` loads one file: as an entry of the bundle above it would import the chunks that the entries share.
await build({
  ...shared,
  entryPoints: { main: 'src/apps/cli/main.ts' },
  plugins: [
    { name: 'run-stands-beside', setup: (on) => on.onResolve({ filter: /\/run\.ts$/ }, () => ({ path: './run.js', external: true })) },
  ],
});
chmodSync(join(outdir, 'main.js'), 0o755);
const bytes = Object.values(result.metafile.outputs).reduce((sum, one) => sum + one.bytes, 0);
console.error(`built ${Object.keys(result.metafile.outputs).length} files, ${(bytes / 1024).toFixed(0)} KiB`);
const { writeBillOfMaterials } = await import('./generators/own-sbom.ts');
writeBillOfMaterials(root, outdir, result.metafile);

// The package also carries the types of the library. A launcher's build (OUTDIR given) needs none.
if (process.argv[2] === undefined) {
  rmSync(join(root, '.types'), { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root, stdio: 'inherit' });
  cpSync(join(root, '.types'), join(outdir, 'types'), {
    recursive: true,
    filter: (path) => !path.endsWith('.tsbuildinfo') && !/\.types\/apps\b/.test(path),
  });
}
