import type { Coverage } from '../../model/advisory.ts';
import type { UnknownCause } from '../../model/unknown.ts';
import type { Family } from './families/family.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const OLD_DAYS = 7;

/** The packages that share one ecosystem, as far as the data about them goes. */
export interface Covered {
  readonly family: Family;
  readonly ecosystem: string;
  readonly count: number;
  /** One package, as `name@version`. */
  readonly example: string;
}

/** What the data of one ecosystem cannot support: nothing at all, partial, or old. Full and fresh data gives no cause. */
export function coverageCauses(covered: Covered, coverage: readonly Coverage[], now: Date): UnknownCause[] {
  const { family, ecosystem, count, example } = covered;
  const base = { area: family.type, of: 'packages', count, example };
  const hint = `plimsoll db update ${family.title}`;
  if (coverage.length === 0)
    return [{ ...base, code: 'coverage-none', reason: `there is no advisory data for ${ecosystem}`, hint, blocking: true }];
  const full = coverage.filter((one) => one.state === 'full');
  if (full.length === 0)
    return [
      {
        ...base,
        code: 'coverage-partial',
        reason: `advisory data for ${ecosystem} is partial: ${coverage.map(inWords).join('; ')}`,
        hint,
        blocking: true,
      },
    ];
  const days = ageInDays(full, now);
  if (days !== undefined && days <= OLD_DAYS) return [];
  const reason =
    days === undefined ? `nobody says how old the advisory data for ${ecosystem} is` : `advisory data for ${ecosystem} is ${days} days old`;
  return [{ ...base, code: 'data-old', reason, hint, blocking: false }];
}

function inWords({ source, reason, asOf }: Coverage): string {
  return `${source}${reason === undefined ? '' : ` ${reason}`}${asOf === undefined ? '' : ` (as of ${asOf.slice(0, 10)})`}`;
}

/** Age of the freshest; undefined when no source gives a date. */
function ageInDays(coverage: readonly Coverage[], now: Date): number | undefined {
  const times = coverage.flatMap(({ asOf }) => (asOf === undefined ? [] : [Date.parse(asOf)])).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(0, Math.floor((now.getTime() - Math.max(...times)) / DAY_MS));
}

/** One quiet cause where the data cannot tell what is exploited. */
export function priorityCauses(kinds: readonly Coverage[], findings: number): UnknownCause[] {
  const missing = ['kev', 'epss'].filter((kind) => !kinds.some((one) => one.ecosystem.toLowerCase() === kind));
  if (missing.length === 0 || findings === 0) return [];
  const names = missing.map((kind) => kind.toUpperCase()).join('/');
  return [
    {
      code: 'priority-data-missing',
      area: 'priority',
      of: findings === 1 ? 'finding' : 'findings',
      reason: missing.length === 2 ? `no ${names} data: priorities are by severity only` : `no ${names} data: priorities lack it`,
      hint: 'plimsoll db update',
      count: findings,
      blocking: false,
    },
  ];
}
