import type { StandingFile } from '../../model/analyzer.ts';
import type { Distro } from '../../model/distro.ts';
import type { PackageFact } from '../../model/package.ts';
import type { UnknownCause } from '../../model/unknown.ts';
import { expectedDatabase } from './distro.ts';
import { isRolling } from './os-release/release.ts';

const AREA: Readonly<Record<string, string>> = { dpkg: 'deb', apk: 'apk', rpm: 'rpm' };

/** What analyzers could not use, as causes. */
export function skipCauses(files: readonly StandingFile[]): UnknownCause[] {
  return files.flatMap((file) =>
    file.skipped.map((skip) => ({ ...skip, of: skip.code === 'package-database-unread' ? 'files' : 'records' })),
  );
}

/** A package whose name no package URL can hold. */
export function namelessCause(pkg: PackageFact, path: string): UnknownCause {
  const reason = 'a package whose name is not a name';
  const hint = 'The package is not counted; look at the file.';
  return {
    code: 'package-record-invalid',
    area: pkg.type,
    of: 'records',
    reason,
    hint,
    example: `${path}: ${pkg.name.slice(0, 80)}`,
    blocking: false,
  };
}

/**
 * What the package databases and the distribution leave unknown; all of it blocks a verdict, since OS packages may be there that nobody sees:
 * a database that was seen and not read, one that the distribution has and that is not there or is empty, packages without a distribution or release.
 */
export function databaseCauses(files: readonly StandingFile[], distro: Distro | undefined): UnknownCause[] {
  const databases = files.flatMap((file) =>
    file.facts.flatMap((fact) => (fact.kind === 'database' ? [{ path: file.path, type: fact.type, read: fact.read }] : [])),
  );
  const unread = databases
    .filter(({ read }) => !read)
    .map(({ path, type }): UnknownCause => {
      const reason = `a package database of ${type} is there and was not read`;
      return {
        code: 'package-database-unread',
        area: AREA[type] ?? 'os',
        of: 'package databases',
        reason,
        hint: unreadHint(type),
        example: path,
        blocking: true,
      };
    });
  const osPackages = files.some((file) => file.facts.some((fact) => fact.kind === 'package' && isOs(fact.package.type)));
  return [...unread, ...expectationCauses(files, databases, distro), ...distroCauses(databases.length > 0, osPackages, distro)];
}

function unreadHint(type: string): string {
  return type === 'rpm'
    ? 'This version does not read rpm databases; scan an SBOM of the image instead.'
    : 'The file is damaged or not a package database; restore it.';
}

function expectationCauses(
  files: readonly StandingFile[],
  databases: readonly { type: string; read: boolean }[],
  distro: Distro | undefined,
): UnknownCause[] {
  if (distro === undefined) return [];
  const type = expectedDatabase(distro);
  if (type === undefined) {
    const reason = `the packages of ${distro.id} cannot be read`;
    return [osCause('distro-unsupported', reason, 'Scan an SBOM of the image instead.', distro.name)];
  }
  const own = databases.filter((database) => database.type === type);
  const missing = {
    code: 'package-database-missing',
    area: AREA[type] ?? 'os',
    of: 'package databases',
    example: distro.name,
    blocking: true,
  } as const;
  const hint = 'Was the database removed to make the image smaller? Scan the image it was built from, or an SBOM.';
  if (own.length === 0)
    return [{ ...missing, reason: `${distro.name} keeps its packages in the database of ${type}, and there is none`, hint }];
  const area = AREA[type];
  const isEmpty =
    own.every(({ read }) => read) &&
    !files.some((file) => file.facts.some((fact) => fact.kind === 'package' && fact.package.type === area));
  return isEmpty ? [{ ...missing, reason: `the package database of ${type} is empty`, hint }] : [];
}

function distroCauses(hasDatabase: boolean, hasPackages: boolean, distro: Distro | undefined): UnknownCause[] {
  if (distro === undefined)
    return hasDatabase
      ? [
          osCause(
            'distro-unknown',
            'there is a package database and no file tells the distribution',
            'Restore /etc/os-release in the image.',
          ),
        ]
      : [];
  if (distro.release !== undefined || isRolling(distro.id) || !hasPackages) return [];
  return [
    osCause('distro-release-unknown', `the release of ${distro.id} cannot be told`, 'Restore /etc/os-release in the image.', distro.name),
  ];
}

function osCause(code: UnknownCause['code'], reason: string, hint: string, example?: string): UnknownCause {
  return { code, area: 'os', of: 'distributions', reason, hint, ...(example === undefined ? {} : { example }), blocking: true };
}

function isOs(type: string): boolean {
  return type === 'deb' || type === 'apk' || type === 'rpm';
}
