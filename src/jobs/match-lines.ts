import * as z from 'zod';
import { match } from '../engines/match/index.ts';
import type { Distro } from '../model/distro.ts';
import type { Package, PackageType } from '../model/package.ts';
import type { AdvisoryIndex } from '../model/ports.ts';
import { parsePurl } from '../model/purl/index.ts';
import { mergeUnknowns } from '../model/unknown.ts';
import { releaseOf } from '../sources/packages/index.ts';

const request = z.object({ id: z.union([z.string(), z.number()]), distro: z.string().optional(), purl: z.string() });
const types: readonly PackageType[] = ['deb', 'apk', 'rpm', 'npm', 'pypi'];

/**
 * Answers one JSON line of `dev match`: `{id, distro?, purl}` → `{id, findings[{id, aliases, fixed?, status}], unknowns[]}`.
 * `distro` is `debian:12`; the purl's qualifiers `distro` (`debian-12`) and `upstream` (`source` or `source@version`) say the same. A line that fails gives `{id, error}`.
 */
export function matchLine(line: string, index: AdvisoryIndex, now: Date): string {
  let id: string | number | null = null;
  try {
    const asked = request.parse(JSON.parse(line));
    id = asked.id;
    const item = packageOf(asked.purl);
    const distro = distroOf(asked.distro ?? parsePurl(asked.purl).qualifiers?.distro?.replace(/-(?=[^-]*$)/, ':'), item.type);
    const matched = match([item], distro, index, now);
    const findings = matched.findings
      .filter((finding) => finding.suppressedBy === undefined)
      .map(({ id: name, aliases, fixed, status }) => ({ id: name, aliases, ...(fixed === undefined ? {} : { fixed }), status }));
    return JSON.stringify({ id, findings, unknowns: mergeUnknowns(matched.causes) });
  } catch (error) {
    return JSON.stringify({
      id: id ?? idOf(line),
      error:
        error instanceof z.ZodError
          ? error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': ')).join('; ')
          : error instanceof Error
            ? error.message
            : String(error),
    });
  }
}

function packageOf(purl: string): Package {
  const { type, namespace, name, version, qualifiers = {} } = parsePurl(purl);
  const known = types.find((one) => one === type);
  if (known === undefined) throw new Error(`packages of type ${type} are not matched yet`);
  if (version === undefined || version === '') throw new Error('the purl has no version');
  const isLanguage = known === 'npm' || known === 'pypi';
  const fullName = isLanguage && namespace !== undefined && namespace !== '' ? `${namespace}/${name}` : name;
  const epoch = qualifiers.epoch !== undefined && !version.includes(':') ? `${qualifiers.epoch}:` : '';
  const [sourceName, sourceVersion] = splitUpstream(qualifiers.upstream);
  return {
    purl,
    type: known,
    name: fullName,
    version: `${epoch}${version}`,
    ...(qualifiers.arch === undefined ? {} : { arch: qualifiers.arch }),
    ...(sourceName === undefined ? {} : { source: { name: sourceName, version: sourceVersion ?? `${epoch}${version}` } }),
    locations: [],
    licenses: [],
    from: 'installed',
  };
}

function splitUpstream(upstream: string | undefined): [name?: string, version?: string] {
  if (upstream === undefined || upstream === '') return [];
  const at = upstream.indexOf('@');
  return at === -1 ? [upstream] : [upstream.slice(0, at), upstream.slice(at + 1)];
}

function distroOf(text: string | undefined, type: PackageType): Distro | undefined {
  if (text === undefined || type === 'npm' || type === 'pypi') return undefined;
  const at = text.indexOf(':');
  const id = (at === -1 ? text : text.slice(0, at)).toLowerCase();
  const version = at === -1 ? undefined : text.slice(at + 1).replace(/^v(?=\d)/, '');
  const name = `${id} ${version ?? ''}`;
  const release = releaseOf({ id, name, ...(version === undefined ? {} : { version }) }) ?? version;
  return { id, name, like: [], ...(version === undefined ? {} : { version }), ...(release === undefined ? {} : { release }) };
}

function idOf(line: string): string | number | null {
  try {
    const value: unknown = JSON.parse(line);
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
    return typeof id === 'string' || typeof id === 'number' ? id : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
