/** One entry of apt's sources: every address with every suite. */
export interface AptSource {
  /** `deb`, `deb-src`. */
  readonly types: readonly string[];
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  /** Absolute paths of keyrings, or fingerprints of keys (upper case, a `!` behind a subkey dropped). */
  readonly signedBy: readonly string[];
  /** A public key that stands in the entry itself, as armoured text. */
  readonly key?: string;
  readonly enabled: boolean;
}

/** Entries that could be read, and how many lines or stanzas could not. */
export interface AptSources {
  readonly entries: readonly AptSource[];
  readonly skipped: number;
}

/** Source: sources.list(5), "one-line-style format": `type [ option=value ... ] uri suite [component ...]`. */
export function parseOneLineSources(text: string): AptSources {
  const entries: AptSource[] = [];
  let skipped = 0;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/#.*$/, '').trim();
    if (line === '') continue;
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?([^[\s]\S*)\s+(\S+)\s*(.*)$/.exec(line);
    if (match === null) {
      skipped++;
      continue;
    }
    const [, type = '', options = '', uri = '', suite = '', components = ''] = match;
    const given = readOptions(options);
    entries.push({
      types: [type],
      uris: [uri],
      suites: [suite],
      components: words(components),
      architectures: given.get('arch') ?? [],
      signedBy: (given.get('signed-by') ?? []).map(signer),
      enabled: true,
    });
  }
  return { entries, skipped };
}

function readOptions(text: string): Map<string, string[]> {
  const options = new Map<string, string[]>();
  for (const word of words(text)) {
    const match = /^([a-z-]+)[+-]?=(.*)$/i.exec(word);
    if (match?.[1] !== undefined) options.set(match[1].toLowerCase(), (match[2] ?? '').split(',').filter(Boolean));
  }
  return options;
}

/** Source: sources.list(5), "deb822-style format": stanzas as in a control file, comment lines anywhere, a key block in `Signed-By` with ` .` for empty lines. */
export function parseDeb822Sources(text: string): AptSources {
  const entries: AptSource[] = [];
  let skipped = 0;
  for (const stanza of text
    .replace(/\r/g, '')
    .replace(/^#.*\n?/gm, '')
    .split(/\n[ \t]*\n/)) {
    if (stanza.trim() === '') continue;
    const fields = readFields(stanza);
    const list = (name: string): string[] => words(fields.get(name) ?? '');
    const [types, uris, suites] = [list('types'), list('uris'), list('suites')];
    if (types.length === 0 || uris.length === 0 || suites.length === 0) {
      skipped++;
      continue;
    }
    const signers = fields.get('signed-by') ?? '';
    const isKey = signers.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----');
    entries.push({
      types,
      uris,
      suites,
      components: list('components'),
      architectures: list('architectures'),
      signedBy: isKey
        ? []
        : signers
            .split(/[\s,]+/)
            .filter(Boolean)
            .map(signer),
      ...(isKey
        ? {
            key: signers
              .split('\n')
              .map((line) => (line.trim() === '.' ? '' : line.trim()))
              .join('\n'),
          }
        : {}),
      enabled: !/^(no|false|without|off|disable|0)$/i.test((fields.get('enabled') ?? 'yes').trim()),
    });
  }
  return { entries, skipped };
}

/** Fields of one stanza by lower-case name; continuation lines joined with line feeds. The first of two fields of one name counts. */
function readFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of stanza.split('\n')) {
    if (/^[ \t]/.test(line)) {
      if (current !== undefined) fields.set(current, `${fields.get(current) ?? ''}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    current = name === '' || fields.has(name) ? undefined : name;
    if (current !== undefined) fields.set(current, line.slice(colon + 1).trim());
  }
  return fields;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function signer(text: string): string {
  return text.startsWith('/') ? text : text.replace(/!$/, '').toUpperCase();
}

/** Names under which a release's security suite goes: since bullseye `CODENAME-security`, before it `CODENAME/updates`. */
export function securitySuites(codename: string): readonly string[] {
  return [`${codename}-security`, `${codename}/updates`];
}

/** One security archive: an address with one suite, and who may sign it. */
export interface SecurityArchive {
  /** As the source names it, without a slash at the end. */
  readonly address: string;
  readonly suite: string;
  readonly signedBy: readonly string[];
  readonly keys: readonly string[];
}

/** Suites by their place in the line of releases; what stands there now may be another release, so the codename is asked for at the same address. */
const ALIAS = /^(?:old)*(?:stable|testing)-security$/;

/** Binary security archives of a release that sources name: enabled, over http or https. */
export function securityArchives(entries: readonly AptSource[], codename: string): SecurityArchive[] {
  const suites = securitySuites(codename);
  const archives: SecurityArchive[] = [];
  for (const { enabled, types, uris, suites: named, signedBy, key } of entries) {
    if (!enabled || !types.includes('deb')) continue;
    const found = named.map((suite) => suite.replace(/\/+$/, '')).map((suite) => (ALIAS.test(suite) ? `${codename}-security` : suite));
    for (const suite of new Set(found.filter((one) => suites.includes(one))))
      for (const uri of uris)
        if (/^https?:\/\//i.test(uri))
          archives.push({ address: uri.replace(/\/+$/, ''), suite, signedBy, keys: key === undefined ? [] : [key] });
  }
  return archives;
}
