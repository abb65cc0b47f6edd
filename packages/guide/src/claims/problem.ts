/** Chapter one: what is minimized, and why it is stepped down rather than solved. */
import { sgd } from 'thalweg';
import { deviation, figure, type Claim } from '../claim.ts';
import { linearData, normalEquations, squaredError, twoUnits } from '../experiments/model.ts';
import { randomGuesses, trainSentences } from '../experiments/sentences.ts';
import { basins } from '../surface.ts';
import { trace } from '../trace.ts';

/** The claims of the chapter. */
export const problemClaims: readonly Claim[] = [
  {
    id: 'problem.guessing',
    chapter: 'problem',
    kind: 'mathematics',
    statement: 'A thousand random guesses of the 31 weights all have a higher loss than ten steps down the slope reach.',
    async measure() {
      const guessed = randomGuesses(1000).at(-1)!;
      const { loss } = await trainSentences(sgd({ lr: 1 }), 10);
      return {
        values: { guessed, stepped: loss[10]!, first: loss[0]! },
        figure: `lowest loss of 1,000 guesses ${figure(guessed)}; steps down from ${figure(loss[0]!)} to ${figure(loss[10]!)} in ten`,
        holds: loss[10]! < guessed,
      };
    },
  },
  {
    id: 'problem.solved',
    chapter: 'problem',
    kind: 'mathematics',
    statement:
      'A linear model with squared error can be solved at once: steps down its loss arrive at what the formula gives (numpy.linalg.lstsq).',
    async measure() {
      const data = linearData(40, 3, 2, 0.1);
      const solution = normalEquations(data);
      const run = await trace(sgd({ lr: 0.5 }), squaredError(data), new Float64Array(6), { steps: 400 });
      const end = run.w.subarray(-6);
      const distance = Math.hypot(...end.map((value, i) => value - solution[i]!));
      return {
        values: { distance, first: run.loss[0]!, last: run.loss.at(-1)! },
        figure: `loss from ${figure(run.loss[0]!)} to ${figure(run.loss.at(-1)!)}; distance from the solution ${deviation(distance)}`,
        holds: distance < 1e-9,
      };
    },
  },
  {
    id: 'problem.nonconvex',
    chapter: 'problem',
    kind: 'mathematics',
    statement:
      'The loss of a network is not convex: exchanging two hidden units leaves it the same, but half way between the two it is higher.',
    async measure() {
      await Promise.resolve();
      const [one, other] = [twoUnits([2, -1, 1, -0.4]), twoUnits([-1, 2, -0.4, 1])];
      const middle = twoUnits([0.5, 0.5, 0.3, 0.3]);
      return {
        values: { one, other, middle },
        figure: `L = ${figure(one)} and ${figure(other)}; half way ${figure(middle)}`,
        holds: Math.abs(one - other) < 1e-15 && middle > one,
      };
    },
  },
  {
    id: 'problem.start',
    chapter: 'problem',
    kind: 'mathematics',
    statement: 'The start decides: from one side of the ridge the same method ends in the lowest minimum, from the other in a higher one.',
    async measure() {
      const from = (x: number) => trace(sgd({ lr: 0.1 }), basins.objective, [x, 0.8], { steps: 600 });
      const [left, right] = [await from(-1.6), await from(1.6)];
      const [deep, shallow] = [left.loss.at(-1)!, right.loss.at(-1)!];
      return {
        values: { left: left.w.at(-2)!, right: right.w.at(-2)!, deep, shallow },
        figure: `ends at x = ${figure(left.w.at(-2)!)} with f = ${figure(deep)}, and at x = ${figure(right.w.at(-2)!)} with f = ${figure(shallow)}`,
        holds: shallow - deep > 0.3 && Math.abs(left.w.at(-2)! - basins.minima[0]![0]) < 1e-3,
      };
    },
  },
];
