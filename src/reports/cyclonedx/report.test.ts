import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { growth } from '../../../test/fixtures/effort.ts';
import { clean, hostile, large, pkg, scanResult, shop, vulnerability } from '../../../test/fixtures/scan-result.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { report } from './report.ts';

const options = { width: 80, color: false, showSuppressed: false };
const root = join(import.meta.dirname, '../../..');

interface Document {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Record<string, unknown>; readonly properties: readonly object[] };
  readonly components: readonly Record<string, unknown>[];
  readonly dependencies: readonly { ref: string; dependsOn: string[] }[];
  readonly compositions: readonly { aggregate: string }[];
  readonly vulnerabilities: readonly Record<string, unknown>[];
  readonly annotations?: readonly { subjects: string[]; text: string }[];
}

function made(result: ScanResult): Document {
  return JSON.parse(report.render(result, options)) as Document;
}

/** Every `bom-ref` of a document. */
function refsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === 'bom-ref' ? [String(value)] : refsOf(value)));
}

/** The official schemas, where the library that carries them is installed (here or under bench/). */
function officialSchemas(): string | undefined {
  try {
    const found = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json', {
      paths: [root, join(root, 'bench')],
    });
    return join(dirname(found), 'res/schema');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const all: [string, ScanResult][] = [
  ['shop', shop()],
  ['clean', clean()],
  ['empty', scanResult()],
  ['hostile', hostile()],
  ['large', large(300, 40)],
  ['folder', scanResult({ target: { kind: 'filesystem', name: '/srv' } })],
];

