/**
 * The statistics of a comparison, also for pages: medians in which a diverged run is the worst, ranks, paired tests against a reference. Imports nothing of
 * Node.
 *
 * @packageDocumentation
 */
export { lower, median, quantile } from './quantile.ts';
export type { Direction } from './quantile.ts';
export { budgetOf } from './statistics/budget.ts';
export type { Choice } from './statistics/budget.ts';
export { compareWith, marginOf } from './statistics/compare.ts';
export type { Judged, Scores } from './statistics/compare.ts';
export { firstPlaces } from './statistics/stability.ts';
export { ranks, summarize } from './statistics/summary.ts';
