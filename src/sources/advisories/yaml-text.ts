import { parseDocument } from 'yaml';

/** Far beyond the largest advisory there is (0.2 MB). */
const MAX_TEXT = 8 * 1024 * 1024;
/** Advisories use none; anchors that multiply are a bomb. */
const MAX_ALIASES = 20;

/**
 * Parses a YAML document whose scalars stay the text that was written: `1.10` is a version and not 1.1, `2020-01-01` no timestamp.
 * Only an unquoted `null` or nothing is null. `undefined` for text that is no YAML, is nested beyond the stack or multiplies by aliases:
 * what a file holds is a skip and no fault.
 */
export function parseYamlText(text: string): unknown {
  if (text.length > MAX_TEXT) return undefined;
  try {
    const document = parseDocument(text, { schema: 'failsafe', customTags: ['null'], logLevel: 'silent', uniqueKeys: false });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // the library throws a plain ReferenceError on too many aliases, the engine a RangeError on too deep a nesting
    if (error instanceof ReferenceError || error instanceof RangeError) return undefined;
    throw error;
  }
}
