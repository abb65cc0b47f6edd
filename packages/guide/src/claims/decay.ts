/** Chapter seven: an L2 penalty and decay are one thing in SGD, and two in Adam. */
import { adam, adamw, optimizer, sgd } from 'thalweg';
import { deviation, figure, type Claim } from '../claim.ts';
import { drive, slope } from '../experiments/fit.ts';
import { decayByScale, splitAdam } from '../experiments/penalty.ts';
import { pullAround } from '../experiments/shrinking.ts';
import { firstBags, trainWords } from '../experiments/words.ts';
import { gaussian } from '../noise.ts';

/** SGD that shrinks every weight by 1 − η·λ before its step. */
export const shrinkingSgd = optimizer({
  name: 'shrinkingSgd',
  hyper: { lr: ['η', 0.1], decay: ['λ', 0.01] },
  equations: 'w ← (1 − η·λ)·w − η·g',
});

/** How the measurement on text is made, fixed before it was first run: 300 paragraphs, 1,500 steps, these rates, decays and seeds. */
export const decayProtocol = { paragraphs: 300, steps: 1500, lr: 0.03, decay: 0.3, seeds: [101, 102, 103] } as const;

const noise = (t: number, i: number): number => gaussian(4, t, i) * 10 ** (i - 2);

/** The claims of the chapter. */
export const decayClaims: readonly Claim[] = [
  {
    id: 'decay.sgd',
    chapter: 'decay',
    kind: 'mathematics',
    statement: 'In SGD an L2 penalty and shrinking every weight by 1 − η·λ are the same thing.',
    async measure() {
      const start = [1, -2, 3, -4, 5];
      const [penalty, shrinking] = [
        await drive(sgd({ lr: 0.1, l2: 0.05 }), start, 500, noise),
        await drive(shrinkingSgd({ lr: 0.1, decay: 0.05 }), start, 500, noise),
      ];
      const worst = Math.max(...penalty.points.map((value, i) => Math.abs(value - shrinking.points[i]!) / Math.max(1, Math.abs(value))));
      return { values: { worst }, figure: `largest relative difference over 500 steps: ${deviation(worst)}`, holds: worst < 1e-12 };
    },
  },
  {
    id: 'decay.split',
    chapter: 'decay',
    kind: 'mathematics',
    statement: 'Inside Adam the penalty goes into m and v; m is the sum of a part from the loss and a part from the penalty.',
    async measure() {
      const start = [1, -2, 3, -4, 5];
      const [whole, split] = [
        await drive(adam({ lr: 0.01, l2: 0.1 }), start, 300, noise),
        await drive(splitAdam({ lr: 0.01, l2: 0.1 }), start, 300, noise),
      ];
      const worst = Math.max(...whole.points.map((value, i) => Math.abs(value - split.points[i]!)));
      return {
        values: { worst },
        figure: `largest difference over 300 steps between Adam and Adam with m in two parts: ${deviation(worst)}`,
        holds: worst < 1e-12,
      };
    },
  },
  {
    id: 'decay.uneven',
    chapter: 'decay',
    kind: 'mathematics',
    statement: 'So the decay that a weight gets falls with the size of its gradients: ten times the gradient, a tenth of the decay.',
    async measure() {
      const points = await decayByScale([0.1, 0.3, 1, 3, 10]);
      const exponent = slope(
        points.map(({ scale }) => Math.log(scale)),
        points.map(({ inAdam }) => Math.log(inAdam)),
      );
      const [first, last] = [points[0]!.inAdam, points.at(-1)!.inAdam];
      return {
        values: { exponent, first, last },
        figure: `${figure(first)} times SGD’s decay where gradients are 0.1, ${figure(last)} times where they are 10; decay ∝ gradient to the power ${figure(exponent)}`,
        holds: Math.abs(exponent + 1) < 0.05,
      };
    },
  },
  {
    id: 'decay.ellipse',
    chapter: 'decay',
    kind: 'mathematics',
    statement:
      'Inside Adam the circle of equal penalty becomes an ellipse: the pull on each weight is divided by the size of its gradients.',
    async measure() {
      const pulls = await pullAround([1, 4], 24);
      const worst = Math.max(...pulls.map(({ at, by }) => Math.hypot(by[0] + at[0], by[1] + at[1] / 4)));
      return {
        values: { worst },
        figure: `gradients of 1 and 4: at 24 points of the circle the pull is (w₁, w₂/4) within ${figure(worst)}`,
        holds: worst < 1e-4,
      };
    },
  },
  {
    id: 'decay.norm',
    chapter: 'decay',
    kind: 'measurement',
    statement: 'On real text decay keeps the weights and over-fitting small.',
    async measure({ text }) {
      const data = await text();
      const bags = firstBags(data.train, decayProtocol.paragraphs);
      const run = async (weightDecay: number) => {
        const runs: Awaited<ReturnType<typeof trainWords>>[] = [];
        for (const seed of decayProtocol.seeds) {
          runs.push(await trainWords(adamw({ lr: decayProtocol.lr, weightDecay }), data, bags, decayProtocol.steps, seed));
        }
        return runs;
      };
      const [without, decayed] = [await run(0), await run(decayProtocol.decay)];
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      const norms = [mean(without.map((one) => one.norm)), mean(decayed.map((one) => one.norm))] as const;
      const gaps = [
        mean(without.map((one) => one.validation - one.training)),
        mean(decayed.map((one) => one.validation - one.training)),
      ] as const;
      const losses = [mean(without.map((one) => one.validation)), mean(decayed.map((one) => one.validation))] as const;
      return {
        values: {
          normWithout: norms[0],
          normWith: norms[1],
          gapWithout: gaps[0],
          gapWith: gaps[1],
          lossWithout: losses[0],
          lossWith: losses[1],
        },
        figure: `AdamW without decay and with λ = ${figure(decayProtocol.decay)}: ‖w‖ ${figure(norms[0])} and ${figure(norms[1])}; loss on new paragraphs ${figure(losses[0])} and ${figure(losses[1])}, on those learned from ${figure(losses[0] - gaps[0], 2)} and ${figure(losses[1] - gaps[1], 2)}`,
        holds: decayed.every(
          (one, i) => one.norm < without[i]!.norm && one.validation - one.training < without[i]!.validation - without[i]!.training,
        ),
      };
    },
  },
];
