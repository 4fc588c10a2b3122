import type { LicenseChoice } from './licenses.ts';

/** A name with a value; ours begin with `plimsoll:`. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** The part of a CycloneDX 1.6 component that we write. */
export interface Component {
  readonly type: 'application' | 'container' | 'library' | 'operating-system';
  readonly 'bom-ref'?: string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly scope?: 'required' | 'excluded';
  readonly licenses?: LicenseChoice;
  readonly purl?: string;
  readonly evidence?: { readonly occurrences: readonly { readonly location: string; readonly additionalContext?: string }[] };
  readonly properties?: readonly Property[];
}

/** What a finding or annotation is attached to: bom-refs by purl, and the two components that have none. */
export interface Refs {
  readonly target: string;
  readonly os: string | undefined;
  /** Ref of a package by its purl. */
  readonly byPurl: ReadonlyMap<string, string>;
}

/** `version` may hold 1,024 characters (schema, `definitions/version`). */
export function versionText(version: string): string {
  return version.slice(0, 1024);
}
