import type { FeedFile } from './importer.ts';

/** How a text is laid out: one document, or a document a line. */
export type Layout = 'document' | 'bundle' | 'lines';

/**
 * Tells the layout from the first line (docs/formats/bundle.md). A first line that is a JSON object by itself begins JSON lines; with `path` and `text` it is
 * a bundle. `only` says that no second line follows: then a plain object is simply a JSON document without line breaks.
 */
export function layoutOf(firstLine: string, only: boolean): Layout {
  const line = firstLine.trim();
  if (!line.startsWith('{') || !line.endsWith('}')) return 'document';
  const value = parseObject(line);
  if (value === undefined) return 'document';
  if (typeof value.path === 'string' && typeof value.text === 'string') return 'bundle';
  // A fixes list means something as a whole only: which release it is for, and the lowest version that names a CVE (docs/formats/fixes-list.md).
  if (typeof value.source === 'string' && typeof value.version === 'string' && Array.isArray(value.cves)) return 'document';
  return only ? 'document' : 'lines';
}

/** One line of a bundle as the file that it holds; undefined when it is none. */
export function bundleFile(line: string): FeedFile | undefined {
  const value = parseObject(line);
  return typeof value?.path === 'string' && typeof value.text === 'string' ? { path: value.path, text: value.text } : undefined;
}

/** One file as a line of a bundle. */
export function formatBundleLine(file: FeedFile): string {
  return `${JSON.stringify({ path: file.path, text: file.text })}\n`;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
