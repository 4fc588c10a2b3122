// `npm run new <kind> <id>`: writes the skeleton of a plugin and its test. Registries find it by what it exports; no other file is touched.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

interface Skeleton {
  readonly says: string;
  files(id: string): Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');

const kinds: Readonly<Record<string, Skeleton>> = {
  analyzer: {
    says: 'turns files of an image or folder into facts: src/sources/packages/<id>/analyzer.ts',
    files: (id) => ({
      [`src/sources/packages/${id}/analyzer.ts`]: `import type { Analyzer, Fact, Skip } from '../../../model/analyzer.ts';

/** What is read, and the source of the format (man page, specification). */
export const analyzer: Analyzer = {
  id: '${id}',
  version: 1, // part of the cache key: raise it when the output changes
  wants: [{ name: '${id}.lock', read: 'full' }],
  analyze(file) {
    const facts: Fact[] = [];
    const skipped: Skip[] = [];
    if (file.size === 0) {
      skipped.push({
        code: 'package-record-invalid',
        area: '${id}',
        reason: 'the file is empty',
        hint: 'Write the file again.',
        example: file.path,
        blocking: false,
      });
    }
    return { facts, skipped };
  },
};
`,
      [`src/sources/packages/${id}/analyzer.test.ts`]: `import { describe, expect, it } from 'vitest';
import type { SeenFile } from '../../../model/analyzer.ts';
import { analyzer } from './analyzer.ts';

function seen(text: string): SeenFile {
  const bytes = new TextEncoder().encode(text);
  return { path: '${id}.lock', size: bytes.length, mode: 0o644, bytes, range: (offset, length) => bytes.subarray(offset, offset + length) };
}

describe('${id}', () => {
  it('says that an empty file is empty', () => {
    expect(analyzer.analyze(seen('')).skipped.map((skip) => skip.example)).toEqual(['${id}.lock']);
  });
});
`,
    }),
  },
  feed: {
    says: 'turns files of an advisory source into rows: src/sources/advisories/<id>.ts',
    files: (id) => ({
      [`src/sources/advisories/${id}.ts`]: `import type { Importer } from './importer.ts';

/** What the source publishes, where, and the source of its format. */
export const importer: Importer = {
  id: '${id}',
  kind: 'advisories',
  title: '${id}',
  licence: 'NOASSERTION',
  attribution: '${id}',
  accepts: (file) => file.path.endsWith('${id}.json') && file.text.startsWith('{'),
  read(file, emit) {
    emit.skipped('no record of this kind is read yet', file.path);
  },
};
`,
      [`src/sources/advisories/${id}.test.ts`]: `import { describe, expect, it } from 'vitest';
import { importer } from './${id}.ts';

describe('${id}', () => {
  it('takes its own files and no others', () => {
    expect(importer.accepts({ path: '${id}.json', text: '{}' })).toBe(true);
    expect(importer.accepts({ path: 'other.json', text: '{}' })).toBe(false);
  });
});
`,
    }),
  },
  report: {
    says: 'writes a scan result in a format: src/reports/<id>/report.ts',
    files: (id) => ({
      [`src/reports/${id}/report.ts`]: `import type { Report } from '../../model/report.ts';

/** Who reads this format, and its specification. */
export const report: Report = {
  format: '${id}',
  title: '${id}',
  render: (result) => \`\${result.target.name}: \${result.summary.active} findings, \${result.summary.unknowns} unknown\\n\`,
};
`,
      [`src/reports/${id}/report.test.ts`]: `import { expect, it } from 'vitest';
import { report } from './report.ts';

it('carries its own name', () => {
  expect(report.format).toBe('${id}');
});
`,
    }),
  },
};

const [kind, id] = process.argv.slice(2);
const skeleton = kind === undefined ? undefined : kinds[kind];
if (skeleton === undefined || id === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
  console.error('npm run new <kind> <id>   (id in kebab-case)\n');
  for (const [name, { says }] of Object.entries(kinds)) console.error(`  ${name.padEnd(9)} ${says}`);
  process.exit(2);
}
const files = Object.entries(skeleton.files(id));
const taken = files.filter(([path]) => existsSync(join(root, path)));
if (taken.length > 0) {
  console.error(`already there: ${taken.map(([path]) => path).join(', ')}`);
  process.exit(1);
}
for (const [path, text] of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(relative(process.cwd(), join(root, path)));
}
