/**
 * `thalweg/tfjs`: every method as an optimizer of TF.js. Importing it registers the optimizer with TF.js, which can then load models that were saved with
 * one.
 *
 * @packageDocumentation
 */
import { Arena } from './tfjs/arena.ts';
import { offerArena } from './tfjs/choose.ts';
import { startThreads } from './train/threads.ts';

offerArena({ make: (recipe, options, hyper) => new Arena(recipe, options, hyper), ready: startThreads });

export * from './tfjs-ops.ts';
