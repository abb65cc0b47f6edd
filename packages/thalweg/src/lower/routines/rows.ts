/** Sums and maxima along rows and columns, and the way back: a row or a column spread over a matrix. Sums are formed in float64, in order. */
import { operandOf, type Routine } from './routine.ts';

type Join = (out: Float64Array, k: number, value: number) => void;

const add: Join = (out, k, value) => void (out[k]! += value);
const larger: Join = (out, k, value) => void (out[k] = Math.max(out[k]!, value));

/** One number for each row, or for each column: where the number of an element lies, the row counts `down` and the column `across`. */
function fold(down: 0 | 1, across: 0 | 1, start: number, join: Join): Routine {
  return (job) => {
    const { data, rows, cols } = operandOf(job);
    const out = new Float64Array(job.result.data.length).fill(start);
    for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++, at++) join(out, i * down + j * across, data[at]!);
    job.result.data.set(out);
  };
}

/** One sum for each row. */
export const rowSum = fold(1, 0, 0, add);
/** One sum for each column. */
export const colSum = fold(0, 1, 0, add);
/** The largest element of each row. */
export const rowMax = fold(1, 0, -Infinity, larger);
/** The largest element of each column. */
export const colMax = fold(0, 1, -Infinity, larger);

/** A row, a column or a number, repeated to fill the result. */
export const spread: Routine = (job) => {
  const { data, rows, cols } = operandOf(job);
  const [down, across] = [rows === 1 ? 0 : cols, cols === 1 ? 0 : 1];
  const { result } = job;
  for (let i = 0, at = 0; i < result.rows; i++) {
    if (across === 0) result.data.fill(data[i * down]!, at, (at += result.cols));
    else for (let j = 0; j < result.cols; j++, at++) result.data[at] = data[i * down + j]!;
  }
};

/** Rows become columns. */
export const transpose: Routine = (job) => {
  const { data, rows, cols } = operandOf(job);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) job.result.data[j * rows + i] = data[i * cols + j]!;
};
