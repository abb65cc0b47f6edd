/** Operations on small square matrices in row-major order. */
import { normal, type Random } from '../data/random.ts';

/** a·b. */
export function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      for (let j = 0; j < size; j++) result[i * size + j]! += factor * b[k * size + j]!;
    }
  return result;
}

/** aᵀ. */
export function transposed(a: Float64Array, size: number): Float64Array {
  return a.map((_, i) => a[(i % size) * size + Math.floor(i / size)]!);
}

/** A random rotation or reflection by Gram–Schmidt; without random numbers, the identity. */
export function rotation(size: number, next?: Random): Float64Array {
  if (next === undefined) return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const rows: number[][] = [];
  for (let i = 0; i < size; i++) {
    let row = Array.from({ length: size }, () => normal(next));
    for (const other of rows) {
      const along = row.reduce((sum, x, j) => sum + x * other[j]!, 0);
      row = row.map((x, j) => x - along * other[j]!);
    }
    const length = Math.hypot(...row);
    rows.push(row.map((x) => x / length));
  }
  return Float64Array.from(rows.flat());
}
