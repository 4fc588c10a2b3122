/**
 * The assignments of an os-release or lsb-release file: `NAME=value` a line, the value bare or in single or double quotes with shell escapes.
 * Space around a line is forgiven, comments and other lines are passed over, the last of two assignments holds, as in a shell.
 * Source: os-release(5).
 */
export function readAssignments(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(line);
    if (found !== null) fields.set(found[1] ?? '', unquote((found[2] ?? '').trim()));
  }
  return fields;
}

function unquote(value: string): string {
  const quote = value.charAt(0);
  if (quote !== '"' && quote !== "'") return value.replace(/\\(.)/g, '$1').trim();
  const end = value.lastIndexOf(quote);
  const inner = end > 0 ? value.slice(1, end) : value.slice(1);
  return (quote === '"' ? inner.replace(/\\(["\\$`])/g, '$1') : inner).trim();
}
