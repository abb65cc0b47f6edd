/** Sums and maxima along rows and columns, and the way back: a row or a column spread over a matrix. Sums are formed in float64, in order. */
import { operandOf, type Matrix, type Routine } from './routine.ts';

/** Calls `visit` with the index of each element and those of its row and column. */
function walk({ rows, cols }: Matrix, visit: (at: number, row: number, column: number) => void): void {
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++, at++) visit(at, i, j);
}

function fold(along: 'row' | 'column', start: number, join: (a: number, b: number) => number): Routine {
  return (job) => {
    const matrix = operandOf(job);
    const out = new Float64Array(job.result.data.length).fill(start);
    walk(matrix, (at, row, column) => {
      const k = along === 'row' ? row : column;
      out[k] = join(out[k]!, matrix.data[at]!);
    });
    job.result.data.set(out);
  };
}

const add = (a: number, b: number): number => a + b;

/** One sum for each row. */
export const rowSum = fold('row', 0, add);
/** One sum for each column. */
export const colSum = fold('column', 0, add);
/** The largest element of each row. */
export const rowMax = fold('row', -Infinity, Math.max);
/** The largest element of each column. */
export const colMax = fold('column', -Infinity, Math.max);

/** A row, a column or a number, repeated to fill the result. */
export const spread: Routine = (job) => {
  const { data, rows, cols } = operandOf(job);
  walk(job.result, (at, row, column) => {
    job.result.data[at] = data[(rows === 1 ? 0 : row) * cols + (cols === 1 ? 0 : column)]!;
  });
};

/** Rows become columns. */
export const transpose: Routine = (job) => {
  const { data, rows, cols } = operandOf(job);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) job.result.data[j * rows + i] = data[i * cols + j]!;
};
