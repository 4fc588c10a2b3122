export { canonicalPurl, formatPurl, validatePurl } from './format.ts';
export { parseLenientPurl, parsePurl } from './parse.ts';
export { type Purl, PurlError, type PurlParts } from './purl.ts';
