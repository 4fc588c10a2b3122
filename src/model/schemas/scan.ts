import * as z from 'zod';
import { type Code, type CodeKind, codes } from '../codes.ts';
import type { ScanResult } from '../scan-result.ts';
import { severities } from '../severity.ts';

function isCode(word: string): word is Code {
  return Object.hasOwn(codes, word);
}

function codesOf(kind: CodeKind): Code[] {
  return Object.keys(codes)
    .filter(isCode)
    .filter((code) => codes[code].kind === kind)
    .sort();
}

const text = z.string();
const texts = z.array(text);
const count = z.int().nonnegative();
const optional = z.exactOptional;

const severity = z.enum(severities).meta({ id: 'Severity', description: 'From worst to least; `unknown` means that nobody rates it.' });
const layerIndex = count.meta({ description: 'Index into `layers`.' });

const rating = z
  .object({
    value: severity,
    source: text.meta({ description: 'Who rated: a source id or `cvss`.' }),
    vector: optional(text),
    score: optional(z.number().min(0).max(10)),
  })
  .meta({ id: 'Rating' });

const place = {
  path: text.meta({ description: 'Path inside the target, without a leading slash.' }),
  layer: optional(layerIndex),
};
const location = z.object({ ...place, command: optional(text) }).meta({ id: 'Location' });

const range = z.object({ introduced: optional(text), after: optional(text), fixed: optional(text), lastAffected: optional(text) }).meta({
  id: 'Range',
  description: '`introduced` and `lastAffected` are inside the range, `after` and `fixed` outside.',
});

const finding = z
  .object({
    id: text.meta({ description: 'The CVE where there is one, else the advisory’s own id.' }),
    kind: z.enum(['vulnerability', 'end-of-life', 'waiting-update']),
    severity,
    rating: optional(rating),
    title: text,
    subject: z.object({ purl: optional(text), path: optional(text), name: text }),
    installed: text,
    fixed: optional(text),
    status: z.enum(['fixed', 'affected', 'will_not_fix', 'fix_deferred', 'end_of_life', 'not_affected', 'under_investigation']),
    aliases: texts,
    evidence: z.array(
      z.object({
        kind: z.enum(['advisory', 'kev', 'epss', 'lifecycle', 'repository-index', 'ownership']),
        subject: text,
        source: text,
        says: text,
        asOf: optional(text),
      }),
    ),
    comparison: optional(z.object({ scheme: text, installed: text, range })),
    location: optional(location),
    fix: optional(z.object({ version: optional(text), text, command: optional(text) })),
    priority: z.number().meta({ description: '1 = look at this first.' }),
    reasons: texts,
    exploited: z.boolean(),
    epss: optional(z.number().min(0).max(1)),
    suppressedBy: optional(
      z
        .object({
          by: z.enum(['ignore', 'not-affected', 'owner', 'vex']),
          reason: text,
          owner: optional(text),
          expires: optional(z.iso.date()),
        })
        .meta({ description: 'Present on a finding that is listed and not counted.' }),
    ),
  })
  .meta({ id: 'Finding' });

const unknown = z
  .object({
    id: text,
    code: z.enum(codesOf('unknown')),
    area: text,
    subject: text,
    reason: text,
    hint: text,
    count,
    examples: z.array(text).max(5),
    blocking: z.boolean().meta({ description: 'No verdict can be given in this area without it.' }),
  })
  .meta({ id: 'Unknown', description: 'What could not be read, matched or assessed. Never counts as passed.' });

/**
 * Contract of `scan --format json`, with the words that each field may hold. Used to write schemas/scan.schema.json and in tests:
 * the product itself does not load it.
 */
export const schema = z
  .object({
    schemaVersion: z.literal('1'),
    run: z.object({
      tool: z.literal('plimsoll'),
      version: text,
      at: z.iso.datetime(),
      durationMs: z.number().nonnegative(),
      mode: z.enum(['as-needed', 'verify-layers']),
      scanners: z.array(z.enum(['vuln', 'secret', 'config', 'license'])),
      notCovered: texts,
    }),
    target: z.object({
      kind: z.enum(['image', 'filesystem']),
      name: text,
      digest: optional(text),
      distro: optional(
        z.object({ id: text, version: optional(text), codename: optional(text), name: text, like: texts, release: optional(text) }),
      ),
      lifecycle: optional(
        z.object({
          product: text,
          cycle: text,
          released: optional(text),
          eol: z.union([text, z.boolean()]).meta({ description: '`true`: ended on an unknown day; `false`: none announced.' }),
          extendedEol: optional(z.union([text, z.boolean()])),
        }),
      ),
      config: optional(
        z.object({
          os: optional(text),
          architecture: optional(text),
          created: optional(text),
          labels: z.record(text, text),
          user: optional(text),
        }),
      ),
    }),
    layers: z.array(
      z.object({ index: count, digest: text, command: optional(text), base: optional(z.boolean()), entries: optional(count) }),
    ),
    packages: z.array(
      z.object({
        purl: text,
        type: z.enum(['deb', 'apk', 'rpm', 'npm', 'pypi']),
        name: text,
        version: text,
        arch: optional(text),
        source: optional(z.object({ name: text, version: text })),
        layer: optional(layerIndex),
        locations: z.array(z.object(place)),
        licenses: texts,
        owner: optional(text).meta({ description: 'purl of the OS package that installed these files.' }),
        dev: optional(z.boolean()),
        from: z.enum(['installed', 'locked']),
      }),
    ),
    findings: z.array(finding),
    actions: z.array(
      z.object({
        title: text,
        kind: z.enum(['upgrade', 'rebuild', 'migrate']),
        findings: texts.meta({ description: 'Id and subject of each finding that it removes.' }),
        command: optional(text),
        location: optional(location),
        exploited: count,
        critical: count,
      }),
    ),
    unknowns: z.array(unknown),
    warnings: z.array(z.object({ code: z.enum(codesOf('warning')), message: text, hint: optional(text) })),
    counted: z.record(text, count),
    data: z.array(
      z.object({ source: text, ecosystem: text, state: z.enum(['full', 'partial']), reason: optional(text), asOf: optional(text) }),
    ),
    summary: z.object({
      packages: count,
      bySeverity: z.record(severity, count),
      active: count,
      suppressed: count,
      fixable: count,
      exploited: count,
      hidden: count,
      unknowns: count,
      blockingUnknowns: count,
    }),
  })
  .meta({ title: 'Plimsoll scan result' });

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
/** Every key present: otherwise an optional key that only one side knows would go unnoticed. */
type Filled<T> = T extends object ? { readonly [K in keyof T]-?: Filled<T[K]> } : T;
type Agrees<A, B> = [A, Filled<A>] extends [B, Filled<B>] ? ([B, Filled<B>] extends [A, Filled<A>] ? true : false) : false;
/** Does not compile when the schema and {@link ScanResult} drift apart in either direction. */
true satisfies Agrees<Frozen<z.infer<typeof schema>>, ScanResult>;
