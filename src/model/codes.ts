/** Where a code may appear: as the cause of an exit, as an unknown in a result, or as a warning beside it. */
export type CodeKind = 'error' | 'unknown' | 'warning';

interface CodeEntry {
  readonly kind: CodeKind;
  /** One plain sentence for the reference page. */
  readonly means: string;
}

/**
 * Every code of the product, in one table: the reference page, the JSON Schemas and the type are made from it.
 * A code is for ever; its wording may improve.
 */
export const codes = {
  // usage and settings
  usage: { kind: 'error', means: 'The command line or a setting is wrong.' },
  'setting-refused': {
    kind: 'warning',
    means:
      'A project file sets something that only flags, environment or the user may set (hosts, programs, keys, cache, offline); it was ignored.',
  },
  'setting-invalid': { kind: 'error', means: 'A settings file cannot be read or holds a value of the wrong kind.' },
  'ignore-invalid': { kind: 'error', means: 'The ignore file cannot be read, or an entry has no id, no reason or no owner.' },
  'ignore-expired': { kind: 'warning', means: 'An ignore entry has expired: what it silenced is active again.' },
  'ignore-unused': { kind: 'warning', means: 'An ignore entry matched nothing.' },
  'not-built-yet': { kind: 'error', means: 'This version does not do that yet.' },
  interrupted: { kind: 'error', means: 'The run was interrupted.' },
  internal: { kind: 'error', means: 'A fault of Plimsoll itself.' },
  'output-unwritable': { kind: 'error', means: 'An output file cannot be written.' },
  'offline-refused': { kind: 'error', means: 'The run is offline and this needs a connection.' },

  // targets
  'target-not-found': { kind: 'error', means: 'There is no image, archive or folder of that name.' },
  'target-not-image': { kind: 'error', means: 'The file is neither an image archive nor an image layout.' },
  'target-empty': { kind: 'error', means: 'The target holds nothing to scan.' },
  'target-changed': { kind: 'error', means: 'The file changed while it was read.' },
  'platform-not-found': { kind: 'error', means: 'The image index has no image for the platform that was asked for.' },
  'reference-ambiguous': { kind: 'error', means: 'The archive or layout holds several images and none was chosen.' },
  'manifest-invalid': { kind: 'error', means: 'An image manifest, index or configuration is not what its specification says.' },
  'digest-mismatch': { kind: 'error', means: 'A blob is not what its digest says.' },
  'archive-truncated': { kind: 'error', means: 'The archive ends in the middle of something.' },
  'archive-damaged': { kind: 'error', means: 'The archive contradicts its own format.' },
  'budget-exceeded': { kind: 'error', means: 'The input is larger than a reader allows (entries, bytes, depth, ratio or time).' },
  'daemon-unreachable': { kind: 'error', means: 'The container engine does not answer.' },
  'daemon-failed': { kind: 'error', means: 'The container engine answered with an error.' },

  // reading an image or a root file system
  'layer-unreadable': { kind: 'unknown', means: 'A layer cannot be read to its end.' },
  'layer-missing': { kind: 'unknown', means: 'A layer that the manifest names is not in the archive.' },
  'layer-foreign': { kind: 'unknown', means: 'A layer is to be fetched from elsewhere (foreign layer) and was not.' },
  'file-too-large': { kind: 'unknown', means: 'A file that should be read is larger than its budget.' },
  'file-unreadable': { kind: 'unknown', means: 'A file or folder cannot be read (permission or input error).' },
  'file-sparse': { kind: 'unknown', means: 'A wanted file is stored sparse with a size beyond its budget.' },
  'link-unresolved': { kind: 'unknown', means: 'A wanted file is a link that leads nowhere inside the image.' },
  'mount-skipped': { kind: 'unknown', means: 'A mounted file system was left out (network, pseudo, fuse or container mount).' },
  'name-not-utf8': { kind: 'warning', means: 'A file name is not UTF-8.' },
  'history-short': { kind: 'warning', means: 'The image history does not match its layers; the commands are unknown.' },

  // packages
  'distro-unknown': { kind: 'unknown', means: 'The distribution cannot be told.' },
  'distro-release-unknown': { kind: 'unknown', means: 'The distribution is known, its release is not.' },
  'distro-unsupported': { kind: 'unknown', means: 'Packages of this distribution cannot be read or matched yet.' },
  'packages-none': { kind: 'unknown', means: 'No package was found that this version can read: there is nothing to judge.' },
  'package-database-missing': { kind: 'unknown', means: 'os-release names a distribution but its package database is not there.' },
  'package-database-unread': { kind: 'unknown', means: 'A package database is there but cannot be read yet.' },
  'package-record-invalid': {
    kind: 'unknown',
    means: 'A record of a package database or manifest lacks a name or version, or cannot be parsed.',
  },
  'package-version-dynamic': { kind: 'unknown', means: 'A package states no fixed version.' },
  'lockfile-ignored': { kind: 'warning', means: 'Lock files in an image are not counted without --lock-files.' },

  // advisories
  'coverage-none': { kind: 'unknown', means: 'There is no advisory data for packages that are present.' },
  'coverage-partial': { kind: 'unknown', means: 'The advisory data for packages that are present is partial.' },
  'data-old': { kind: 'unknown', means: 'The advisory data is older than seven days.' },
  'data-damaged': { kind: 'unknown', means: 'A pack is damaged or was cut; its data was not used.' },
  'data-missing': { kind: 'error', means: 'There is no advisory data for anything in the target.' },
  'version-invalid': { kind: 'unknown', means: 'A version is outside the grammar of its ecosystem and could not be matched.' },
  'advisory-range-invalid': { kind: 'unknown', means: 'An advisory states a range outside the grammar of its ecosystem.' },
  'severity-unrated': { kind: 'unknown', means: 'Findings carry no severity in the advisory data at hand.' },
  'priority-data-missing': {
    kind: 'unknown',
    means: 'No data on known exploitation (KEV) or its probability (EPSS) is at hand; priorities are by severity only.',
  },
  'import-invalid': { kind: 'error', means: 'Nothing importable was found in the given place.' },
  'import-failed': { kind: 'error', means: 'An import stopped; the packs are as they were.' },
  'record-skipped': { kind: 'warning', means: 'A record of a feed could not be parsed and was left out.' },
  'feed-unreachable': { kind: 'error', means: 'A feed cannot be fetched.' },
  'feed-invalid': { kind: 'error', means: 'A feed answered with something else than its format.' },
  'feed-too-large': { kind: 'error', means: 'A feed is larger than its byte budget.' },
  'pack-damaged': { kind: 'error', means: 'A pack file is cut, altered or not a pack.' },
  'program-missing': { kind: 'error', means: 'A program of the host that this needs is not installed.' },

  // waiting updates and lifecycle
  'updates-unverified': { kind: 'unknown', means: "Package indexes could not be verified against the host's keyring." },
  'updates-unavailable': { kind: 'unknown', means: 'No package index of the security archive is at hand.' },
  'updates-untrusted-repository': {
    kind: 'unknown',
    means: 'The target names a repository that this machine does not use; it was not contacted.',
  },
  'updates-unfixed-unknown': { kind: 'unknown', means: 'Waiting updates tell what is fixed, never what is known and unfixed.' },
  'lifecycle-unknown': { kind: 'unknown', means: 'There is no end-of-life date for this release.' },
} as const satisfies Record<string, CodeEntry>;

/** A code of the table. */
export type Code = keyof typeof codes;
