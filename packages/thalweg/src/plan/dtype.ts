/** The element types of arrays, and what the planner must know of each. */

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

/**
 * Elements summed into one partial sum, whatever the backend and the number of threads, and the least that a thread takes: some microseconds of
 * work, so that threads end together. A multiple of every block.
 */
export const chunk = 4096;
