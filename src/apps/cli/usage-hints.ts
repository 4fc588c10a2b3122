/** Options of other scanners, and what says the same here. Source: the help texts of Trivy and Grype. */
const elsewhere: Readonly<Record<string, string>> = {
  '--exit-code': '--fail-on SEVERITY makes the exit code 1 when a finding is that bad or worse.',
  '--input': 'Name the archive itself: plimsoll scan ./image.tar',
  '--file': '--output FILE, or --format json=FILE',
  '--ignorefile': '--ignore-file FILE',
  '--skip-db-update': '--no-update',
  '--skip-update': '--no-update',
  '--offline-scan': '--offline',
  '--security-checks': '--scanners vuln,secret,config,license',
  '--vuln-type': 'Packages of the system and of languages are always looked at.',
  '--pkg-types': 'Packages of the system and of languages are always looked at.',
  '--include-dev-deps': '--include-dev',
  '--no-color': 'Set NO_COLOR=1.',
  '--list-all-pkgs': '--format json lists every package.',
  '--download-db-only': 'plimsoll db update',
  '--clear-cache': 'plimsoll cache clear',
};

/** What to do about a command line that was refused, for the two mistakes that are likely: a habit from another scanner, and a value that took the target. */
export function usageHint(code: string, message: string, args: readonly string[]): string | undefined {
  if (code === 'commander.unknownOption') {
    const named = /'(--?[^'=]+)/.exec(message)?.[1];
    return named !== undefined && Object.hasOwn(elsewhere, named) ? elsewhere[named] : undefined;
  }
  if (code === 'commander.missingArgument') {
    const at = args.indexOf('--allow-unknown');
    const taken = at === -1 ? undefined : args[at + 1];
    if (taken !== undefined && !taken.startsWith('-'))
      return `--allow-unknown took "${taken}" as its areas: name the target before it, or write --allow-unknown=all`;
  }
  return undefined;
}
