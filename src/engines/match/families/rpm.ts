import { type Family, sourceName, sourceVersion } from './family.ts';

/** RPM distributions: read, not matched yet; said aloud, so that their packages never count as clean. */
export const rpm: Family = {
  type: 'rpm',
  kind: 'os',
  title: 'RPM distributions',
  ecosystem: (distro) => ({
    code: 'distro-unsupported',
    reason: `packages of ${distro?.name ?? 'an RPM distribution'} cannot be matched yet`,
    hint: 'Judge these packages with a tool of that distribution.',
  }),
  nameOf: sourceName,
  versionOf: sourceVersion,
};