describe('cyclonedx', () => {
  const schemas = officialSchemas();
  it.skipIf(schemas === undefined).each(all)(
    '%s is valid by the official schema (skipped where @cyclonedx/cyclonedx-library is absent)',
    (_, result) => {
      const ajv = new Ajv({ strict: false, allErrors: true });
      addFormats.default(ajv);
      ajv.addFormat('iri-reference', /^[^\s"<>\\^`{|}]*$/).addFormat('idn-email', true);
      const read = (name: string): object => JSON.parse(readFileSync(join(schemas ?? '', name), 'utf8')) as object;
      for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
        const file = `${name}.SNAPSHOT.schema.json`;
        ajv.addSchema(read(file), `http://cyclonedx.org/schema/${file}`);
      }
      const validate = ajv.compile(read('bom-1.6.SNAPSHOT.schema.json'));
      validate(made(result));
      expect((validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([]);
    },
  );

  it.each(all)('%s has references that are unique and lead somewhere', (_, result) => {
    const bom = made(result);
    const refs = refsOf(bom);
    expect(new Set(refs).size).toBe(refs.length);
    const known = new Set(refs);
    const used = [
      ...bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]),
      ...bom.vulnerabilities.flatMap(({ affects }) => (affects as { ref: string }[]).map(({ ref }) => ref)),
      ...(bom.annotations ?? []).flatMap(({ subjects }) => subjects),
    ];
    expect(used.filter((ref) => !known.has(ref))).toEqual([]);
  });

  it('writes a component with places, licence and layer', () => {
    const component = made(shop()).components.find((one) => one.name === 'express');
    expect(component).toEqual({
      type: 'library',
      'bom-ref': 'pkg:npm/express@4.17.1',
      name: 'express',
      version: '4.17.1',
      scope: 'required',
      licenses: [{ license: { id: 'MIT' } }],
      purl: 'pkg:npm/express@4.17.1',
      evidence: {
        occurrences: [
          { location: 'app/node_modules/express/package.json', additionalContext: 'layer 4' },
          { location: 'app/admin/node_modules/express/package.json', additionalContext: 'layer 5' },
        ],
      },
      properties: [
        { name: 'plimsoll:layer', value: '4' },
        { name: 'plimsoll:layerDigest', value: `sha256:${'4'.repeat(64)}` },
        { name: 'plimsoll:location', value: 'app/node_modules/express/package.json' },
        { name: 'plimsoll:location', value: 'app/admin/node_modules/express/package.json' },
        { name: 'plimsoll:from', value: 'installed' },
      ],
    });
    expect(made(shop()).components.find((one) => one.group === '@shop')).toMatchObject({
      name: 'cart',
      licenses: [{ expression: '(MIT OR Apache-2.0)' }],
    });
  });

  it('hangs what an OS package installed below that package', () => {
    const { dependencies } = made(shop());
    expect(dependencies.find(({ ref }) => ref.includes('node-tar'))?.dependsOn).toEqual(['pkg:npm/tar@6.1.13']);
    expect(dependencies.find(({ ref }) => ref === 'target')?.dependsOn).not.toContain('pkg:npm/tar@6.1.13');
  });

  it('writes a vulnerability with rating, range, remedy and signals', () => {
    expect(made(shop()).vulnerabilities[0]).toMatchObject({
      id: 'CVE-2024-0001',
      source: { name: 'debian', url: 'https://www.cve.org/CVERecord?id=CVE-2024-0001' },
      references: [{ id: 'DSA-5700-1', source: { name: 'DSA' } }],
      ratings: [{ source: { name: 'cvss' }, score: 9.8, severity: 'critical', method: 'CVSSv31' }],
      recommendation: 'Upgrade openssl to 3.0.17-1~deb12u3. apt-get install --only-upgrade openssl',
      affects: [
        {
          ref: 'pkg:deb/debian/openssl@3.0.11-1~deb12u2',
          versions: [
            { version: '3.0.11-1~deb12u2', status: 'affected' },
            { range: 'vers:deb/<3.0.17-1~deb12u3', status: 'affected' },
          ],
        },
      ],
    });
    expect(made(shop()).vulnerabilities[0]?.properties).toEqual(
      expect.arrayContaining([
        { name: 'plimsoll:kev', value: 'true' },
        { name: 'plimsoll:epss', value: '0.94' },
      ]),
    );
  });

  it.each([
    ['CVSS:4.0/AV:N', 'CVSSv4'],
    ['CVSS:3.1/AV:N', 'CVSSv31'],
    ['CVSS:3.0/AV:N', 'CVSSv3'],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 'CVSSv2'],
    [undefined, 'other'],
  ])('names the method of %s', (vector, method) => {
    const of = pkg('npm', 'a', '1', 0);
    const finding = vulnerability('CVE-2026-1', of, 'low', {
      rating: { value: 'low', source: 'x', ...(vector === undefined ? {} : { vector }) },
    });
    expect(made(scanResult({ packages: [of], findings: [finding] })).vulnerabilities[0]).toMatchObject({ ratings: [{ method }] });
  });

  it.each([
    [{ introduced: '0', fixed: '2' }, 'vers:npm/<2'],
    [{ introduced: '1.0', lastAffected: '2|3' }, 'vers:npm/>=1.0|<=2%7C3'],
    [{ after: '1:2' }, 'vers:npm/>1:2'],
    [{}, 'vers:npm/*'],
  ])('writes the range %j as %s', (range, text) => {
    const of = pkg('npm', 'a', '1', 0);
    const finding = vulnerability('CVE-2026-1', of, 'low', { comparison: { scheme: 'npm', installed: '1', range } });
    expect(JSON.stringify(made(scanResult({ packages: [of], findings: [finding] })).vulnerabilities[0])).toContain(JSON.stringify(text));
  });

  it('keeps suppressed findings with their analysis; an accepted risk is not called unaffected', () => {
    const analyses = made(shop()).vulnerabilities.flatMap(({ id, analysis }) => (analysis === undefined ? [] : [[id, analysis]]));
    expect(analyses).toEqual([
      ['CVE-2022-24999', { state: 'not_affected', detail: expect.stringContaining('backport') }],
      ['CVE-2011-4116', { state: 'in_triage', detail: 'Waived: Perl is not used at run time (payments team, until 2026-12-01)' }],
      ['CVE-2018-20796', { state: 'not_affected', detail: 'Debian: the vulnerable code is not built' }],
    ]);
  });

  it('says what is unknown, so that an empty list is no pass', () => {
    const bom = made({ ...scanResult({ unknowns: shop().unknowns }) });
    expect(bom.vulnerabilities).toEqual([]);
    expect(bom.annotations?.[0]?.text).toBe(
      'UNKNOWN (not a pass): npm: advisory data for npm ends 2020-06: 4 packages. Next: plimsoll db update npm [coverage-partial]',
    );
    expect(bom.compositions[0]?.aggregate).toBe('incomplete');
    expect(made(clean()).compositions[0]?.aggregate).toBe('unknown');
    expect(bom.metadata.properties).toContainEqual({ name: 'plimsoll:blockingUnknowns', value: '1' });
  });

  it('writes an end of life as a note on the distribution, not as a vulnerability', () => {
    const { target } = shop();
    const base = vulnerability('debian-12-end-of-life', pkg('deb', 'x', '1', 0), 'high', { kind: 'end-of-life' });
    const bom = made(scanResult({ target, findings: [{ ...base, subject: { name: 'Debian 12' } }] }));
    expect(bom.vulnerabilities).toEqual([]);
    expect(bom.annotations?.[0]?.subjects).toEqual(['os:debian@12']);
  });

  it('is named by its content: version 8 UUID, equal for equal results', () => {
    const { serialNumber } = made(shop());
    expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(report.render(shop(), options)).toBe(report.render(shop(), options));
    expect(made({ ...shop(), warnings: [] }).serialNumber).toBe(serialNumber);
    expect(made({ ...shop(), findings: shop().findings.slice(1) }).serialNumber).not.toBe(serialNumber);
  });

  it('survives a version that is no text and one that is too long', () => {
    const of = pkg('npm', 'a', 'v'.repeat(5000), 0);
    const finding = vulnerability('CVE-2026-1', of, 'low', { fixed: '\ud800'.repeat(3000) });
    const [only] = made(scanResult({ packages: [of], findings: [finding] })).vulnerabilities;
    expect(only?.affects).toEqual([{ ref: of.purl, versions: [{ version: 'v'.repeat(1024), status: 'affected' }] }]);
  });

  it('takes time in proportion to the findings', { timeout: 120_000 }, () => {
    const render = (count: number): (() => string) => {
      const result = large(count, count / 4);
      return () => report.render(result, options);
    };
    expect(growth(render)).toBeLessThan(60);
  });
});
