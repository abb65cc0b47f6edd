/**
 * Muon's Newton–Schulz iteration (Jordan et al. 2024) seen on singular values: each step maps every singular value s of the matrix to
 * a·s + b·s³ + c·s⁵ and leaves the singular vectors alone, so a list of numbers shows all there is.
 */
import { adam, muon, optimizer, tensor, type Method } from 'thalweg';
import { gaussian } from '../noise.ts';

/** One iteration, with w standing for the singular values. Muon takes five. */
export const newtonSchulz = optimizer({
  name: 'newtonSchulz',
  hyper: { a: ['a', 3.4445], b: ['b', 4.775], c: ['c', 2.0315] },
  equations: 'w ← a·w − b·w³ + c·w⁵',
});

/** The singular values after `steps` iterations. */
export async function orthogonalized(values: readonly number[], steps = 5): Promise<Float64Array> {
  const opt = await newtonSchulz().init({ w: Float64Array.from(values) });
  for (let i = 0; i < steps; i++) opt.step();
  const out = opt.params.w.slice();
  opt.dispose();
  return out;
}

/** Numbers from `low` to `high`, equally far apart on a logarithmic axis. */
export function logSpaced(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}

/** The first step of a method for matrices, up the gradient, under a gradient with these singular values in random directions. */
export async function updateOf(
  method: Method,
  rows: number,
  columns: number,
  singular: readonly number[],
): Promise<{ readonly gradient: Float64Array; readonly step: Float64Array }> {
  const [left, right] = [orthonormal(rows, singular.length, 1), orthonormal(columns, singular.length, 2)];
  const gradient = Float64Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return singular.reduce((sum, value, k) => sum + value * left[k]![row]! * right[k]![column]!, 0);
  });
  const opt = await method.init({ w: tensor([rows, columns], { dtype: 'float64' }) });
  opt.step({ w: gradient });
  const step = Float64Array.from(opt.params.w, (value) => -value);
  opt.dispose();
  return { gradient, step };
}

/** The singular values of a gradient and of the first steps on it, each descending. */
export interface Spectra {
  readonly gradient: readonly number[];
  readonly adam: readonly number[];
  readonly muon: readonly number[];
}

/** The gradient of the last chapter: 6 × 8, its singular values from 1 down to 0.006. */
export async function stepSpectra(): Promise<Spectra> {
  const [rows, columns, singular] = [6, 8, [1, 0.3, 0.1, 0.03, 0.01, 0.006]];
  const of = (method: Method): ReturnType<typeof updateOf> => updateOf(method, rows, columns, singular);
  const [byAdam, byMuon] = [await of(adam({ lr: 1 })), await of(muon({ lr: 1, momentum: 0 }))];
  const spectrum = (a: Float64Array): number[] => singularValues(a, rows, columns);
  return { gradient: spectrum(byAdam.gradient), adam: spectrum(byAdam.step), muon: spectrum(byMuon.step) };
}

/** `count` random vectors of length 1 at right angles to each other, by Gram and Schmidt. */
function orthonormal(size: number, count: number, seed: number): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const vector = Float64Array.from({ length: size }, (_, i) => gaussian(seed, k, i));
    for (const other of vectors) {
      const along = vector.reduce((sum, value, i) => sum + value * other[i]!, 0);
      for (let i = 0; i < size; i++) vector[i] = vector[i]! - along * other[i]!;
    }
    const length = Math.hypot(...vector);
    vectors.push(vector.map((value) => value / length));
  }
  return vectors;
}

/** The singular values of a matrix with no more rows than columns, descending: roots of the eigenvalues of A·Aᵀ, by Jacobi's rotations. */
export function singularValues(a: Float64Array, rows: number, columns: number): number[] {
  const s = Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: rows }, (_unused, j) => {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += a[i * columns + k]! * a[j * columns + k]!;
      return sum;
    }),
  );
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < rows; p++) {
      for (let q = p + 1; q < rows; q++) rotate(s, p, q);
    }
  }
  return s.map((row, i) => Math.sqrt(Math.max(0, row[i]!))).sort((x, y) => y - x);
}

/** Turns the plane of two axes so that their element off the diagonal vanishes. */
function rotate(s: readonly Float64Array[], p: number, q: number): void {
  const off = s[p]![q]!;
  if (off === 0) return;
  const theta = (s[q]![q]! - s[p]![p]!) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const row of s) [row[p], row[q]] = [cosine * row[p]! - sine * row[q]!, sine * row[p]! + cosine * row[q]!];
  for (let k = 0; k < s.length; k++) {
    [s[p]![k], s[q]![k]] = [cosine * s[p]![k]! - sine * s[q]![k]!, sine * s[p]![k]! + cosine * s[q]![k]!];
  }
}
