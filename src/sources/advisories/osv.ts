import { isFields, parseJson } from './fields.ts';
import { completenessUnknown, type Importer } from './importer.ts';
import { walkJsonKeys } from './json-keys.ts';
import { readOsvRecord } from './osv-record.ts';

/**
 * Records in the interchange format of OSV, JSON, one a file, of any ecosystem: GitHub's, Go's, Debian's, Alpine's, Ubuntu's, AlmaLinux's,
 * malicious packages… Source: OSV schema 1.7. Coverage is partial: a single record cannot say whether all of its ecosystem are there.
 */
export const importer: Importer = {
  id: 'osv',
  kind: 'advisories',
  parts: 'ecosystem',
  title: 'Open Source Vulnerabilities (OSV records)',
  licence: "each publisher's own; GitHub, PyPA and Go: CC-BY-4.0; Ubuntu: CC-BY-SA-4.0; RustSec: CC0-1.0",
  attribution: 'OSV.dev and the publishers of the records',

  accepts(file) {
    if (!file.text.includes('"id"')) return false;
    let id = false;
    let affected = false;
    let withdrawn = false;
    let schema = false;
    let modified = false;
    const accepted = (): boolean => id && (affected || withdrawn || (schema && modified));
    walkJsonKeys(file.text, (key, first) => {
      if (key === 'id') id = first === '"';
      else if (key === 'affected') affected = first === '[';
      else if (key === 'withdrawn') withdrawn = first === '"';
      else if (key === 'schema_version') schema = first === '"';
      else if (key === 'modified') modified = first === '"';
      return accepted();
    });
    return accepted();
  },

  read(file, emit) {
    const record = parseJson(file.text);
    if (!isFields(record)) {
      emit.skipped('not a JSON object', file.path);
      return;
    }
    const seen = new Set<string>();
    readOsvRecord(record, 'osv', emit, (ecosystem) => {
      if (seen.has(ecosystem)) return;
      seen.add(ecosystem);
      emit.covers(ecosystem, 'partial', completenessUnknown);
    });
  },
};
