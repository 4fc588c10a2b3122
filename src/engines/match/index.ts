export type { Matched } from './match.ts';
export { match } from './match.ts';
