/** Sums and maxima along rows and columns, and the way back: a row or a column spread over a matrix. Sums are formed in float64, in order. */
import { operandOf, type Routine } from './routine.ts';

/** One number for each row. `larger` asks for maxima instead of sums. */
function foldRows(larger: boolean): Routine {
  return (job) => {
    const { data, rows, cols } = operandOf(job);
    for (let i = 0, at = 0; i < rows; i++) {
      let all = larger ? -Infinity : 0;
      const end = at + cols;
      if (larger) for (; at < end; at++) all = Math.max(all, data[at]!);
      else for (; at < end; at++) all += data[at]!;
      job.result.data[i] = all;
    }
  };
}

/** One number for each column. */
function foldCols(larger: boolean): Routine {
  return (job) => {
    const { data, rows, cols } = operandOf(job);
    const all = new Float64Array(cols).fill(larger ? -Infinity : 0);
    for (let i = 0, at = 0; i < rows; i++) {
      if (larger) for (let j = 0; j < cols; j++, at++) all[j] = Math.max(all[j]!, data[at]!);
      else for (let j = 0; j < cols; j++, at++) all[j]! += data[at]!;
    }
    job.result.data.set(all);
  };
}

/** One sum for each row. */
export const rowSum = foldRows(false);
/** One sum for each column. */
export const colSum = foldCols(false);
/** The largest element of each row. */
export const rowMax = foldRows(true);
/** The largest element of each column. */
export const colMax = foldCols(true);

/** A row, a column or a number, repeated to fill the result; what has the result's form already is copied. */
export const spread: Routine = (job) => {
  const { data, rows, cols } = operandOf(job);
  const { result } = job;
  for (let i = 0, at = 0; i < result.rows; i++, at += result.cols) {
    const from = rows === 1 ? 0 : i * cols;
    if (cols === 1) result.data.fill(data[from]!, at, at + result.cols);
    else result.data.set(data.subarray(from, from + cols), at);
  }
};

/** Rows become columns. */
export const transpose: Routine = (job) => {
  const { data, rows, cols } = operandOf(job);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) job.result.data[j * rows + i] = data[i * cols + j]!;
};
