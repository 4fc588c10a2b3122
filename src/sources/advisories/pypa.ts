import { isFields } from './fields.ts';
import { completenessUnknown, type Importer } from './importer.ts';
import { readOsvRecord } from './osv-record.ts';
import { parseYamlText } from './yaml-text.ts';

/** Advisories of the Python Packaging Authority: OSV records written in YAML. Source: pypa/advisory-database, `vulns/<package>/PYSEC-*.yaml`. */
export const importer: Importer = {
  id: 'pypa',
  kind: 'advisories',
  title: 'Python Packaging Advisory Database',
  licence: 'CC-BY-4.0',
  attribution: 'Python Packaging Authority and contributors, Python Packaging Advisory Database',

  accepts(file) {
    return /\.ya?ml$/.test(file.path) && /^["']?id["']?:\s*["']?PYSEC-/m.test(file.text);
  },

  read(file, emit) {
    const record = parseYamlText(file.text);
    if (!isFields(record)) {
      emit.skipped('not a YAML mapping', file.path);
      return;
    }
    const seen = new Set<string>();
    readOsvRecord(record, 'pypa', emit, (ecosystem) => {
      if (seen.has(ecosystem)) return;
      seen.add(ecosystem);
      emit.covers(ecosystem, 'partial', completenessUnknown);
    });
  },
};
