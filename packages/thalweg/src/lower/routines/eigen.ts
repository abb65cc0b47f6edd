/**
 * Eigenvectors and roots of symmetric matrices by Jacobi's method, and an orthonormal basis by Householder's: small routines in float64,
 * made of + − · / √ and the library's own power, so that every engine gives the same bits. For the preconditioners of Shampoo and SOAP (Golub & Van Loan 2013,
 * sections 8.5 and 5.2).
 */
import { numbers, pow } from '../elementary.ts';
import { operandOf, scalarOf, type Matrix, type Routine } from './routine.ts';

const mostSweeps = 60;

/** The eigenvalues of a symmetric matrix, the largest first, with their eigenvectors as the columns of `vectors`. */
export function symmetricEigen({ data, rows: n }: Matrix): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = Float64Array.from(data);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = 0.5 * (a[i * n + j]! + a[j * n + i]!);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < mostSweeps && rotateAll(a, v, n); sweep++);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]! || i - j);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = v[i * n + from]!;
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors };
}

/** One sweep of rotations; false when nothing was left to rotate. */
function rotateAll(a: Float64Array, v: Float64Array, n: number): boolean {
  let rotated = false;
  for (let p = 0; p < n; p++) {
    for (let q = p + 1; q < n; q++) {
      const off = a[p * n + q]!;
      const [low, high] = [a[p * n + p]!, a[q * n + q]!];
      if (Math.abs(off) <= Number.EPSILON * 0.25 * Math.sqrt(Math.abs(low) * Math.abs(high)) || !Number.isFinite(off)) continue;
      rotated = true;
      const theta = (high - low) / (2 * off);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const c = 1 / Math.sqrt(t * t + 1);
      rotate(a, v, n, p, q, c, t * c);
    }
  }
  return rotated;
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
    const [u, w] = [v[k * n + p]!, v[k * n + q]!];
    v[k * n + p] = c * u - s * w;
    v[k * n + q] = s * u + c * w;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
  a[p * n + q] = a[q * n + p] = 0;
}

/** The eigenvectors of a symmetric matrix as columns, that of the largest eigenvalue first. */
export const eigenvectors: Routine = (job) => {
  job.result.data.set(symmetricEigen(operandOf(job)).vectors);
};

/** inverseRoot(A, p, ε): (A + ε·I)^(−1/p) of a symmetric matrix; eigenvalues that rounding made less than 0 count as 0. */
export const inverseRoot: Routine = (job) => {
  const matrix = operandOf(job);
  const n = matrix.rows;
  const [p, eps] = [scalarOf(job, 0), scalarOf(job, 1)];
  const { values, vectors } = symmetricEigen(matrix);
  const roots = values.map((value) => pow(numbers, Math.max(value, 0) + eps, -1 / p));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += vectors[i * n + k]! * roots[k]! * vectors[j * n + k]!;
      job.result.data[i * n + j] = sum;
    }
  }
};

/** The orthogonal factor Q of A = Q·R, by Householder reflections, with the signs that make the diagonal of R positive. */
export const orthonormal: Routine = (job) => {
  const { data, rows: n } = operandOf(job);
  const r = Float64Array.from(data);
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  const u = new Float64Array(n);
  for (let k = 0; k < n; k++) reflect(r, q, u, n, k);
  for (let k = 0; k < n; k++) if (r[k * n + k]! < 0) for (let i = 0; i < n; i++) q[i * n + k]! *= -1;
  job.result.data.set(q);
};

/** Clears column `k` of r below the diagonal by a reflection, and multiplies it into q. */
function reflect(r: Float64Array, q: Float64Array, u: Float64Array, n: number, k: number): void {
  let squares = 0;
  for (let i = k; i < n; i++) squares += r[i * n + k]! * r[i * n + k]!;
  const head = r[k * n + k]!;
  const norm = Math.sqrt(squares);
  if (norm === 0) return;
  for (let i = k; i < n; i++) u[i] = r[i * n + k]!;
  u[k] = head + (head < 0 ? -norm : norm);
  const length = 2 * (squares + Math.abs(head) * norm);
  for (let j = 0; j < n; j++) {
    let alongR = 0;
    for (let i = k; i < n; i++) alongR += u[i]! * r[i * n + j]!;
    for (let i = k; i < n; i++) r[i * n + j]! -= (2 * alongR * u[i]!) / length;
    let alongQ = 0;
    for (let i = k; i < n; i++) alongQ += q[j * n + i]! * u[i]!;
    for (let i = k; i < n; i++) q[j * n + i]! -= (2 * alongQ * u[i]!) / length;
  }
}
