/** One row of a Release's table of files. */
export interface ReleaseFile {
  /** Lower-case hexadecimal SHA-256. */
  readonly sha256: string;
  readonly size: number;
}

/** What a Release says of itself and of its files. */
export interface AptRelease {
  readonly origin?: string;
  readonly label?: string;
  readonly suite?: string;
  readonly codename?: string;
  /** Milliseconds since 1970; absent when missing or not a date. */
  readonly date?: number;
  readonly validUntil?: number;
  /** The archive keeps its files under their hashes too (`by-hash/SHA256/…`). */
  readonly byHash: boolean;
  /** By path relative to the Release. Names that lead elsewhere are not in it. */
  readonly files: ReadonlyMap<string, ReleaseFile>;
  /** Rows of the table that could not be read, or whose name leads elsewhere. */
  readonly skipped: number;
}

const MAX_ROWS = 200_000;

/** Reads the text of a Release. Source: Debian repository format, "Release files". Only `SHA256` counts of its tables. */
export function parseRelease(text: string): AptRelease {
  const fields = new Map<string, string>();
  const files = new Map<string, ReleaseFile>();
  let skipped = 0;
  let field = '';
  for (const line of text.split('\n')) {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (field !== 'sha256') continue;
      const row = readRow(line);
      if (row === undefined || files.size >= MAX_ROWS) skipped++;
      else files.set(row.name, row.file);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    field = line.slice(0, colon).trim().toLowerCase();
    if (!fields.has(field)) fields.set(field, line.slice(colon + 1).trim());
  }
  const word = (name: string): Record<string, string> => {
    const value = fields.get(name);
    return value === undefined || value === '' ? {} : { [name]: value };
  };
  const date = parseDate(fields.get('date'));
  const validUntil = parseDate(fields.get('valid-until'));
  return {
    ...word('origin'),
    ...word('label'),
    ...word('suite'),
    ...word('codename'),
    ...(date === undefined ? {} : { date }),
    ...(validUntil === undefined ? {} : { validUntil }),
    byHash: fields.get('acquire-by-hash')?.toLowerCase() === 'yes',
    files,
    skipped,
  };
}

function readRow(line: string): { name: string; file: ReleaseFile } | undefined {
  const match = /^\s+([0-9a-f]{64})\s+(\d{1,15})\s+(\S+)\s*$/i.exec(line);
  if (match === null) return undefined;
  const [, sha256 = '', size = '', name = ''] = match;
  if (!isPlainPath(name)) return undefined;
  return { name, file: { sha256: sha256.toLowerCase(), size: Number(size) } };
}

/** Whether a path stays below where it starts and means the same in a file name and in an address. */
function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.+~-]*$/.test(part));
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `Sat, 02 Jul 2016 05:20:50 UTC`: always UTC, written so or as GMT, Z or +0000. */
function parseDate(text: string | undefined): number | undefined {
  const match = /^(?:[A-Z][a-z]{2}, *)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{1,2}):(\d{2}):(\d{2}) (?:UTC|GMT|Z|\+0000)$/.exec(text ?? '');
  if (match === null) return undefined;
  const month = MONTHS.indexOf(match[2] ?? '');
  const [day, year, hour, minute, second] = [match[1], match[3], match[4], match[5], match[6]].map(Number);
  if (month < 0 || day === undefined || year === undefined) return undefined;
  const time = Date.UTC(year, month, day, hour, minute, second);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Whether a Release is the security archive of a release of Debian. `codename` is that of the target; the codename inside the signed text has to be
 * the same, else another release's lists, signed just as well, could be slipped in.
 */
export function isSecurityRelease(release: AptRelease, codename: string): boolean {
  const isSecurity = release.label === 'Debian-Security' || (release.origin === 'Debian' && release.suite?.endsWith('-security') === true);
  return isSecurity && [codename, `${codename}-security`, `${codename}/updates`].includes(release.codename ?? '');
}
