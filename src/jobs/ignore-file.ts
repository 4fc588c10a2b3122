import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { PlimsollError } from '../model/error.ts';
import type { Ignore } from '../policy/suppress.ts';

const MAX_BYTES = 4 << 20;
const text = z.string().trim().min(1);
const day = z.union([z.iso.date(), z.date().transform((date) => date.toISOString().slice(0, 10))]);
const file = z.strictObject({
  ignore: z.array(
    z.strictObject({ id: text, package: text.optional(), path: text.optional(), reason: text, owner: text, expires: day.optional() }),
  ),
});

/**
 * Accepted findings: YAML with `ignore:`, a list of `{id, package?, path?, reason, owner, expires?}`. Reason and owner are asked for.
 * A missing file is an empty list unless it was asked for by name. Errors: `ignore-invalid` with the entry that is wrong.
 */
export function readIgnores(path: string, mustExist: boolean): readonly Ignore[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined && !mustExist) return [];
  if (stat === undefined || !stat.isFile() || stat.size > MAX_BYTES)
    throw new PlimsollError('ignore-invalid', `${path} is not an ignore file of at most 4 MiB`);
  const parsed = file.safeParse(parseYaml(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PlimsollError(
      'ignore-invalid',
      `${path}: ${issue === undefined ? 'not understood' : `${issue.path.join('.')}: ${issue.message}`}`,
      {
        hint: 'Each entry has id, reason and owner; package, path and expires (YYYY-MM-DD) are optional.',
      },
    );
  }
  return parsed.data.ignore.map(({ id, reason, owner, ...narrow }) => ({
    id,
    reason,
    owner,
    ...(narrow.package === undefined ? {} : { package: narrow.package }),
    ...(narrow.path === undefined ? {} : { path: narrow.path }),
    ...(narrow.expires === undefined ? {} : { expires: narrow.expires }),
  }));
}

function parseYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 50 });
  } catch (cause) {
    throw new PlimsollError('ignore-invalid', `${path} cannot be read as YAML`, { cause });
  }
}
