/** Sums over the elements of tensors, as operations of the graph. Their notation is sugar (`sugar.ts`). */
import { anything, positive, type RangeRule } from './interval.ts';
import type { ZeroRule } from './operation.ts';

/** A sum over arrays: what analyses may know of it. */
export interface SumOperation {
  readonly operands: 1 | 2;
  readonly range: RangeRule;
  readonly zeroWhere?: ZeroRule;
}

const table = {
  sum: { operands: 1, range: (a) => (a[0] >= 0 ? positive : anything) },
  // Of a·b, with the products formed in float64.
  dot: { operands: 2, range: (_, __, ___, same) => (same ? positive : anything), zeroWhere: 'any' },
} as const satisfies Readonly<Record<string, SumOperation>>;

/** The name of a sum. */
export type ReduceOp = keyof typeof table;

/** Both sums. */
export const sums: Readonly<Record<ReduceOp, SumOperation>> = table;
