/** The races: models from one parameter to ten million, many small tensors, and gradients that are mostly zero. */
import type { Case } from './race.ts';

const normal = (tensors: number, each: number, warmup: number, steps: number): Case => ({
  tensors,
  each,
  condition: 'normal',
  warmup,
  lead: steps,
  steps,
  cold: tensors * each > 1,
});

/** Steps in blocks of twenty; an element that has gradients has them in all steps of a block. */
const inBlocks = (each: number, condition: 'sparse' | 'dead', warmup: number): Case => ({
  tensors: 1,
  each,
  condition,
  warmup,
  lead: 4,
  steps: 16,
  cold: false,
});

/**
 * All races, by size. Small models warm up for long, until just-in-time compilers are done with them. A turn lasts some milliseconds, which threads
 * need to find a core each; steps are fewer only where a slow contender would take minutes.
 */
export const cases: readonly Case[] = [
  normal(1, 1, 20_000, 400),
  normal(1, 1000, 20_000, 200),
  normal(1, 100_000, 400, 60),
  inBlocks(100_000, 'sparse', 2000),
  inBlocks(100_000, 'dead', 2000),
  normal(200, 1000, 200, 40),
  normal(1, 300_000, 100, 30),
  normal(3000, 100, 60, 16),
  normal(1, 1_000_000, 40, 10),
  normal(1, 10_000_000, 3, 1),
];

/** A few of them, to see that everything works. */
export const quickCases: readonly Case[] = [
  normal(1, 1000, 100, 20),
  normal(1, 1_000_000, 3, 1),
  normal(100, 10, 20, 4),
  inBlocks(1000, 'sparse', 100),
  inBlocks(1000, 'dead', 1000),
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
