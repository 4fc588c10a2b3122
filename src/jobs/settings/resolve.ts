import { PlimsollError } from '../../model/error.ts';
import type { Warning } from '../../model/unknown.ts';
import { type SettingKey, type SettingOrigin, type Settings, settingTable } from './table.ts';

/** Raw values of one place, by setting name. */
export interface SettingSource {
  readonly origin: SettingOrigin;
  /** The file or flag group, for messages. */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What holds, and who said so. */
export interface ResolvedSettings {
  readonly settings: Settings;
  readonly origins: ReadonlyMap<SettingKey, { readonly origin: SettingOrigin; readonly name: string }>;
  readonly warnings: readonly Warning[];
}

/**
 * Merges sources, strongest first. A project file may not set what law 2 reserves to the user: such a key is refused with a warning.
 * Errors: `setting-invalid` for a value of the wrong kind from any place that may set it.
 */
export function resolveSettings(sources: readonly SettingSource[]): ResolvedSettings {
  const values: Record<string, unknown> = {};
  const origins = new Map<SettingKey, { origin: SettingOrigin; name: string }>();
  const warnings: Warning[] = [];
  for (const source of sources) {
    for (const [key, raw] of Object.entries(source.values)) {
      if (raw === undefined) continue;
      if (!isSettingKey(key)) {
        warnings.push({
          code: 'setting-refused',
          message: `${source.name}: "${key}" is no setting and was ignored`,
          hint: 'See docs/reference/settings.md.',
        });
        continue;
      }
      const entry = settingTable[key];
      if (source.origin === 'project file' && entry.scope === 'user') {
        warnings.push({
          code: 'setting-refused',
          message: `${source.name}: a project may not set "${key}"; it was ignored`,
          hint: `Use the flag, ${entry.env}, or your own settings file: what is scanned never decides what is contacted, run or trusted.`,
        });
        continue;
      }
      if (origins.has(key)) continue;
      const parsed = entry.schema.safeParse(raw);
      if (!parsed.success)
        throw new PlimsollError(
          'setting-invalid',
          `${source.name}: ${key}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`,
          {
            hint: entry.says,
          },
        );
      values[key] = parsed.data;
      origins.set(key, { origin: source.origin, name: source.name });
    }
  }
  return { settings: values, origins, warnings };
}

/** Values that the environment sets, by the names of the table. */
export function environmentSource(env: Readonly<Record<string, string | undefined>>): SettingSource {
  const values = Object.fromEntries(Object.entries(settingTable).flatMap(([key, { env: name }]) => (env[name] ? [[key, env[name]]] : [])));
  return { origin: 'environment', name: 'environment', values };
}

function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingTable, key);
}
