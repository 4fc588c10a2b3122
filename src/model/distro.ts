/** What os-release (or an older release file) says. */
export interface Distro {
  /** `ID`, lower case: `debian`, `alpine`, `ubuntu`… */
  readonly id: string;
  /** `VERSION_ID`, where there is one: rolling and testing releases have none. */
  readonly version?: string;
  readonly codename?: string;
  /** `PRETTY_NAME`, or the best that could be made of the rest. */
  readonly name: string;
  readonly like: readonly string[];
  /**
   * The release as advisory data names it: `12`, `v3.18`, `edge`, `testing`, `sid`; absent when it cannot be told.
   * Derived: see `sources/packages/os-release`.
   */
  readonly release?: string;
}

/** How long a release lives, by the lifecycle data at hand. Dates are `YYYY-MM-DD`. */
export interface Lifecycle {
  readonly product: string;
  readonly cycle: string;
  readonly released?: string;
  /** End of the vendor's (or community's) security support; `true` = ended on an unknown day, `false` = none announced. */
  readonly eol: string | boolean;
  /** End of the paid or long-term extension, where there is one. */
  readonly extendedEol?: string | boolean;
}
