/**
 * A plane through weights: the two directions along which a path moved most, coordinates on it, and what part of the plane to show. Numbers
 * only: knows no network and no page.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A plane through `origin`, spanned by two orthogonal directions of length 1. */
export interface Plane {
  readonly origin: Float32Array;
  readonly axes: readonly [Float32Array, Float32Array];
  /** The share of the path's variance along each. */
  readonly explained: readonly [number, number];
}

/** A rectangle of the plane, one unit being as long across as up. */
export interface Frame {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A path that has no two directions. */
export class FlatPathError extends Error {}

/**
 * The plane of the first two principal components of a path, through its end (Li et al. 2018, arXiv:1712.09913, section 7). There are far
 * fewer points than weights, so the components come from the matrix of inner products. They point so that the path starts low on the left.
 */
export function planeOf(path: readonly Float32Array[]): Plane {
  const [start, end] = [path[0], path.at(-1)];
  if (start === undefined || end === undefined || path.length < 3) {
    throw new FlatPathError('The path is too short for a plane: train at least two marks further.');
  }
  const mean = new Float64Array(start.length);
  for (const point of path) point.forEach((value, i) => (mean[i]! += value / path.length));
  const products = Matrix.zeros(path.length, path.length);
  path.forEach((p, i) => {
    for (let j = i; j < path.length; j++) {
      const q = path[j]!;
      let sum = 0;
      for (let k = 0; k < p.length; k++) sum += (p[k]! - mean[k]!) * (q[k]! - mean[k]!);
      products.set(i, j, sum).set(j, i, sum);
    }
  });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(products, { assumeSymmetric: true });
  const order = realEigenvalues.map((value, column) => ({ value, column })).sort((a, b) => b.value - a.value);
  const [first, second] = [order[0]!, order[1]!];
  const total = products.trace();
  if (!(second.value > 1e-12 * total)) throw new FlatPathError('The path is a straight line, which spans no plane.');
  const direction = ({ value, column }: { value: number; column: number }): Float32Array => {
    const axis = new Float64Array(start.length);
    path.forEach((point, i) => {
      const part = eigenvectorMatrix.get(i, column) / Math.sqrt(value);
      point.forEach((weight, k) => (axis[k]! += part * (weight - mean[k]!)));
    });
    let ahead = 0;
    axis.forEach((along, k) => (ahead += along * (end[k]! - start[k]!)));
    return Float32Array.from(axis, (along) => (ahead < 0 ? -along : along));
  };
  return { origin: end, axes: [direction(first), direction(second)], explained: [first.value / total, second.value / total] };
}

/** Where weights lie when they are projected onto the plane, and how far they were off it. */
export function project(
  { origin, axes: [a, b] }: Plane,
  weights: Float32Array,
): { readonly at: readonly [number, number]; readonly off: number } {
  let [u, v, square] = [0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    const far = weights[i]! - origin[i]!;
    u += far * a[i]!;
    v += far * b[i]!;
    square += far * far;
  }
  return { at: [u, v], off: Math.sqrt(Math.max(0, square - u * u - v * v)) };
}

/** The weights at a point of the plane, written into `out`. */
export function weightsAt({ origin, axes: [a, b] }: Plane, u: number, v: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = origin[i]! + u * a[i]! + v * b[i]!;
}

/**
 * A frame of the given height over width that holds the path and, of the others, what lies within twice its extent: a path that
 * strayed far must not make a dot of the rest.
 */
export function frameOf(
  path: readonly (readonly [number, number])[],
  others: readonly (readonly [number, number])[],
  ratio: number,
): Frame {
  const box = (points: readonly (readonly [number, number])[], axis: 0 | 1): [number, number] => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  };
  const [x, y] = [box(path, 0), box(path, 1)];
  const middle = [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2] as const;
  const reach = Math.max(x[1] - x[0], y[1] - y[0]);
  const near = others.filter(([u, v]) => Math.abs(u - middle[0]) <= reach && Math.abs(v - middle[1]) <= reach);
  const [wide, high] = [box([...path, ...near], 0), box([...path, ...near], 1)];
  const width = 1.36 * Math.max(wide[1] - wide[0], (high[1] - high[0]) / ratio);
  const around = ([low, top]: readonly [number, number], size: number): [number, number] => [
    (low + top - size) / 2,
    (low + top + size) / 2,
  ];
  return { x: around(wide, width), y: around(high, width * ratio) };
}
