import type { Coverage } from '../model/advisory.ts';
import type { Finding } from '../model/finding.ts';
import type { UnknownCause } from '../model/unknown.ts';
import type { Catalogue } from '../sources/packages/index.ts';
import type { Deps } from './deps.ts';
import type { ObservedTarget } from './observe.ts';

/** Security updates that wait in a Debian root file system. */
export async function waiting(
  _target: ObservedTarget,
  _catalogue: Catalogue,
  _now: Date,
  _deps: Deps,
  _signal: AbortSignal,
): Promise<{ findings: readonly Finding[]; causes: readonly UnknownCause[]; data: readonly Coverage[] }> {
  return { findings: [], causes: [], data: [] };
}
