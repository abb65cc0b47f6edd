/**
 * Every method as an optimizer of TF.js: `thalweg/tfjs`. Importing it makes it known to TF.js, which can then load models that were saved with one.
 *
 * @packageDocumentation
 */
import { serialization } from '@tensorflow/tfjs-core';
import { TfjsOptimizer } from './tfjs/optimizer.ts';

serialization.registerClass(TfjsOptimizer);

export { TfjsOptimizer, tfjsOptimizer } from './tfjs/optimizer.ts';
export type { TfjsInputs } from './tfjs/given.ts';
export type { TfjsOptions } from './tfjs/optimizer.ts';
