/** The element types of arrays, and what the planner must know about each. */

/** The element type of parameters, gradients and array states. */
export type DType = 'float32' | 'float64';

/** Bytes of one element. */
export const bytesOf: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
};

/** The magnitudes of normal numbers. */
export const normalRange: Readonly<Record<DType, readonly [number, number]>> = {
  float32: [2 ** -126, (2 - 2 ** -23) * 2 ** 127],
  float64: [2 ** -1022, Number.MAX_VALUE],
};

/** Whether a number is normal in this type: not zero, denormal, infinite or NaN. */
export function isNormal(x: number, dtype: DType): boolean {
  const [low, high] = normalRange[dtype];
  return Math.abs(x) >= low && Math.abs(x) <= high;
}

/** Elements in one step of a kernel's loop; tensors are padded to it, and a sum has this many lanes. */
export const blockOf: Readonly<Record<DType, number>> = {
  float32: 8,
  float64: 4,
};

/** In which order the lanes of a sum are added up: two parts each time, or a lane. */
export type Fold = number | readonly [Fold, Fold];

/** The fold of every sum, whatever the backend: even and odd lanes apart, each pairwise. */
export const foldOf: Readonly<Record<DType, Fold>> = {
  float32: [[[0, 2], [4, 6]], [[1, 3], [5, 7]]],
  float64: [[0, 2], [1, 3]],
}; // prettier-ignore

/**
 * Elements summed into one partial sum, whatever the backend and the number of threads, and the least that a thread takes: some microseconds of
 * work, so that threads end together. A multiple of every block.
 */
export const chunk = 4096;
