// The loader behind ts-hook.mjs: `.ts` files go through esbuild's transform, everything else through Node.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.split('?')[0].endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url.split('?')[0]);
  const { code } = await transform(await readFile(path, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: path,
    sourcemap: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
