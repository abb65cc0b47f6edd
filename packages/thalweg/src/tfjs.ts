/**
 * Every method as an optimizer of TF.js: `thalweg/tfjs`. Importing it makes it known to TF.js, which can then load models that were saved with one.
 *
 * @packageDocumentation
 */
import { Arena } from './tfjs/arena.ts';
import { offerArena } from './tfjs/choose.ts';
import { startThreads } from './train/threads.ts';

offerArena({ make: (recipe, options, hyper) => new Arena(recipe, options, hyper), ready: startThreads });

export * from './tfjs-ops.ts';
