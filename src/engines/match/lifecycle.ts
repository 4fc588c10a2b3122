import type { Distro, Lifecycle } from '../../model/distro.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import type { AdvisoryIndex } from '../../model/ports.ts';
import type { UnknownCause } from '../../model/unknown.ts';

/** What is known of a release's life. */
export interface LifecycleJudgement {
  readonly lifecycle?: Lifecycle;
  /** One `end-of-life` finding when support has ended. */
  readonly findings: readonly Finding[];
  readonly causes: readonly UnknownCause[];
}

/** Product of the lifecycle data and how many numbers its cycles have, by `ID` of os-release. Source: endoflife.date, `products/*.md`. */
const products: Readonly<Record<string, { readonly product: string; readonly numbers: 1 | 2 }>> = {
  debian: { product: 'debian', numbers: 1 },
  alpine: { product: 'alpine-linux', numbers: 2 },
  ubuntu: { product: 'ubuntu', numbers: 2 },
  rocky: { product: 'rocky-linux', numbers: 1 },
  almalinux: { product: 'almalinux', numbers: 1 },
  rhel: { product: 'rhel', numbers: 1 },
  centos: { product: 'centos', numbers: 1 },
  fedora: { product: 'fedora', numbers: 1 },
  ol: { product: 'oracle-linux', numbers: 1 },
  amzn: { product: 'amazon-linux', numbers: 2 },
  'opensuse-leap': { product: 'opensuse', numbers: 2 },
  sles: { product: 'sles', numbers: 2 },
};

/** Releases that never end: their packages move on. */
const rolling = new Set(['edge', 'testing', 'sid', 'unstable', 'rawhide', 'rolling']);

/**
 * Judges the age of the distribution itself. Past its end: high; past its end while a long-term or paid extension still runs: medium, since fixes may
 * come from there. Without data: a quiet cause. An unknown distribution is not judged here: that is a cause of its own.
 */
export function judgeLifecycle(distro: Distro | undefined, index: AdvisoryIndex, now: Date): LifecycleJudgement {
  if (distro === undefined) return { findings: [], causes: [] };
  if (rolling.has(distro.release ?? '') || (distro.release === undefined && distro.version === undefined))
    return { findings: [], causes: [] };
  const known = products[distro.id];
  const cycle = known === undefined ? undefined : cycleOf(distro, known.numbers);
  const product = known?.product === 'centos' && /stream/i.test(distro.name) ? 'centos-stream' : known?.product;
  const lifecycle = product === undefined || cycle === undefined ? undefined : index.lifecycle(product, cycle);
  if (lifecycle === undefined)
    return {
      findings: [],
      causes: [
        {
          code: 'lifecycle-unknown',
          area: 'lifecycle',
          of: 'releases',
          reason: `there is no end-of-life date for ${distro.name}`,
          hint: 'plimsoll db update',
          example: distro.name,
          blocking: false,
        },
      ],
    };
  const finding = endOfLife(distro, lifecycle, index, now.toISOString().slice(0, 10));
  return { lifecycle, findings: finding === undefined ? [] : [finding], causes: [] };
}

function cycleOf(distro: Distro, numbers: 1 | 2): string | undefined {
  const text = (distro.release ?? distro.version ?? '').replace(/^v/, '');
  const match = (numbers === 1 ? /^\d+/ : /^\d+(?:\.\d+)?/).exec(text);
  return match?.[0];
}

function endOfLife(distro: Distro, lifecycle: Lifecycle, index: AdvisoryIndex, today: string): Finding | undefined {
  if (!isPast(lifecycle.eol, today)) return undefined;
  const { extendedEol } = lifecycle;
  const extended = extendedEol !== undefined && !isPast(extendedEol, today);
  const ended = `the support of ${distro.name} ended${typeof lifecycle.eol === 'string' ? ` on ${lifecycle.eol}` : ''}`;
  const extension =
    typeof extendedEol === 'string'
      ? `its extended or long-term support ${extended ? 'runs until' : 'ended on'} ${extendedEol}`
      : undefined;
  const source = index.sources().find((one) => one.ecosystem === 'lifecycle');
  const evidence: Evidence = {
    kind: 'lifecycle',
    subject: `${lifecycle.product} ${lifecycle.cycle}`,
    source: source?.source ?? 'endoflife',
    says: ended,
    ...(source?.asOf === undefined ? {} : { asOf: source.asOf }),
  };
  return {
    id: `end-of-life-${lifecycle.product}-${lifecycle.cycle}`,
    kind: 'end-of-life',
    severity: extended ? 'medium' : 'high',
    title: `${distro.name} is past its end of life`,
    subject: { name: distro.name },
    installed: distro.version ?? lifecycle.cycle,
    status: 'end_of_life',
    aliases: [],
    evidence: [evidence],
    fix: { text: `Move to a release of ${distro.name.replace(/[\s/]*v?\d.*$/, '')} that is still supported.` },
    priority: 0,
    reasons: [ended, ...(extension === undefined ? [] : [extension]), ...(extended ? [] : ['new vulnerabilities get no fix'])],
    exploited: false,
  };
}

/** The last day itself is still supported. */
function isPast(end: string | boolean, today: string): boolean {
  return typeof end === 'boolean' ? end : end < today;
}
