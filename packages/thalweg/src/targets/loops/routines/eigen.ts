/**
 * Eigenvectors and roots of symmetric matrices, by Householder's reduction to three diagonals and QL steps with implicit shifts, and an
 * orthonormal basis, by Householder's reflections: small routines in float64, made of + − · / √ and the library's own power, so that every
 * engine gives the same bits. For the preconditioners of Shampoo and SOAP (Golub & Van Loan 2013, sections 8.3 and 5.2). All inner loops run
 * along rows, in the order of memory.
 */
import { pow } from '../../../language/operations/algorithms.ts';
import { doubles } from '../js/arithmetic.ts';
import { operandOf, scalarOf, type Matrix, type Routine } from './routine.ts';

/** QL steps for one eigenvalue; two do nearly always. */
const mostSteps = 60;

/**
 * The eigenvalues of a symmetric matrix, the largest first, with their eigenvectors as the rows of `vectors`. Where the matrix is not finite
 * nor are the values.
 */
export function symmetricEigen({ data, rows: n }: Matrix): { readonly values: Float64Array; readonly vectors: Float64Array } {
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  // A power of two brings the largest element near 1, so that no square leaves the range.
  const scale = largest > 0 && largest < Infinity ? 2 ** Math.max(-1022, Math.min(1022, -Math.floor(Math.log2(largest)))) : 1;
  // The rows with large elements come last in the end: the small eigenvalues of a graded matrix lose less that way.
  const place = Array.from({ length: n }, (_, i) => i).sort((i, j) => Math.abs(data[j * n + j]!) - Math.abs(data[i * n + i]!) || i - j);
  const a = new Float64Array(n * n);
  place.forEach((from, i) => {
    place.forEach((to, j) => (a[i * n + j] = 0.5 * (scale * data[from * n + to]! + scale * data[to * n + from]!)));
  });
  const q = tridiagonalize(a, n);
  const [d, e, v] = [new Float64Array(n), new Float64Array(n), new Float64Array(n * n)];
  place.forEach((to, k) => {
    for (let i = 0; i < n; i++) v[(n - 1 - i) * n + to] = q[i * n + k]!;
    d[n - 1 - k] = a[k * n + k]!;
    e[n - 1 - k] = k > 0 ? a[(k - 1) * n + k]! : 0;
  });
  if (largest < Infinity) diagonalize(v, d, e, n);
  else d.fill(NaN);
  const order = Array.from(d.keys()).sort((i, j) => d[j]! - d[i]! || j - i);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    vectors.set(v.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => d[i]! / scale), vectors };
}

/** Replaces the upper half of a symmetric matrix A by that of Q·A·Qᵀ, which has three diagonals, and returns Q. */
function tridiagonalize(a: Float64Array, n: number): Float64Array {
  const [u, factors, p] = [new Float64Array(n * n), new Float64Array(n), new Float64Array(n)];
  for (let k = 1; k < n; k++) {
    const factor = (factors[k] = mirror(a, u, n, k - 1, k));
    const row = k * n;
    let along = 0;
    for (let i = k; i < n; i++) {
      p[i] = factor * dot(a, i * n, u, row, k, n);
      along += p[i]! * u[row + i]!;
    }
    for (let i = k; i < n; i++) p[i]! -= 0.5 * factor * along * u[row + i]!;
    for (let i = k; i < n; i++) {
      const [x, y] = [u[row + i]!, p[i]!];
      for (let j = k; j < n; j++) a[i * n + j]! -= x * p[j]! + y * u[row + j]!;
    }
  }
  return multiplied(u, factors, n);
}

/**
 * The reflection I − f·u·uᵀ that brings all of a row of a matrix from column `k` on into column `k`: u becomes row `k` of `us`, and the
 * row's element in column `k` what it is then. Returns f.
 */
function mirror(matrix: Float64Array, us: Float64Array, n: number, row: number, k: number): number {
  us.set(matrix.subarray(row * n + k, (row + 1) * n), k * n + k);
  const squares = dot(us, k * n, us, k * n, k, n);
  const head = matrix[row * n + k]!;
  const norm = head < 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  us[k * n + k] = head + norm;
  matrix[row * n + k] = -norm;
  return squares === 0 ? 0 : 1 / (squares + head * norm);
}

