/**
 * The licences of a package.json or lock entry: `license` as text, `{type}` or a list of both, or the older `licenses` list.
 * Anything else says nothing. Source: npm documentation, package.json(5), "license", with its deprecated forms.
 */
export function licensesOf(manifest: Readonly<Record<string, unknown>>): string[] {
  const stated = namesOf(manifest.license);
  return stated.length > 0 ? stated : namesOf(manifest.licenses);
}

function namesOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value.slice(0, 50) : [value];
  return [...new Set(list.map(nameOf).filter((name) => name !== ''))];
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (isRecord(value) && typeof value.type === 'string') return value.type.trim();
  return '';
}

/** A JSON object: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
