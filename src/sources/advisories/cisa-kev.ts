import { dateOf, fieldsIn, isFields, parseJson, textOf } from './fields.ts';
import type { Importer } from './importer.ts';
import { hasJsonKeys } from './json-keys.ts';

/** CISA's catalogue of vulnerabilities exploited in the wild. Source: cisa.gov, `known_exploited_vulnerabilities.json` and its schema. */
export const importer: Importer = {
  id: 'cisa-kev',
  kind: 'kev',
  title: 'CISA Known Exploited Vulnerabilities',
  licence: 'CC0-1.0',
  attribution: 'Cybersecurity and Infrastructure Security Agency (CISA)',

  accepts(file) {
    return file.text.includes('"cveID"') && hasJsonKeys(file.text, { catalogVersion: '"', vulnerabilities: '[' });
  },

  read(file, emit) {
    const catalogue = parseJson(file.text);
    if (!isFields(catalogue)) {
      emit.skipped('not a JSON object', file.path);
      return;
    }
    const released = dateOf(catalogue.dateReleased);
    if (released !== undefined) emit.published(released);
    for (const entry of fieldsIn(catalogue.vulnerabilities)) {
      const cve = textOf(entry.cveID);
      const added = dateOf(entry.dateAdded)?.slice(0, 10);
      if (cve === undefined || !/^CVE-\d{4}-\d{4,}$/.test(cve) || added === undefined) {
        emit.skipped('entry without a CVE or a date', cve ?? '?');
        continue;
      }
      emit.dated(added);
      const due = dateOf(entry.dueDate)?.slice(0, 10);
      emit.kev({
        cve,
        added,
        ...(due === undefined ? {} : { due }),
        ransomware: textOf(entry.knownRansomwareCampaignUse)?.toLowerCase() === 'known',
      });
    }
  },
};
