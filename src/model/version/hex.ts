import type { VersionOrder } from './order.ts';
import { compareLoose, isSemver, parseLoose } from './semver.ts';

/** Hex: Elixir's `Version` module, which is Semantic Versioning with all three numbers required and build metadata ignored. */
export const hex: VersionOrder = { scheme: 'hex', compare: (a, b) => compareLoose(parseLoose(a), parseLoose(b)), valid: isSemver };
