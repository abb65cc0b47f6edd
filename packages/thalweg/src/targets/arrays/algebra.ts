/**
 * What a step over whole arrays needs of a framework, as one object. To add a target, implement it; `step.ts` calls it with the operations of a program in
 * order. `T` is the framework's type for arrays and numbers, traced or not. Knows no framework.
 */
import type { ElementOp } from '../../language/operations/elements.ts';
import type { RoutineOp } from '../../language/operations/routines.ts';
import type { ReduceOp } from '../../language/operations/sums.ts';
import type { DType } from '../../plan/dtype.ts';

/** A parameter. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Rows and columns of an array. */
export interface Size {
  readonly rows: number;
  readonly cols: number;
}

/** An array with its rows and columns. */
export interface Sized<T> extends Size {
  readonly value: T;
}

/** Arrays and numbers of a framework. */
export interface ArrayAlgebra<T> {
  constant(value: number): T;
  /** An operation on numbers, in float64 where the framework has it. */
  scalar(op: ElementOp, operands: readonly T[]): T;
  /** Whether a number is normal in a type. Only the exact plan asks. */
  normal(x: T, dtype: DType): T;
  /** 1 − bᵗ, without cancellation where b is near 1. */
  compow(b: T, t: T): T;
  /** An operation element by element. Those operands that are no arrays are numbers, which have the arrays' type beside them. */
  elements(op: ElementOp, operands: readonly T[], isArray: readonly boolean[]): T;
  /** Σ x or Σ a·b over `count` elements, as a number. */
  sum(op: ReduceOp, operands: readonly T[], isArray: readonly boolean[], count: number): T;
  /** A routine on whole matrices. */
  routine(op: RoutineOp, operands: readonly Sized<T>[], numbers: readonly T[], result: Size, tensor: Tensor): T;
  /** An array of a tensor that is a number everywhere. */
  fill(x: T, size: Size, tensor: Tensor): T;
}
