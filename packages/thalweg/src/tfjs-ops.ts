/**
 * Optimizers of TF.js for pages that compute on a GPU: `thalweg/tfjs/ops` is `thalweg/tfjs` with the engine `'ops'` alone, and so without WebAssembly and the
 * library's own memory: a third of the size. Importing it makes the optimizer known to TF.js.
 *
 * @packageDocumentation
 */
import { serialization } from '@tensorflow/tfjs-core';
import { TfjsOptimizer } from './tfjs/optimizer.ts';

serialization.registerClass(TfjsOptimizer);

export { TfjsOptimizer, tfjsOptimizer } from './tfjs/optimizer.ts';
export type { TfjsInputs } from './tfjs/given.ts';
export type { TfjsOptions } from './tfjs/optimizer.ts';
