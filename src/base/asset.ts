import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A file that ships beside the bundle. From sources it is looked for in `dist`, where the build puts it.
 * Errors: those of `readFileSync`, when there is no such asset.
 */
export function readAsset(name: string): string {
  const folder = import.meta.url.endsWith('.ts') ? '../../dist/' : './';
  return readFileSync(fileURLToPath(new URL(`${folder}${name}`, import.meta.url)), 'utf8');
}
