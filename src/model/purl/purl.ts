/**
 * A package URL taken apart: the name that package databases, advisories and SBOMs share.
 * Source: Package-URL specification (ECMA-427), "PURL components". Values are decoded; `qualifiers` is empty when there are none.
 */
export interface Purl {
  type: string;
  /** Segments joined by `/`. */
  namespace?: string;
  name: string;
  version?: string;
  qualifiers: Readonly<Record<string, string>>;
  /** Segments joined by `/`, relative to the package's root. */
  subpath?: string;
}

/** What `formatPurl` builds from: empty, null and absent parts are the same, qualifiers may be left out. */
export interface PurlParts {
  type?: string | null;
  namespace?: string | null;
  name?: string | null;
  version?: string | null;
  qualifiers?: Readonly<Record<string, string | null>> | null;
  subpath?: string | null;
}

/** A text or a set of parts that is no package URL. `reason` is a sentence for people, without the text itself. */
export class PurlError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`Not a package URL: ${reason}`);
    this.name = 'PurlError';
    this.reason = reason;
  }
}
