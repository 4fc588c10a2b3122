import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PlimsollError } from '../../model/error.ts';
import { environmentSource, type ResolvedSettings, resolveSettings, type SettingSource } from './resolve.ts';

const MAX_BYTES = 1 << 20;

/**
 * The settings of a run: flags, environment, `plimsoll.yaml` of the working folder, the user's file, defaults; strongest first.
 * Errors: `setting-invalid` with the file's name.
 */
export function readSettings(flags: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv, cwd: string): ResolvedSettings {
  const cacheRoot = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return resolveSettings([
    { origin: 'flag', name: 'flag', values: flags },
    environmentSource(env),
    ...fileSource('project file', join(cwd, 'plimsoll.yaml')),
    ...fileSource('user file', userFile(env)),
    {
      origin: 'default',
      name: 'default',
      values: { cacheDir: join(cacheRoot, 'plimsoll'), update: true, offline: false, ignoreFile: '.plimsollignore.yaml', scanners: 'vuln' },
    },
  ]);
}

/** Where the user's own settings stand: `$XDG_CONFIG_HOME/plimsoll/config.yaml`. Source: XDG Base Directory Specification. */
export function userFile(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'plimsoll', 'config.yaml');
}

function fileSource(origin: 'project file' | 'user file', path: string): SettingSource[] {
  const text = readIfThere(path);
  if (text === undefined) return [];
  const values: unknown = parseYaml(text, path);
  if (values === null || values === undefined) return [];
  if (typeof values !== 'object' || Array.isArray(values))
    throw new PlimsollError('setting-invalid', `${path} is not a mapping of settings`);
  return [{ origin, name: path, values: { ...values } }];
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text, { maxAliasCount: 50 });
  } catch (cause) {
    throw new PlimsollError('setting-invalid', `${path} is not YAML`, { cause });
  }
}

function readIfThere(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > MAX_BYTES)
    throw new PlimsollError('setting-invalid', `${path} is not a settings file of at most 1 MiB`);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PlimsollError('setting-invalid', `${path} cannot be read`, { cause });
  }
}
