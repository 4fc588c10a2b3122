import type { SourcePackage } from './package.ts';

/** A package version that a repository's index offers. */
export interface AvailablePackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly source: SourcePackage;
}

/** What one verified release of a security archive offers, of the packages that were asked for. */
export interface AvailableUpdates {
  /** The release as its signed text names itself: `Debian-Security bookworm-security`. */
  readonly release: string;
  /** Where the indexes came from: a path inside the target or an address. */
  readonly source: string;
  /** When the archive signed it, ISO 8601; absent when the release does not say. */
  readonly asOf?: string;
  /** The architecture whose packages of architecture `all` count. */
  readonly nativeArch: string;
  readonly packages: readonly AvailablePackage[];
}
