/**
 * Routines: operations on whole matrices, which no loop over elements can express. Each reads arrays that are complete and gives one
 * array; its operands that are numbers come after those that are arrays. What a routine computes is specified in `lower/routines/`.
 */
import type { Dimension, Form } from './form.ts';

/** The routines that a text can call. `spread` is added where a row or column meets a matrix. */
export type RoutineOp =
  | 'matmul' | 'transpose' | 'rowSum' | 'colSum' | 'rowMax' | 'colMax'
  | 'newtonSchulz' | 'inverseRoot' | 'eigenvectors' | 'orthonormal' | 'noise' | 'spread'; // prettier-ignore

interface RoutineRule {
  /** How many operands are arrays; they come first. */
  readonly arrays: number;
  /** How many operands are numbers. */
  readonly scalars: number;
  /** The form of the result, or undefined where the operands do not fit together. */
  readonly form: (a: Form, b: Form) => Form | undefined;
  /** What an operand must be, for errors. */
  readonly needs: string;
}

const rowOf = (form: Form): Dimension => form.charAt(0) as Dimension;
const columnOf = (form: Form): Dimension => form.charAt(1) as Dimension;
const square = (form: Form): Form | undefined => (rowOf(form) === columnOf(form) ? form : undefined);

/** The rule of each routine. */
export const routines: Readonly<Record<RoutineOp, RoutineRule>> = {
  matmul: {
    arrays: 2,
    scalars: 0,
    form: (a, b) => (columnOf(a) === rowOf(b) ? `${rowOf(a)}${columnOf(b)}` : undefined),
    needs: 'the columns of the left side must be the rows of the right one',
  },
  transpose: { arrays: 1, scalars: 0, form: (a) => `${columnOf(a)}${rowOf(a)}`, needs: 'a transpose needs an array' },
  rowSum: { arrays: 1, scalars: 0, form: (a) => `${rowOf(a)}1`, needs: 'a sum of rows needs an array' },
  colSum: { arrays: 1, scalars: 0, form: (a) => `1${columnOf(a)}`, needs: 'a sum of columns needs an array' },
  rowMax: { arrays: 1, scalars: 0, form: (a) => `${rowOf(a)}1`, needs: 'a maximum of rows needs an array' },
  colMax: { arrays: 1, scalars: 0, form: (a) => `1${columnOf(a)}`, needs: 'a maximum of columns needs an array' },
  newtonSchulz: { arrays: 1, scalars: 5, form: (a) => a, needs: 'newtonSchulz needs an array and the numbers a, b, c, steps, ε' },
  inverseRoot: { arrays: 1, scalars: 2, form: square, needs: 'a root needs a square matrix' },
  eigenvectors: { arrays: 1, scalars: 0, form: square, needs: 'eigenvectors need a square matrix' },
  orthonormal: { arrays: 1, scalars: 0, form: square, needs: 'orthonormal needs a square matrix' },
  noise: { arrays: 0, scalars: 2, form: () => 'rc', needs: 'noise needs the seed' },
  spread: { arrays: 1, scalars: 0, form: (a) => a, needs: 'a row or a column' },
};

/** Whether an operation is a routine. */
export function isRoutineOp(op: string): op is RoutineOp {
  return Object.hasOwn(routines, op);
}

/** Whether a routine makes sense for a matrix only, and not for a vector or a number. */
export function needsMatrix(op: RoutineOp): boolean {
  return op !== 'noise' && op !== 'spread';
}
