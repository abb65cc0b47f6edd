/**
 * Quasi-random points of the unit cube by Sobol' (1967): every prefix covers it more evenly than random points do. Direction numbers of Joe & Kuo (2008), in the
 * order of Antonov & Saleev (1979). A seed shifts all points by the same random bits, which keeps how evenly they lie and gives each seed points of its own
 * (Owen 1998 calls this a digital shift). Knows numbers alone.
 */
import { random } from './random.ts';

/** Of each dimension after the first: the coefficients of its primitive polynomial, as Joe & Kuo write them, and its first direction numbers. */
const joeKuo: readonly (readonly [polynomial: number, first: readonly number[]])[] = [
  [0, [1]],
  [1, [1, 3]],
  [1, [1, 3, 1]],
  [2, [1, 1, 1]],
  [1, [1, 1, 3, 3]],
  [4, [1, 3, 5, 13]],
  [2, [1, 1, 5, 5, 17]],
];

/** The most dimensions that there are numbers for. */
export const mostDimensions = joeKuo.length + 1;

const bits = 32;

/** The direction numbers of a dimension, the highest bit first. */
function directions(dimension: number): Uint32Array {
  const [polynomial, first] = dimension === 0 ? [0, []] : joeKuo[dimension - 1]!;
  const degree = first.length;
  const numbers = new Uint32Array(bits);
  for (let i = 0; i < bits; i++) {
    if (degree === 0) numbers[i] = 2 ** (bits - 1 - i);
    else if (i < degree) numbers[i] = first[i]! * 2 ** (bits - 1 - i);
    else {
      let next = numbers[i - degree]! ^ (numbers[i - degree]! >>> degree);
      for (let k = 1; k < degree; k++) if ((polynomial >> (degree - 1 - k)) & 1) next ^= numbers[i - k]!;
      numbers[i] = next;
    }
  }
  return numbers;
}

/**
 * The first `count` points in so many dimensions, each coordinate in [0, 1); with a seed, shifted by it.
 *
 * @throws RangeError for more dimensions than there are direction numbers for
 */
export function sobol(count: number, dimensions: number, seed?: number): number[][] {
  if (dimensions > mostDimensions) throw new RangeError(`${String(dimensions)} dimensions, and there are numbers for ${String(mostDimensions)}`);
  const all = Array.from({ length: dimensions }, (_, dimension) => directions(dimension));
  const next = seed === undefined ? () => 0 : random(seed, 0x50b);
  const point = Uint32Array.from({ length: dimensions }, () => Math.floor(next() * 2 ** bits));
  return Array.from({ length: count }, (_, i) => {
    // Neighbours differ in one direction number: that of the lowest bit which the counter gains.
    if (i > 0) for (const [d, numbers] of all.entries()) point[d]! ^= numbers[31 - Math.clz32(i & -i)]!;
    return Array.from(point, (value) => value / 2 ** bits);
  });
} // prettier-ignore
