/** What the lab and the cover open with: six optimizers on a landscape, each at the rate that the lab's own search finds there; a test holds them to it. */
import { entrant, type Entrant } from '../race/entrant.ts';
import type { SurfaceSpec } from './spec.ts';

/** The landscape. */
export const firstSurface: SurfaceSpec = { kind: 'named', id: 'rosenbrock' };

/** Steps of the race. */
export const firstSteps = 600;

/** Who races. */
export const firstEntrants: readonly Entrant[] = [
  entrant('sgd', { lr: 0.00316 }),
  entrant('sgd-momentum', { lr: 0.00316 }),
  entrant('adagrad', { lr: 1.74 }),
  entrant('rmsprop', { lr: 0.00958 }),
  entrant('adam', { lr: 1.14 }),
  entrant('adamw', { lr: 0.174, weightDecay: 0.01 }),
];

/** Who races on the cover, on Beale's function, for as many steps. */
export const coverEntrants: readonly Entrant[] = [
  entrant('sgd', { lr: 0.0316 }),
  entrant('sgd-momentum', { lr: 0.00681 }),
  entrant('adagrad', { lr: 2.45 }),
  entrant('rmsprop', { lr: 0.00574 }),
  entrant('adam', { lr: 0.527 }),
  entrant('adamw', { lr: 0.375, weightDecay: 0.01 }),
];
