import { type Purl, PurlError } from './purl.ts';

/** What one package type asks of the components. Absent: nothing beyond the general rules. */
interface TypeRule {
  namespace?: 'required' | 'prohibited';
  /** These are not case sensitive and are written in lower case. */
  lower?: readonly ('namespace' | 'name' | 'version')[];
  /** Qualifiers that have to be there. */
  qualifiers?: readonly string[];
  /** The name after the case rule. */
  nameOf?(name: string, purl: Purl): string;
  namespaceOf?(namespace: string): string;
  /** Why the components break the type's rules. */
  fault?(purl: Purl): string | undefined;
}

const both = ['namespace', 'name'] as const;

/**
 * The registered types that have rules of their own. Source: the type definitions of the Package-URL specification (`types/`).
 * A namespace counts as required only where its absence makes the name meaningless; elsewhere the world leaves it out, and so may we.
 * Two deviations, since a changed name is another package: `npm` and `golang` keep their case (old npm names such as JSONStream and Go
 * module paths are case sensitive, and advisories write them so).
 */
const rules: ReadonlyMap<string, TypeRule> = new Map<string, TypeRule>([
  ['alpm', { lower: both }],
  ['apk', { lower: both }],
  ['bazel', { namespace: 'prohibited' }],
  ['bitbucket', { lower: both }],
  ['bitnami', { namespace: 'prohibited', lower: ['name'] }],
  ['brew', { lower: both }],
  ['cargo', { namespace: 'prohibited' }],
  ['chrome-extension', { namespace: 'prohibited', lower: ['name'], fault: chromeFault }],
  ['cocoapods', { namespace: 'prohibited' }],
  ['composer', { lower: both }],
  ['conda', { namespace: 'prohibited' }],
  ['cpan', { namespaceOf: (namespace) => namespace.toUpperCase(), fault: cpanFault }],
  ['cran', { namespace: 'prohibited' }],
  ['deb', { lower: both }],
  ['gem', { namespace: 'prohibited' }],
  ['git', { namespace: 'required', lower: ['namespace'], nameOf: gitName }],
  ['gitea', { lower: both }],
  ['github', { lower: both }],
  ['gitlab', { lower: both }],
  ['hackage', { namespace: 'prohibited' }],
  ['hex', { lower: both }],
  ['huggingface', { lower: ['version'] }],
  ['julia', { namespace: 'prohibited', qualifiers: ['uuid'] }],
  ['luarocks', { lower: both }],
  ['mlflow', { namespace: 'prohibited', nameOf: mlflowName }],
  ['nuget', { namespace: 'prohibited' }],
  ['oci', { namespace: 'prohibited', lower: ['name'] }],
  ['opam', { namespace: 'prohibited' }],
  ['otp', { namespace: 'prohibited', lower: ['name'] }],
  ['pub', { namespace: 'prohibited', lower: ['name'], nameOf: (name) => name.replaceAll('-', '_') }],
  ['pypi', { namespace: 'prohibited', lower: ['name'], nameOf: (name) => name.replace(/[-_.]+/g, '-') }],
  ['qpkg', { lower: ['namespace'] }],
  ['rpm', { lower: ['namespace'] }],
  ['swid', { qualifiers: ['tag_id'] }],
  ['swift', { namespace: 'required' }],
  ['vcpkg', { namespace: 'prohibited' }],
  ['vscode-extension', { namespace: 'required', lower: ['namespace', 'name', 'version'] }],
  ['yocto', { lower: ['namespace'] }],
]);

/** The purl with its type's normalisation applied. Throws `PurlError` where the type's rules are broken. */
export function applyTypeRules(purl: Purl): Purl {
  const rule = rules.get(purl.type);
  if (rule === undefined) return purl;
  const { namespace: givenNamespace, version: givenVersion, ...rest } = purl;
  const lower = (part: 'namespace' | 'name' | 'version', text: string): string => (rule.lower?.includes(part) ? text.toLowerCase() : text);
  const name = lower('name', purl.name);
  const normal: Purl = { ...rest, name: rule.nameOf?.(name, purl) ?? name };
  if (givenNamespace !== undefined) {
    const namespace = lower('namespace', givenNamespace);
    normal.namespace = rule.namespaceOf?.(namespace) ?? namespace;
  }
  if (givenVersion !== undefined) normal.version = lower('version', givenVersion);
  const fault = generalFault(normal, rule) ?? rule.fault?.(normal);
  if (fault !== undefined) throw new PurlError(fault);
  return normal;
}

/** How many leading segments of the path are the namespace: all but the last, except for `git`, where the host alone is. */
export function namespaceLength(type: string, segments: number): number {
  return type === 'git' ? Math.min(1, segments - 1) : segments - 1;
}

/** Whether the name of this type is a path, whose slashes are written as they are. */
export function nameIsPath(type: string): boolean {
  return type === 'git';
}

function generalFault(purl: Purl, rule: TypeRule): string | undefined {
  if (rule.namespace === 'prohibited' && purl.namespace !== undefined) return `a ${purl.type} package has no namespace`;
  if (rule.namespace === 'required' && purl.namespace === undefined) return `a ${purl.type} package needs a namespace`;
  const missing = rule.qualifiers?.find((key) => !Object.hasOwn(purl.qualifiers, key));
  return missing === undefined ? undefined : `a ${purl.type} package needs the qualifier ${missing}`;
}

function chromeFault(purl: Purl): string | undefined {
  if (!/^[a-p]{32}$/.test(purl.name)) return 'the id of a Chrome extension is 32 letters from a to p';
  if (purl.version === undefined || /^[0-9]+(?:\.[0-9]+){0,3}$/.test(purl.version)) return undefined;
  return 'the version of a Chrome extension is one to four numbers';
}

/** A distribution is named, never one of its modules. */
function cpanFault(purl: Purl): string | undefined {
  return purl.name.includes('::') ? 'the name of a CPAN package is its distribution, not a module' : undefined;
}

/** Repository paths are case sensitive by default, but not at GitHub. */
function gitName(name: string, purl: Purl): string {
  return /^github(?:\.com)?$/i.test(purl.namespace ?? '') ? name.toLowerCase() : name;
}

/** Databricks does not tell case apart, Azure ML does. */
function mlflowName(name: string, purl: Purl): string {
  const server = Object.hasOwn(purl.qualifiers, 'repository_url') ? (purl.qualifiers.repository_url ?? '') : '';
  return server.includes('databricks') ? name.toLowerCase() : name;
}
