import type { Verb } from './verb.ts';

interface VerbEntry {
  readonly summary: string;
  /** Other words for the same verb, as users of other scanners know them. */
  readonly also: readonly string[];
  load(): Promise<Verb>;
}

/** Every verb with its one line of help. A verb is a lazy chunk: help and version load none of them. */
export const verbs: Readonly<Record<string, VerbEntry>> = {
  scan: {
    summary: 'judge an image, archive, folder or root file system',
    also: ['image', 'fs', 'filesystem', 'rootfs'],
    load: () => import('./verbs/scan.ts').then((m) => m.verb),
  },
  sbom: { summary: 'write the packages of a target as CycloneDX', also: [], load: () => import('./verbs/sbom.ts').then((m) => m.verb) },
  db: { summary: 'advisory data: update, import, export, status', also: [], load: () => import('./verbs/db.ts').then((m) => m.verb) },
  cache: { summary: 'layer results: status, clear', also: [], load: () => import('./verbs/cache.ts').then((m) => m.verb) },
  config: { summary: 'settings with their origin: show', also: [], load: () => import('./verbs/config.ts').then((m) => m.verb) },
  version: { summary: 'version; --sbom prints what is bundled', also: [], load: () => import('./verbs/version.ts').then((m) => m.verb) },
  dev: {
    summary: 'plumbing for tests and embedders: compare-versions, match',
    also: [],
    load: () => import('./verbs/dev.ts').then((m) => m.verb),
  },
};

/** Verbs of the contract that this version does not have yet, so that they are named and not "unknown". */
export const laterVerbs: readonly string[] = [
  'lint',
  'gate',
  'secrets',
  'sign',
  'verify',
  'attest',
  'verify-attestation',
  'verify-bundle',
  'trust',
  'promote',
  'gateway',
  'bench',
  'daemon',
  'guard',
  'net',
  'serve',
  'agent',
  'comply',
  'assess',
];
