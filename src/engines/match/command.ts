import type { Package } from '../../model/package.ts';

/** A word of a shell command: as it is where the shell takes it as it is, else quoted. Names come from the target and may hold anything. */
function word(text: string): string {
  const clean = text.replace(/\p{Cc}/gu, '');
  return /^[A-Za-z0-9@%+:,./_][A-Za-z0-9@%+=:,./_~-]*$/.test(clean) ? clean : `'${clean.replaceAll("'", `'\\''`)}'`;
}

/**
 * The command that brings these packages of one kind up to date. Debian: without a version, since the archive keeps only the newest and binary versions
 * may differ from the source's; Alpine: at least the fix; npm and pip: the fix. Undefined where we know no command. Source: apt-get(8), apk-add(8).
 */
export function upgradeCommand(items: readonly Package[], target: string): string | undefined {
  const [first] = items;
  const names = [...new Set(items.map((item) => item.name))].sort();
  switch (first?.type) {
    case 'deb':
      return `apt-get update && apt-get install -y --only-upgrade ${names.map(word).join(' ')}`;
    case 'apk':
      return `apk add --upgrade ${names.map((name) => word(`${name}>=${target}`)).join(' ')}`;
    case 'npm':
      return `npm install ${names.map((name) => word(`${name}@${target}`)).join(' ')}`;
    case 'pypi':
      return `pip install ${names.map((name) => word(`${name}>=${target}`)).join(' ')}`;
    default:
      return undefined;
  }
}
