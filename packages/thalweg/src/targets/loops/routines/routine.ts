/**
 * What a routine on whole matrices is given. A routine is plain JavaScript on the arrays' own memory, the same code whatever the backend but
 * for products of matrices and noise, so its result is the same bit for bit; storing to the array rounds to its type.
 */

/** An array with its rows and columns. */
export interface Matrix {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly cols: number;
}

/** out = A·B, or A·Bᵀ, each element summed in the order of the inner index, every product and sum rounded to the array's type. */
export type Multiply = (a: Matrix, b: Matrix, out: Matrix, transposed?: boolean) => void;

/** One call of a routine for one tensor. */
export interface RoutineJob {
  /** The parameter's name. */
  readonly tensor: string;
  readonly operands: readonly Matrix[];
  readonly scalars: readonly number[];
  readonly result: Matrix;
  /** How the backend multiplies matrices; all ways give the same bits. */
  readonly multiply: Multiply;
}

/** Reads its operands and overwrites its result. */
export type Routine = (job: RoutineJob) => void;

/** The operand number `i`, which exists. */
export function operandOf({ operands }: RoutineJob, i = 0): Matrix {
  const operand = operands[i];
  if (operand === undefined) throw new RangeError(`the routine has no operand ${String(i)}`);
  return operand;
}

/** A number operand, which exists. */
export function scalarOf({ scalars }: RoutineJob, i: number): number {
  const scalar = scalars[i];
  if (scalar === undefined) throw new RangeError(`the routine has no number ${String(i)}`);
  return scalar;
}

/** An array of the same type, all zero. */
export function like(matrix: Matrix, rows: number, cols: number): Matrix {
  const length = rows * cols;
  return { data: matrix.data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length), rows, cols };
}
