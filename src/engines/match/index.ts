export { planActions } from './actions.ts';
export { ecosystemsOf } from './ecosystems.ts';
export { judgeLifecycle, type LifecycleJudgement } from './lifecycle.ts';
export { locate } from './locate.ts';
export { type Matched, match } from './match.ts';
export { prioritise } from './prioritise.ts';
export { judgeWaiting } from './waiting-updates.ts';
