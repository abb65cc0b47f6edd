/**
 * Routines: operations on whole matrices, which no loop over elements can express. Each reads complete arrays and returns one array; its number operands
 * come after its array operands. To add a routine, add one object here and its implementation in `targets/loops/routines/table.ts`, whose type requires it.
 */
import type { Dimension, Form } from '../form.ts';
import { call, infix, namedLatex, precedence, type Build, type Type, type Written } from './operation.ts';

/** An operation on whole matrices. */
export interface RoutineOperation extends Written {
  /** The form of the result, or undefined if the operands do not fit together. */
  readonly form: (a: Form, b: Form) => Form | undefined;
  /** What an operand must be, for errors. */
  readonly needs: string;
  /** Whether it makes sense for vectors too. */
  readonly ofVectors?: true;
  readonly build?: Build<'noise'>;
}

const rowOf = (form: Form): Dimension => form.charAt(0) as Dimension;
const columnOf = (form: Form): Dimension => form.charAt(1) as Dimension;
const square = (form: Form): Form | undefined => (rowOf(form) === columnOf(form) ? form : undefined);
const same = (form: Form): Form => form;
const column = (form: Form): Form => `${rowOf(form)}1`;
const row = (form: Form): Form => `1${columnOf(form)}`;

/** A matrix and so many numbers. */
const matrix = (count = 0): readonly Type[] => ['matrix', ...new Array<Type>(count).fill('number')];

const table = {
  matmul: {
    takes: ['matrix', 'matrix'],
    text: infix('@', precedence.mul),
    latex: [precedence.mul, '$a3  $b4'],
    form: (a, b) => (columnOf(a) === rowOf(b) ? `${rowOf(a)}${columnOf(b)}` : undefined),
    needs: 'the left matrix must have as many columns as the right one has rows',
  },
  transpose: {
    takes: matrix(),
    text: call('transpose'),
    usual: [precedence.pow, '$a6ᵀ'],
    latex: [precedence.pow, '$a6^{\\top}'],
    form: (a) => `${columnOf(a)}${rowOf(a)}`,
    needs: 'a transpose needs an array',
  },
  rowSum: { takes: matrix(), text: call('rowSum'), latex: namedLatex('rowsum'), form: column, needs: 'a sum of rows needs an array' },
  colSum: { takes: matrix(), text: call('colSum'), latex: namedLatex('colsum'), form: row, needs: 'a sum of columns needs an array' },
  rowMax: { takes: matrix(), text: call('rowMax'), latex: namedLatex('rowmax'), form: column, needs: 'a maximum of rows needs an array' },
  colMax: { takes: matrix(), text: call('colMax'), latex: namedLatex('colmax'), form: row, needs: 'a maximum of columns needs an array' },
  newtonSchulz: {
    takes: matrix(5),
    text: call('newtonSchulz'),
    latex: [precedence.atom, '\\operatorname{NewtonSchulz}_{$e0}\\left($a0\\right)'],
    form: same,
    needs: 'newtonSchulz needs an array and the numbers a, b, c, steps, ε',
  },
  inverseRoot: {
    takes: matrix(2),
    text: call('inverseRoot'),
    latex: [precedence.pow, '\\left($a0 + $c3 I\\right)^{-1/$b6}'],
    form: square,
    needs: 'a root needs a square matrix',
  },
  eigenvectors: {
    takes: matrix(),
    text: call('eigenvectors'),
    latex: namedLatex('eigenvectors'),
    form: square,
    needs: 'eigenvectors need a square matrix',
  },
  orthonormal: {
    takes: matrix(),
    text: call('orthonormal'),
    latex: namedLatex('QR'),
    form: square,
    needs: 'orthonormal needs a square matrix',
  },
  noise: {
    takes: ['number'],
    text: call('noise'),
    latex: [precedence.atom, '\\mathcal{N}\\left(0, 1\\right)'],
    form: () => 'rc',
    needs: 'noise needs a seed',
    ofVectors: true,
    build: (f, [seed]) => f.apply('noise', seed, f.time()),
  },
  // Added where a row or a column meets a matrix; the form is the node's attribute.
  spread: {
    takes: matrix(),
    text: { as: 'nothing' },
    latex: [precedence.atom, '$a0'],
    form: same,
    needs: 'a row or a column',
    ofVectors: true,
  },
} as const satisfies Readonly<Record<string, RoutineOperation>>;

/** The name of a routine. */
export type RoutineOp = keyof typeof table;

/** Every routine. */
export const routines: Readonly<Record<RoutineOp, RoutineOperation>> = table;
