/** The races: models from one parameter to ten million, many small tensors, and gradients that are mostly zero. */
import type { Case } from './race.ts';

const normal = (tensors: number, each: number, warmup: number, steps: number): Case => ({
  tensors,
  each,
  condition: 'normal',
  warmup,
  steps,
  cold: tensors * each > 1,
});

/** All races, by size. Steps are few where a slow contender would take minutes; all take the same number. */
export const cases: readonly Case[] = [
  normal(1, 1, 5000, 500),
  normal(1, 1000, 2000, 200),
  normal(1, 100_000, 200, 20),
  { tensors: 1, each: 100_000, condition: 'sparse', warmup: 2000, steps: 16, cold: false },
  { tensors: 1, each: 100_000, condition: 'dead', warmup: 2000, steps: 16, cold: false },
  normal(200, 1000, 100, 10),
  normal(1, 300_000, 50, 8),
  normal(3000, 100, 30, 8),
  normal(1, 1_000_000, 20, 4),
  normal(1, 10_000_000, 3, 1),
];

/** A few of them, to see that everything works. */
export const quickCases: readonly Case[] = [
  normal(1, 1000, 100, 20),
  normal(1, 1_000_000, 3, 1),
  normal(100, 10, 20, 4),
  { tensors: 1, each: 1000, condition: 'sparse', warmup: 100, steps: 16, cold: false },
  { tensors: 1, each: 1000, condition: 'dead', warmup: 1000, steps: 16, cold: false },
];

/** `200 × 1,000`, or `1,000`. */
export function sizeText({ tensors, each }: Pick<Case, 'tensors' | 'each'>): string {
  return `${tensors === 1 ? '' : `${tensors.toLocaleString('en')} × `}${each.toLocaleString('en')}`;
}

/** A case in words. */
export function caseText(which: Case): string {
  const words = { normal: '', sparse: ', sparse gradients', dead: ', dead gradients' }[which.condition];
  return `${sizeText(which)} parameter${which.tensors * which.each === 1 ? '' : 's'}${words}`;
}
