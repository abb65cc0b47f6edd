/**
 * `thalweg/tfjs/ops`: `thalweg/tfjs` with only the engine `'ops'`, for pages that compute on a GPU. It has neither WebAssembly kernels nor memory of its
 * own, and a third of the size. Importing it registers the optimizer with TF.js.
 *
 * @packageDocumentation
 */
import { serialization } from '@tensorflow/tfjs-core';
import { TfjsOptimizer } from './tfjs/optimizer.ts';

serialization.registerClass(TfjsOptimizer);

export { TfjsOptimizer, tfjsOptimizer } from './tfjs/optimizer.ts';
export type { TfjsInputs } from './tfjs/given.ts';
export type { TfjsOptions } from './tfjs/optimizer.ts';