/** Multiplies the rows from `first` on by the reflection `k` from the right. */
function reflect(matrix: Float64Array, us: Float64Array, n: number, k: number, factor: number, first: number): void {
  for (let i = first; i < n; i++) {
    const along = factor * dot(matrix, i * n, us, k * n, k, n);
    for (let j = k; j < n; j++) matrix[i * n + j]! -= along * us[k * n + j]!;
  }
}

/** The product of all reflections, the last first. */
function multiplied(us: Float64Array, factors: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let k = n - 1; k >= 0; k--) {
    q[k * n + k] = 1;
    reflect(q, us, n, k, factors[k]!, k);
  }
  return q;
}

/** The sum of the products of elements `from` to `to` of two rows, which begin at `x` and `y`. */
function dot(a: Float64Array, x: number, b: Float64Array, y: number, from: number, to: number): number {
  let sum = 0;
  for (let j = from; j < to; j++) sum += a[x + j]! * b[y + j]!;
  return sum;
}

/** Clears e, of which element i is beside rows i and i + 1, by QL steps, applying their rotations to the rows of v; d becomes the eigenvalues. */
function diagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < mostSteps; step++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * 0.5 * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      // Wilkinson's shift.
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.sqrt(g * g + 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
      let [s, c, taken] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= taken;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - taken;
        r = (d[i]! - g) * s + 2 * c * b;
        taken = s * r;
        d[i + 1] = g + taken;
        g = c * r - b;
        rotate(v, i * n, n, c, s);
      }
      if (r === 0 && i >= l) continue;
      d[l]! -= taken;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** Rotates the row at `at` and the one after it. */
function rotate(v: Float64Array, at: number, n: number, c: number, s: number): void {
  for (let k = at; k < at + n; k++) {
    const x = v[k]!;
    const y = v[k + n]!;
    v[k + n] = s * x + c * y;
    v[k] = c * x - s * y;
  }
}

/** The eigenvectors of a symmetric matrix as columns, that of the largest eigenvalue first. */
export const eigenvectors: Routine = (job) => {
  const matrix = operandOf(job);
  const n = matrix.rows;
  const { vectors } = symmetricEigen(matrix);
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) job.result.data[i * n + k] = vectors[k * n + i]!;
};

/** inverseRoot(A, p, ε): (A + ε·I)^(−1/p) of a symmetric matrix; eigenvalues that rounding made less than 0 count as 0. */
export const inverseRoot: Routine = (job) => {
  const matrix = operandOf(job);
  const n = matrix.rows;
  const [p, eps] = [scalarOf(job, 0), scalarOf(job, 1)];
  const { values, vectors } = symmetricEigen(matrix);
  const roots = values.map((value) => pow(doubles, Math.max(value, 0) + eps, -1 / p));
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    sums.fill(0);
    for (let k = 0; k < n; k++) {
      const factor = vectors[k * n + i]! * roots[k]!;
      for (let j = 0; j <= i; j++) sums[j]! += factor * vectors[k * n + j]!;
    }
    for (let j = 0; j <= i; j++) job.result.data[i * n + j] = job.result.data[j * n + i] = sums[j]!;
  }
};

/** The orthogonal factor Q of A = Q·R, by Householder reflections, with the signs that make the diagonal of R positive. */
export const orthonormal: Routine = (job) => {
  const { data, rows: n } = operandOf(job);
  // Columns as rows, here and in what the reflections give.
  const r = Float64Array.from(data, (_, at) => data[(at % n) * n + Math.floor(at / n)]!);
  const [u, factors] = [new Float64Array(n * n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    factors[k] = mirror(r, u, n, k, k);
    reflect(r, u, n, k, factors[k]!, k + 1);
  }
  const q = multiplied(u, factors, n);
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) job.result.data[i * n + k] = r[k * n + k]! < 0 ? -q[k * n + i]! : q[k * n + i]!;
};
