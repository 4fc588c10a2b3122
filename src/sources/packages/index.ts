export { type AssembleOptions, assemble, type Catalogue } from './assemble.ts';
export { couldBeLanguageEvidence } from './evidence.ts';
export { type ReleaseInput, releaseOf } from './os-release/release.ts';
