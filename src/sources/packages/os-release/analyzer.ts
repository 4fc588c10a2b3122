import type { Analyzer, Learned, Want } from '../../../model/analyzer.ts';
import type { Distro } from '../../../model/distro.ts';
import { collectorFor } from '../collector.ts';
import { readAssignments } from './fields.ts';
import { OLDER_RELEASE_FILES, olderDistro } from './older.ts';
import { releaseOf } from './release.ts';

const MAX_BYTES = 1024 * 1024;
const paths = ['etc/os-release', 'usr/lib/os-release', ...OLDER_RELEASE_FILES];

/**
 * Which distribution this is, from os-release(5) and, for older systems, from the release files that came before it.
 * `release` is derived in `release.ts`; which file wins where several stand is settled at assembly.
 */
export const analyzer: Analyzer = {
  id: 'os-release',
  version: 1,
  wants: paths.map((path): Want => ({ path, read: 'full', maxBytes: MAX_BYTES })),
  analyze(file): Learned {
    const collector = collectorFor({
      area: 'os',
      path: file.path,
      hint: 'The file is not used; another release file may tell the distribution.',
    });
    const text = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
      .toString('utf8')
      .replace(/^\ufeff/, '');
    const isCurrent = file.path.endsWith('/os-release');
    const distro = isCurrent ? currentDistro(text) : olderDistro(file.path, text);
    if (distro !== undefined) collector.add({ kind: 'distro', distro });
    else if (text.trim() !== '')
      collector.skip(isCurrent ? 'an os-release without an ID' : 'a release file that names no known distribution', '');
    return collector.learned();
  },
};

function currentDistro(text: string): Distro | undefined {
  const fields = readAssignments(text);
  const field = (name: string) => fields.get(name) || undefined;
  const id = field('ID')?.toLowerCase();
  if (id === undefined) return undefined;
  const version = field('VERSION_ID');
  const codename = field('VERSION_CODENAME') ?? field('UBUNTU_CODENAME') ?? /\((\w+)\)/.exec(field('VERSION') ?? '')?.[1]?.toLowerCase();
  const name = field('PRETTY_NAME') ?? [field('NAME') ?? id, field('VERSION') ?? version].filter((part) => part !== undefined).join(' ');
  const release = releaseOf({ id, name, ...(version === undefined ? {} : { version }), ...(codename === undefined ? {} : { codename }) });
  return {
    id,
    name,
    like: (field('ID_LIKE') ?? '')
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ''),
    ...(version === undefined ? {} : { version }),
    ...(codename === undefined ? {} : { codename }),
    ...(release === undefined ? {} : { release }),
  };
}
