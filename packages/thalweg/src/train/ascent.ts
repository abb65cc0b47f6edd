/** How an optimizer maximizes: by a part before all others that negates the gradient and everything else with the sign of the loss. Knows parts only. */
import type { Part } from '../language/part.ts';

/** The part. */
export const ascent: Part = {
  name: 'maximize',
  equations: 'g = −g',
  hyper: [],
  inputs: [],
  init: {},
  // Inputs and hyperparameters that change their sign with the function that is minimized, as its gradient does.
  negates: ['loss', 'hessian', 'minimum'],
};
