/** Products of matrices. Each element is summed in the order of the inner index, every product and sum rounded to the array's type. */
import { operandOf, type Matrix, type Multiply, type Routine } from './routine.ts';

/** out = A·B. Blocks of the inner index keep B's rows in cache; the order in which an element is summed does not change. */
export const multiply: Multiply = (a, b, out, isTransposed = false) => {
  out.data.fill(0);
  const right = isTransposed ? transposed(b) : b;
  if (out.data instanceof Float32Array) accumulate(a, right, out, Math.fround);
  else accumulate(a, right, out, (x) => x);
};

const blockOfInner = 64;

function accumulate(a: Matrix, b: Matrix, out: Matrix, round: (x: number) => number): void {
  const [inner, columns] = [a.cols, b.cols];
  for (let from = 0; from < inner; from += blockOfInner) {
    const to = Math.min(inner, from + blockOfInner);
    for (let i = 0; i < a.rows; i++) {
      for (let k = from; k < to; k++) {
        const x = a.data[i * inner + k]!;
        for (let j = 0; j < columns; j++) out.data[i * columns + j]! += round(x * b.data[k * columns + j]!);
      }
    }
  }
}

/** The transpose of a matrix. */
export function transposed({ data, rows, cols }: Matrix): Matrix {
  const out = data.slice();
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!;
  return { data: out, rows: cols, cols: rows };
}

/** A·B. */
export const matmul: Routine = (job) => {
  job.multiply(operandOf(job, 0), operandOf(job, 1), job.result);
};
