/** An object of an outside document whose members are not yet trusted. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with members (not an array, not null). */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one where it is something else. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The value where it is a string with something in it, without surrounding white space. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** The value where it is an array, else nothing. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The strings of an array, empty ones and other kinds left out. */
export function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  for (const item of listOf(value)) {
    const text = textOf(item);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** The objects of an array. */
export function fieldsIn(value: unknown): Fields[] {
  return listOf(value).filter(isFields);
}

/**
 * An ISO 8601 date or time that can be one: Go's records carry `0001-01-01T00:00:00Z` until they are published, which says nothing.
 */
export function dateOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^(?:19|2\d)\d\d-\d\d-\d\d(?:$|[T ])/.test(text) ? text : undefined;
}

const SUMMARY = 240;

/** One line to show: white space folded, cut at 240 characters on a word. */
export function summaryOf(value: unknown): string | undefined {
  const text = textOf(typeof value === 'string' ? value.slice(0, 4096) : undefined)?.replace(/\s+/g, ' ');
  if (text === undefined || text.length <= SUMMARY) return text;
  const cut = text.lastIndexOf(' ', SUMMARY);
  return `${text.slice(0, cut > SUMMARY / 2 ? cut : SUMMARY)}…`;
}

/** Parses JSON; `undefined` for text that is none, since what a file holds is a skip and no fault. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
