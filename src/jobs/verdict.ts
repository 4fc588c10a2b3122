/** How verdicts become exit codes, for apps: they reach policy through the jobs. */
export { exitCodeOf } from '../policy/judge-scan.ts';
