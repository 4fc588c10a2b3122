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
  if (stat === undefined) throw new PlimsollError('ignore-invalid', `there is no ignore file ${path}`, { hint: 'Check --ignore-file.' });
  if (!stat.isFile() || stat.size > MAX_BYTES)
    throw new PlimsollError('ignore-invalid', `${path} is not an ignore file of at most 4 MiB`, { hint: 'Check --ignore-file.' });
  const content = parseYaml(path);
  if (content === null || typeof content !== 'object' || Array.isArray(content))
    throw new PlimsollError('ignore-invalid', `${path} does not begin with "ignore:"`, {
      hint: 'A list of ids alone says neither why nor who: write "ignore:" and a list of {id, reason, owner}; see docs/exceptions.md.',
    });
  const parsed = file.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PlimsollError('ignore-invalid', `${path}: ${issue === undefined ? 'not understood' : describe(issue.path, issue.message)}`, {
      hint: 'Each entry has id, reason and owner; package, path and expires (YYYY-MM-DD) are optional.',
    });
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

/** Entries count from 1, as a person counts. */
function describe([list, index, ...field]: readonly PropertyKey[], message: string): string {
  const where =
    typeof index === 'number' ? `entry ${index + 1}${field.length > 0 ? `, ${field.join('.')}` : ''}` : String(list ?? 'ignore');
  return `${where}: ${message.replace(/^Invalid input: expected (\w+), received undefined$/, 'missing ($1)')}`;
}

function parseYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 50 });
  } catch (cause) {
    throw new PlimsollError('ignore-invalid', `${path} cannot be read as YAML`, { cause });
  }
}
