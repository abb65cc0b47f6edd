/**
 * Eigenvectors and roots of symmetric matrices, by Householder's reduction to three diagonals and QL steps with implicit shifts, and an
 * orthonormal basis, by Householder's reflections: small routines in float64, made of + − · / √ and the library's own power, so that every
 * engine gives the same bits. For the preconditioners of Shampoo and SOAP (Golub & Van Loan 2013, sections 8.3 and 5.2). All inner loops run
 * along rows, in the order of memory.
 */
import { numbers, pow } from '../elementary.ts';
import { operandOf, scalarOf, type Matrix, type Routine } from './routine.ts';

/** QL steps for one eigenvalue; two do nearly always. */
const mostSteps = 60;

/**
 * The eigenvalues of a symmetric matrix, the largest first, with their eigenvectors as the rows of `vectors`. Where the matrix is not finite
 * nor are the values.
 */
export function symmetricEigen({ data, rows: n }: Matrix): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = new Float64Array(n * n);
  let largest = 0;
  // Rows and columns with large elements go last: the small eigenvalues of a graded matrix lose less that way.
  const place = Array.from({ length: n }, (_, i) => i).sort((i, j) => Math.abs(data[i * n + i]!) - Math.abs(data[j * n + j]!) || i - j);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [from, to] = [place[i]!, place[j]!];
      const value = 0.5 * (data[from * n + to]! + data[to * n + from]!);
      a[i * n + j] = value;
      largest = Math.max(largest, Math.abs(value));
    }
  }
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  // A power of two brings the largest element near 1, so that no square leaves the range.
  const scale = largest > 0 && largest < Infinity ? 2 ** -Math.max(-1022, Math.min(1022, Math.floor(Math.log2(largest)))) : 1;
  for (let i = 0; i < n * n; i++) a[i]! *= scale;
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  if (largest < Infinity) {
    reduce(a, v, d, e, n);
    diagonalize(v, d, e, n);
  } else d.fill(NaN);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => d[j]! - d[i]! || i - j);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let k = 0; k < n; k++) vectors[to * n + place[k]!] = v[from * n + k]!;
  });
  return { values: Float64Array.from(order, (i) => d[i]! / scale), vectors };
}

/**
 * A = Q·T·Qᵀ with T of three diagonals: d, and below it e, whose element i is beside row i. Reads and overwrites the lower triangle of `a`, and
 * turns the identity in `v` into Qᵀ. Row i of `a`, up to its diagonal, becomes the i-th reflection's u; H = I − u·uᵀ/h.
 */
function reduce(a: Float64Array, v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  const p = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    let squares = 0;
    for (let k = 0; k < i; k++) squares += a[row + k]! * a[row + k]!;
    const last = a[row + i - 1]!;
    // Nothing to clear but what stands beside the diagonal already.
    if (squares === last * last) {
      e[i] = last;
      continue;
    }
    const norm = last > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    e[i] = norm;
    const h = squares - last * norm;
    a[row + i - 1] = last - norm;
    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      const u = a[row + j]!;
      let sum = a[j * n + j]! * u;
      for (let k = 0; k < j; k++) {
        const value = a[j * n + k]!;
        sum += value * a[row + k]!;
        p[k]! += value * u;
      }
      p[j]! += sum;
    }
    let along = 0;
    for (let j = 0; j < i; j++) {
      p[j]! /= h;
      along += p[j]! * a[row + j]!;
    }
    const half = along / (2 * h);
    for (let j = 0; j < i; j++) p[j]! -= half * a[row + j]!;
    for (let j = 0; j < i; j++) {
      const u = a[row + j]!;
      const q = p[j]!;
      for (let k = 0; k <= j; k++) a[j * n + k]! -= u * p[k]! + q * a[row + k]!;
    }
    d[i] = h;
  }
  // The reflections are multiplied up from the smallest, whose product touches the first rows and columns alone.
  for (let i = 1; i < n; i++) {
    const [row, h] = [i * n, d[i]!];
    if (h !== 0) {
      for (let j = 0; j < i; j++) {
        let along = 0;
        for (let k = 0; k < i; k++) along += v[j * n + k]! * a[row + k]!;
        along /= h;
        for (let k = 0; k < i; k++) v[j * n + k]! -= along * a[row + k]!;
      }
    }
  }
  for (let i = 0; i < n; i++) d[i] = a[i * n + i]!;
}

/** Clears e by QL steps, applying their rotations to the rows of v; d becomes the eigenvalues. */
function diagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  if (n > 0) e[n - 1] = 0;
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
  const roots = values.map((value) => pow(numbers, Math.max(value, 0) + eps, -1 / p));
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
  const r = Float64Array.from(data);
  const u = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    let squares = 0;
    for (let i = k; i < n; i++) {
      u[k * n + i] = r[i * n + k]!;
      squares += u[k * n + i]! * u[k * n + i]!;
    }
    const head = u[k * n + k]!;
    u[k * n + k]! += head < 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    reflect(r, u, n, k);
  }
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  // From the last, so that each touches only what those before it left.
  for (let k = n - 1; k >= 0; k--) reflect(q, u, n, k);
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) job.result.data[i * n + k] = r[k * n + k]! < 0 ? -q[i * n + k]! : q[i * n + k]!;
};

/** Reflects the rows and columns from `k` of a matrix by row `k` of `u`. */
function reflect(matrix: Float64Array, u: Float64Array, n: number, k: number): void {
  const row = k * n;
  const along = new Float64Array(n);
  let squares = 0;
  for (let i = k; i < n; i++) {
    const part = u[row + i]!;
    squares += part * part;
    for (let j = k; j < n; j++) along[j]! += part * matrix[i * n + j]!;
  }
  if (squares === 0) return;
  for (let j = k; j < n; j++) along[j]! *= 2 / squares;
  for (let i = k; i < n; i++) for (let j = k; j < n; j++) matrix[i * n + j]! -= u[row + i]! * along[j]!;
}
