/** The reference: float64 JavaScript, which every other float64 backend must match bit for bit. */
import { UnsupportedError } from '../../../language/run-error.ts';
import type { Kernel } from '../../../plan/kernel.ts';
import { lowerToBlocks } from './blocks.ts';
import type { Executable } from '../executable.ts';

/** Makes a float64 kernel runnable as plain JavaScript. */
export function lowerToReference(kernel: Kernel, buffer: ArrayBufferLike): Executable {
  if (kernel.dtype !== 'float64')
    throw new UnsupportedError('reference', 'computes in float64; give Float64Arrays, or use the backend fround');
  return lowerToBlocks(kernel, buffer);
}
