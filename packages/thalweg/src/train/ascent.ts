/** How an optimizer ascends: by a part before all others, like any other, that changes the sign of whatever has that of the function. Knows parts alone. */
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
