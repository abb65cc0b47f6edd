/** Chapter nine: updates of matrices, signs and averages, and how to choose. */
import { lion, muon, optimizer, scheduleFreeSgd, sgd } from 'thalweg';
import { figure, type Claim } from '../claim.ts';
import { drive } from '../experiments/fit.ts';
import { logSpaced, orthogonalized, singularValues, updateOf } from '../experiments/orthogonal.ts';
import { median } from '../quantile.ts';
import { valley } from '../surface.ts';
import { trace } from '../trace.ts';
import { judgeBetter } from './judge.ts';

/** Schedule-free SGD at a constant rate and without decay, in three lines: there every z counts alike in the mean x. */
export const scheduleFreeInThree = optimizer({
  name: 'scheduleFreeInThree',
  hyper: { lr: ['η', 0.05], beta1: ['β₁', 0.9, '(0, 1)'] },
  init: { z: 'w', x: 'w' },
  equations: `
    z ← z − η·g
    x ← x + (z − x)/t
    w ← (1 − β₁)·z + β₁·x
  `,
});

/** The claims of the chapter. */
export const beyondClaims: readonly Claim[] = [
  {
    id: 'beyond.muon',
    chapter: 'beyond',
    kind: 'mathematics',
    statement:
      'Five rounds of Muon’s Newton–Schulz iteration bring singular values from 0.003 to 1 to between 0.68 and 1.2, and smaller ones to less.',
    async measure() {
      const inside = await orthogonalized(logSpaced(3e-3, 1, 20_001));
      const [least, most] = [Math.min(...inside), Math.max(...inside)];
      const below = Math.max(...(await orthogonalized(logSpaced(1e-6, 1e-3, 2001))));
      return {
        values: { least, most, below },
        figure: `those from 0.003 to 1 end between ${figure(least, 4)} and ${figure(most, 4)}; those below 0.001 at ${figure(below)} at most`,
        holds: least >= 0.675 && most <= 1.205 && below < least,
      };
    },
  },
  {
    id: 'beyond.matrix',
    chapter: 'beyond',
    kind: 'mathematics',
    statement:
      'So Muon’s step is about equally long in all directions: the singular values of a gradient go from 0.006 to 1, those of its step lie in that band.',
    async measure() {
      const [rows, columns] = [6, 8];
      const singular = [1, 0.3, 0.1, 0.03, 0.01, 0.006];
      const { gradient, step } = await updateOf(muon({ lr: 1, momentum: 0 }), rows, columns, singular);
      const [before, after] = [singularValues(gradient, rows, columns), singularValues(step, rows, columns)];
      const [least, most] = [Math.min(...after), Math.max(...after)];
      return {
        values: { least, most, first: before[0]!, last: before.at(-1)! },
        figure: `a 6 × 8 gradient: singular values from ${figure(before.at(-1)!)} to ${figure(before[0]!)}; its step: from ${figure(least)} to ${figure(most)}`,
        holds: least >= 0.675 && most <= 1.205,
      };
    },
  },
  {
    id: 'beyond.sign',
    chapter: 'beyond',
    kind: 'mathematics',
    statement: 'A method that uses only signs moves every weight by η, however large its gradient.',
    async measure() {
      const { moved } = await drive(lion({ lr: 0.25 }), [0, 0, 0], 50, (t, i) => 10 ** (6 * i - 6) * (1 + (t % 3)));
      const worst = Math.max(...moved.subarray(3).map((step) => Math.abs(step - 0.25)));
      return {
        values: { worst },
        figure: `gradients of 1e−6, 1 and 1e6: steps differ from η by at most ${figure(worst)}`,
        holds: worst === 0,
      };
    },
  },
  {
    id: 'beyond.average',
    chapter: 'beyond',
    kind: 'mathematics',
    statement: 'At a constant rate under noise the mean x of schedule-free SGD has a lower loss than the last point of SGD.',
    async measure() {
      const objective = valley(10).objective;
      const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9];
      const at = (point: ArrayLike<number>): number => objective(Float64Array.from(point), new Float64Array(2));
      const options = { steps: 2000, noise: 1 };
      const plain: number[] = [];
      const free: number[] = [];
      for (const seed of seeds) {
        plain.push((await trace(sgd({ lr: 0.05 }), objective, [-4, 1], { ...options, seed })).loss.at(-1)!);
        const run = await trace(scheduleFreeSgd({ lr: 0.05 }), objective, [-4, 1], { ...options, seed, anatomy: true });
        // Gradients are taken at w = β·x + (1 − β)·z; the mean x is what is kept.
        const z = run.names.get('z')!.subarray(-2);
        free.push(at(run.w.subarray(-2).map((w, i) => (w - 0.1 * z[i]!) / 0.9)));
      }
      const [last, mean] = [median(plain), median(free)];
      return {
        values: { last, mean },
        figure: `median loss over nine seeds after 2,000 steps: last point of SGD ${figure(last)}, mean x ${figure(mean)}`,
        holds: mean < last / 3,
      };
    },
  },
  {
    id: 'beyond.words',
    chapter: 'beyond',
    kind: 'comparison',
    statement: 'On sparse text Adam beats SGD.',
    problem: 'words',
    contestants: ['sgd', 'adam'],
    judge: judgeBetter('adam', 'sgd'),
  },
  {
    id: 'beyond.digits',
    chapter: 'beyond',
    kind: 'comparison',
    statement: 'On digits Adam beats SGD with momentum.',
    problem: 'digits',
    contestants: ['sgd-momentum', 'adam'],
    judge: judgeBetter('adam', 'sgd-momentum'),
  },
];
