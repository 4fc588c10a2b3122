/** Ecosystems whose packages are read. The word is the purl type. */
export type PackageType = 'deb' | 'apk' | 'rpm' | 'npm' | 'pypi';

/** Where a package was seen. */
export interface Place {
  /** Path inside the target, without a leading slash. */
  readonly path: string;
  /** Index into `layers` of the layer that holds this file; absent for a folder or a root file system. */
  readonly layer?: number;
}

/** A source package, where it differs in name or version from the binary. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
}

/** What an analyzer reads of one package: facts alone, before the distribution is known and owners are settled. */
export interface PackageFact {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly arch?: string;
  readonly source?: SourcePackage;
  readonly licenses?: readonly string[];
  /** Only needed for development, by the lock file's word. */
  readonly dev?: boolean;
  /** The name under which the package's own database lists its files (`libc6:amd64`), where that differs from `name`. */
  readonly key?: string;
}

/** A package of the target: one row per purl, with every place where it was seen. */
export interface Package {
  readonly purl: string;
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly arch?: string;
  readonly source?: SourcePackage;
  /** Index into `layers` of the layer that brought this version in; absent for a folder or a root file system. */
  readonly layer?: number;
  readonly locations: readonly Place[];
  readonly licenses: readonly string[];
  /** purl of the OS package whose file list holds this package: the distribution answers for it. */
  readonly owner?: string;
  readonly dev?: boolean;
  /** How the package is known: `installed` (a package database or an installed copy) or `locked` (a lock file's word). */
  readonly from: 'installed' | 'locked';
}
