/** Eight races that each show one thing, as states of the lab; the tests hold each to what it says. Plain data. */
import { entrant, type Entrant } from '../race/entrant.ts';
import { steady } from '../race/pace.ts';
import { firstView, type LabState } from './state.ts';
import type { SurfaceSpec } from './spec.ts';

/** A race that shows one thing. */
export interface Story {
  /** As it stands in an address. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen. */
  readonly shows: string;
  readonly state: LabState;
}

interface Course {
  readonly steps: number;
  readonly start: readonly [number, number];
  readonly noise?: number;
}

function story(
  id: string,
  title: string,
  shows: string,
  surface: SurfaceSpec,
  { steps, start, noise = 0 }: Course,
  entrants: readonly Entrant[],
): Story {
  const view = { ...firstView, chosen: entrants[0]!.key };
  return { id, title, shows, state: { surface, start, steps, noise, batch: 1, seed: 1, t: 0, entrants, view } };
}

const formula = (text: string, reach: number): SurfaceSpec => ({ kind: 'formula', text, reach });

/** The gallery. */
export const stories: readonly Story[] = [
  story(
    'saddle',
    'Stuck on a saddle',
    'Beside a saddle the gradient is nearly zero. SGD hardly moves for a hundred steps; momentum leaves sooner, and Adam, which divides by the size of the gradient, at once.',
    { kind: 'named', id: 'saddle' },
    { steps: 150, start: [-1.5, 0.0001] },
    [entrant('sgd', { lr: 0.1 }), entrant('sgd-momentum', { lr: 0.02 }), entrant('adam', { lr: 0.1 })],
  ),
  story(
    'cliff',
    'Over a cliff',
    'On a steep wall one gradient is a thousand times larger than the others, and a step in proportion to it leaves the map. Signs and Adam step by a bounded length.',
    formula('0.05·x² + 0.05·y² + 20·(1 − tanh(15·(x + 1)))', 4),
    { steps: 200, start: [-1.05, 2] },
    [entrant('sgd', { lr: 0.3 }), entrant('sign-sgd', { lr: 0.03 }), entrant('adam', { lr: 0.1 })],
  ),
  story(
    'trap',
    'Out of a trap',
    'From the right the first basin that one meets is the worse one. SGD ends in it; momentum carries over the rim into the deeper one.',
    { kind: 'named', id: 'basins' },
    { steps: 150, start: [1.9, 0.8] },
    [entrant('sgd', { lr: 0.05 }), entrant('sgd-momentum', { lr: 0.05 }), entrant('rmsprop', { lr: 0.01 })],
  ),
  story(
    'noise',
    'A ball of noise',
    'Each gradient has noise, so a constant rate does not come to rest: SGD wanders in a ball as large as its rate allows. A rate that falls lets it settle.',
    { kind: 'valley', condition: 3, angle: 0 },
    { steps: 800, start: [-4, 1], noise: 4 },
    [
      entrant('sgd', { lr: 0.1 }),
      { ...entrant('sgd', { lr: 0.1 }, 'sgd-2'), pace: { ...steady, shape: 'cosine', end: 0 } },
      entrant('sgd', { lr: 0.01 }, 'sgd-3'),
    ],
  ),
  story(
    'bias',
    'The first steps jump',
    'RMSProp starts its average of squares at zero, so its first step is 1/√(1 − β) times too long, here 31 times. Adam divides by what the average would be.',
    { kind: 'valley', condition: 2, angle: 0 },
    { steps: 120, start: [-1, 0.5] },
    [entrant('rmsprop', { lr: 0.05, beta: 0.999 }), entrant('adam', { lr: 0.05, beta1: 0, beta2: 0.999 })],
  ),
  story(
    'valley',
    'A narrow valley',
    'One direction curves 100 times as much as the other. The rate must suit the steep one, so SGD creeps along the floor; momentum and a rate for each axis do not.',
    { kind: 'valley', condition: 100, angle: 0 },
    { steps: 200, start: [-4, 1] },
    [entrant('sgd', { lr: 0.0195 }), entrant('sgd-momentum', { lr: 0.012 }), entrant('adagrad', { lr: 1 })],
  ),
  story(
    'turned',
    'The valley turned',
    'A rate for each axis helps where the axes are those of the valley. Turned by 45 degrees, both coordinates see the same gradients, and AdaGrad loses what it had; momentum does not mind.',
    { kind: 'valley', condition: 100, angle: Math.PI / 4 },
    { steps: 200, start: [-4, 1] },
    [entrant('sgd', { lr: 0.0195 }), entrant('sgd-momentum', { lr: 0.012 }), entrant('adagrad', { lr: 1 })],
  ),
  story(
    'plateau',
    'Across a plateau',
    'Far from the hole the ground is almost flat: the gradient says which way, but is a thousandth of what it is at the rim. SGD waits; methods that divide by the size of the gradient walk at their own pace.',
    formula('1 − exp(−(x² + y²)/2)', 5),
    { steps: 200, start: [-3.5, 1.5] },
    [entrant('sgd', { lr: 0.5 }), entrant('rmsprop', { lr: 0.05 }), entrant('adam', { lr: 0.1 })],
  ),
];
