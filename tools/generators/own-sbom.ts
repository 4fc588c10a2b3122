import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly notice: string | undefined;
}

/**
 * Bundling hides the versions of what is inside from scanners, so the package carries its own CycloneDX 1.6 document and the licence texts.
 * Only packages whose code is really in the bundle are listed, by esbuild's own account.
 */
export function writeBillOfMaterials(root: string, outdir: string, metafile: Metafile): void {
  const bundled = bundledPackages(root, metafile);
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string; license: string };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        'bom-ref': `pkg:npm/${own.name}@${own.version}`,
        type: 'application',
        ...named(own),
        purl: `pkg:npm/${own.name}@${own.version}`,
      },
    },
    components: bundled.map((one) => ({ 'bom-ref': purl(one), type: 'library', ...named(one), purl: purl(one) })),
  };
  writeFileSync(join(outdir, 'sbom.cdx.json'), `${JSON.stringify(document, null, 2)}\n`);
  const notices = bundled.map(
    (one) => `${one.name} ${one.version} (${one.license})\n\n${one.notice ?? 'No licence text in the package.'}\n`,
  );
  writeFileSync(join(outdir, 'NOTICES.txt'), `Plimsoll contains these packages:\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`);
}

function named({ name, version, license }: { name: string; version: string; license: string }) {
  return { name, version, licenses: [{ license: { id: license } }] };
}

function purl({ name, version }: Bundled): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

function bundledPackages(root: string, metafile: Metafile): Bundled[] {
  const folders = new Set(
    Object.keys(metafile.inputs).flatMap((input) => {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
      return match?.[1] === undefined ? [] : [match[1]];
    }),
  );
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
      license: string;
    };
    const file = readdirSync(join(root, folder)).find((one) => /^(licen[cs]e|copying)/i.test(one));
    const notice = file !== undefined && existsSync(join(root, folder, file)) ? readFileSync(join(root, folder, file), 'utf8') : undefined;
    return { name, version, license, notice };
  });
}
