import type { Analyzer, Learned } from '../../../model/analyzer.ts';
import { nothingLearned } from '../collector.ts';

/** Where apk's configured repositories stand; assembly takes a `distro` fact from here as a correction of Alpine's release, never as a distribution. */
export const REPOSITORIES = 'etc/apk/repositories';

/**
 * Which branch of Alpine the packages come from: an edge image may carry the os-release of the release it will become, and a release image may have been
 * moved on. Counted are untagged `…/BRANCH/main` lines; only when all of them name one branch is it believed, since a mixed list says nothing of the
 * packages that are installed. Other distributions' lines have no branch and give nothing. Format: apk-repositories(5).
 */
export const analyzer: Analyzer = {
  id: 'apk-repositories',
  version: 1,
  wants: [{ path: REPOSITORIES, read: 'full', maxBytes: 1024 * 1024 }],
  analyze(file): Learned {
    const text = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength).toString('utf8');
    const branches = new Set<string>();
    for (const line of text.split('\n')) {
      const branch = /^\s*(?:https?:|ftp:|\/)\S*\/(edge|v\d+\.\d+)\/main\/?\s*$/.exec(line)?.[1];
      if (branch !== undefined) branches.add(branch);
    }
    const [release] = branches;
    if (release === undefined || branches.size > 1) return nothingLearned;
    return { facts: [{ kind: 'distro', distro: { id: 'alpine', name: `Alpine Linux ${release}`, like: [], release } }], skipped: [] };
  },
};
