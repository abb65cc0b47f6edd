/** Arithmetic on whole vectors in float64, in index order. Knows nothing of losses. */

/** ⟨a, b⟩. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** y ← y + c·x. */
export function addScaled(y: Float64Array, c: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i]! += c * x[i]!;
}

/** y ← c·x. */
export function setScaled(y: Float64Array, c: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] = c * x[i]!;
}

/** The Euclidean norm. Finite wherever the norm is: squares that overflow or vanish are scaled first. */
export function norm(vector: Float64Array): number {
  return normOf([vector]);
}

/** The Euclidean norm of a vector given in parts. */
export function normOf(parts: readonly (Float32Array | Float64Array)[]): number {
  const sum = squares(parts, 1);
  if (sum > 1e-280 && sum < Infinity) return Math.sqrt(sum);
  let largest = 0;
  for (const part of parts) for (const x of part) if (!(Math.abs(x) <= largest)) largest = Math.abs(x);
  return largest === 0 || !Number.isFinite(largest) ? largest : largest * Math.sqrt(squares(parts, largest));
}

function squares(parts: readonly (Float32Array | Float64Array)[], unit: number): number {
  let sum = 0;
  for (const part of parts) for (const x of part) sum += (x / unit) ** 2;
  return sum;
}
