import * as z from 'zod';

/** Who may set it. `user`: flags, environment and the user's own file alone, since it decides what is contacted, executed or trusted (law 2). */
export type SettingScope = 'project' | 'user';

interface SettingEntry {
  readonly schema: z.ZodType;
  readonly scope: SettingScope;
  /** Environment variable; `PLIMSOLL_` plus the key in capitals unless another name is customary. */
  readonly env: string;
  readonly says: string;
}

const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
const scannerNames = ['vuln', 'secret', 'config', 'license'] as const;
/** Capitals are accepted, as users of other scanners write severities; a wrong word is answered with the right ones. */
const word = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.toLowerCase() : value),
    z.enum(words, { error: ({ input }) => `"${String(input)}" is none of ${words.join(', ')}` }),
  );
const severity = word(severities);
/** `a,b` from flags and environment, a list from a file. */
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter(Boolean)
        : value,
    z.array(item),
  );
const flag = z.preprocess(
  (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' || value === '' ? false : value),
  z.boolean(),
);
const text = z.string().min(1);
const url = z.url({ protocol: /^https?$/ });

/** Every setting of the product: the reference page, `config show` and the environment names are made from this table. */
export const settingTable = {
  cacheDir: { schema: text, scope: 'user', env: 'PLIMSOLL_CACHE_DIR', says: 'Folder for layer results and advisory packs.' },
  offline: { schema: flag, scope: 'user', env: 'PLIMSOLL_OFFLINE', says: 'Open no connection; unix sockets stay allowed.' },
  update: { schema: flag, scope: 'user', env: 'PLIMSOLL_UPDATE', says: 'Fetch missing or day-old advisory packs before a scan.' },
  osvUrl: { schema: url, scope: 'user', env: 'PLIMSOLL_OSV_URL', says: "Base address of OSV's buckets." },
  kevUrl: { schema: url, scope: 'user', env: 'PLIMSOLL_KEV_URL', says: 'Address of the known-exploited catalogue.' },
  epssUrl: { schema: url, scope: 'user', env: 'PLIMSOLL_EPSS_URL', says: 'Address of the EPSS scores.' },
  eolUrl: { schema: url, scope: 'user', env: 'PLIMSOLL_EOL_URL', says: 'Address of the end-of-life data.' },
  dockerHost: { schema: text, scope: 'user', env: 'DOCKER_HOST', says: 'Address of the container engine.' },
  trustRepository: {
    schema: list(url),
    scope: 'user',
    env: 'PLIMSOLL_TRUST_REPOSITORY',
    says: 'Package archives that may be asked for waiting updates, besides those that this machine uses.',
  },
  maxDownload: {
    schema: z.coerce.number().int().positive(),
    scope: 'user',
    env: 'PLIMSOLL_MAX_DOWNLOAD',
    says: 'Byte budget of one download.',
  },
  scanners: {
    schema: list(word(scannerNames)),
    scope: 'project',
    env: 'PLIMSOLL_SCANNERS',
    says: 'What to look for.',
  },
  severity: {
    schema: list(severity),
    scope: 'project',
    env: 'PLIMSOLL_SEVERITY',
    says: 'Show these severities; one word means it and everything above.',
  },
  onlyFixed: { schema: flag, scope: 'project', env: 'PLIMSOLL_ONLY_FIXED', says: 'Show only findings that have a fix.' },
  failOn: { schema: severity, scope: 'project', env: 'PLIMSOLL_FAIL_ON', says: 'Exit 1 when an active finding is this bad or worse.' },
  strict: { schema: flag, scope: 'project', env: 'PLIMSOLL_STRICT', says: 'Exit 3 when a blocking unknown remains.' },
  allowUnknown: {
    schema: list(text),
    scope: 'project',
    env: 'PLIMSOLL_ALLOW_UNKNOWN',
    says: 'Areas whose unknowns do not block; `all` for every one.',
  },
  ignoreFile: {
    schema: text,
    scope: 'project',
    env: 'PLIMSOLL_IGNORE_FILE',
    says: 'File of accepted findings with reason, owner and expiry.',
  },
  platform: { schema: text, scope: 'project', env: 'PLIMSOLL_PLATFORM', says: 'Image of an index to take: os/arch[/variant].' },
  skipDirs: {
    schema: list(text),
    scope: 'project',
    env: 'PLIMSOLL_SKIP_DIRS',
    says: 'Folders of a root file system to leave out (globs).',
  },
  skipFiles: {
    schema: list(text),
    scope: 'project',
    env: 'PLIMSOLL_SKIP_FILES',
    says: 'Files of a root file system to leave out (globs).',
  },
  lockFiles: { schema: flag, scope: 'project', env: 'PLIMSOLL_LOCK_FILES', says: 'Count lock files inside images too.' },
  includeDev: { schema: flag, scope: 'project', env: 'PLIMSOLL_INCLUDE_DEV', says: 'Count development dependencies of lock files.' },
  verifyLayers: { schema: flag, scope: 'project', env: 'PLIMSOLL_VERIFY_LAYERS', says: 'Read and hash every byte of every layer.' },
} as const satisfies Record<string, SettingEntry>;

/** Name of a setting, as in `plimsoll.yaml`. */
export type SettingKey = keyof typeof settingTable;

/** The settings of a run; what nobody set and has no default is absent. */
export type Settings = { readonly [K in SettingKey]?: z.output<(typeof settingTable)[K]['schema']> };

/** Where a value came from, for `config show`. */
export type SettingOrigin = 'flag' | 'environment' | 'project file' | 'user file' | 'default';
