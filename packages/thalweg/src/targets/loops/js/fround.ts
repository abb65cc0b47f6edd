/** Float32 JavaScript, rounded after each operation: every other float32 backend must match it bit for bit. */
import { UnsupportedError } from '../../../language/run-error.ts';
import type { Kernel } from '../../../plan/kernel.ts';
import { lowerToBlocks } from './blocks.ts';
import type { Executable } from '../executable.ts';

/** Makes a float32 kernel runnable as plain JavaScript. */
export function lowerToFround(kernel: Kernel, buffer: ArrayBufferLike): Executable {
  if (kernel.dtype !== 'float32')
    throw new UnsupportedError('fround', 'computes in float32; give Float32Arrays, or use the backend reference');
  return lowerToBlocks(kernel, buffer);
}
