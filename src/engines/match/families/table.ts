import type { PackageType } from '../../../model/package.ts';
import { alpine } from './alpine.ts';
import { debian } from './debian.ts';
import type { Family } from './family.ts';
import { npm } from './npm.ts';
import { pypi } from './pypi.ts';
import { rpm } from './rpm.ts';

/** Every kind of package with its family; the type makes the table complete. */
export const families: Readonly<Record<PackageType, Family>> = { deb: debian, apk: alpine, rpm, npm, pypi };
