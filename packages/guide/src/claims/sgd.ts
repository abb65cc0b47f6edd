/** Chapter two: the gradient, its noise, and one rate for every direction. */
import { sgd } from 'thalweg';
import { deviation, figure, type Claim } from '../claim.ts';
import { slope } from '../experiments/fit.ts';
import { gradientSpread, linearData } from '../experiments/model.ts';
import { basins, valley } from '../surface.ts';
import { coordinate, flipRate, trace } from '../trace.ts';

/** How plain steps fare in a valley of curvatures 1 and `condition`, at `product` = η·λmax. */
async function inValley(condition: number, product: number, steps: number) {
  const run = await trace(sgd({ lr: product / condition }), valley(condition).objective, [1, 1], { steps });
  return { along: coordinate(run, run.w, 0), across: coordinate(run, run.w, 1), run };
}

/** The factor by which the slower of the two directions shrinks in each step, measured over `steps` steps. */
export async function shrinkage(condition: number, product: number, steps = 60): Promise<number> {
  const { along, across } = await inValley(condition, product, steps);
  const rate = (values: Float64Array): number => Math.abs(values.at(-1)!) ** (1 / (values.length - 1));
  return Math.max(rate(along), rate(across));
}

/** The smallest shrinkage over these rates. One run after the other: a browser has memory for few at once. */
async function bestOf(products: readonly number[], condition: number): Promise<number> {
  let best = Infinity;
  for (const product of products) best = Math.min(best, await shrinkage(condition, product));
  return best;
}

/** Batch sizes at which the noise is measured. */
export const batchSizes: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The spread of the gradient at each of these batch sizes. */
export function spreads(sizes: readonly number[] = batchSizes, seed = 1): number[] {
  const data = linearData(500, 4, 1, 1);
  return sizes.map((size) => gradientSpread(data, size, 400, seed));
}

/** The claims of the chapter. */
export const sgdClaims: readonly Claim[] = [
  {
    id: 'sgd.steepest',
    chapter: 'sgd',
    kind: 'mathematics',
    statement: 'Of all directions, the loss rises fastest along the gradient.',
    async measure() {
      await Promise.resolve();
      const [w, g] = [Float64Array.of(0.4, 0.7), new Float64Array(2)];
      const here = basins.objective(w, g);
      const angle = (Math.atan2(g[1]!, g[0]!) * 180) / Math.PI;
      const rise = (degrees: number): number => {
        const at = Float64Array.of(0.4 + 1e-4 * Math.cos((degrees * Math.PI) / 180), 0.7 + 1e-4 * Math.sin((degrees * Math.PI) / 180));
        return basins.objective(at, new Float64Array(2)) - here;
      };
      const rises = Array.from({ length: 360 }, (_, degrees) => rise(degrees - 180));
      const steepest = rises.indexOf(Math.max(...rises)) - 180;
      return {
        values: { steepest, angle },
        figure: `steepest of 360 directions: ${figure(steepest)}°; gradient: ${figure(angle)}°`,
        holds: Math.abs(steepest - angle) <= 0.6,
      };
    },
  },
  {
    id: 'sgd.step',
    chapter: 'sgd',
    kind: 'mathematics',
    statement: 'A step of SGD is −η·g, exactly.',
    async measure() {
      const run = await trace(sgd({ lr: 0.1 }), basins.objective, basins.start, { steps: 50 });
      let worst = 0;
      for (let i = 2; i < run.w.length; i++) worst = Math.max(worst, Math.abs(run.w[i]! - (run.w[i - 2]! - 0.1 * run.g[i]!)));
      return { values: { worst }, figure: `largest difference over 50 steps: ${deviation(worst)}`, holds: worst === 0 };
    },
  },
  {
    id: 'sgd.noise',
    chapter: 'sgd',
    kind: 'mathematics',
    statement: 'The gradient of a mini-batch of B examples scatters around the exact one, and this spread falls as 1/√B.',
    async measure() {
      await Promise.resolve();
      const measured = spreads();
      const exponent = slope(batchSizes.map(Math.log), measured.map(Math.log));
      return {
        values: { exponent, one: measured[0]!, most: measured.at(-1)! },
        figure: `spread ${figure(measured[0]!)} at B = 1, ${figure(measured.at(-1)!)} at B = 256; spread ∝ B to the power ${figure(exponent)}`,
        holds: Math.abs(exponent + 0.5) < 0.04,
      };
    },
  },
  {
    id: 'sgd.factor',
    chapter: 'sgd',
    kind: 'mathematics',
    statement: 'On a slope that grows as λ·e with the error e, every step multiplies the error by 1 − η·λ.',
    async measure() {
      const { along, across } = await inValley(30, 1.7, 40);
      let worst = 0;
      for (let t = 1; t <= 40; t++) {
        worst = Math.max(worst, Math.abs(along[t]! / along[t - 1]! - (1 - 1.7 / 30)), Math.abs(across[t]! / across[t - 1]! + 0.7));
      }
      return {
        values: { worst, along: along[1]!, across: across[1]! },
        figure: `across, at η·λ = 1.7, the error is multiplied by ${figure(across[1]!)}; along, at 1.7/30, by ${figure(along[1]!)}; deviation over 40 steps: ${deviation(worst)}`,
        holds: worst < 1e-12,
      };
    },
  },
  {
    id: 'sgd.zigzag',
    chapter: 'sgd',
    kind: 'mathematics',
    statement: 'Across a valley the point changes sides at every step once η·λmax > 1, and at none below.',
    async measure() {
      const rate = async (product: number): Promise<number> => flipRate((await inValley(50, product, 40)).across);
      const [below, above] = [await rate(0.95), await rate(1.05)];
      return {
        values: { below, above },
        figure: `sign changes at η·λmax = 0.95: ${figure(100 * below)} % of steps; at 1.05: ${figure(100 * above)} %`,
        holds: below === 0 && above === 1,
      };
    },
  },
  {
    id: 'sgd.diverges',
    chapter: 'sgd',
    kind: 'mathematics',
    statement: 'Past η·λmax = 2 the run diverges.',
    async measure() {
      const end = async (product: number): Promise<number> => Math.abs((await inValley(50, product, 100)).across.at(-1)!);
      const [below, above] = [await end(1.98), await end(2.02)];
      return {
        values: { below, above },
        figure: `distance from the floor after 100 steps, from 1: ${figure(below)} at 1.98, ${figure(above)} at 2.02`,
        holds: below < 1 && above > 1,
      };
    },
  },
  {
    id: 'sgd.crawl',
    chapter: 'sgd',
    kind: 'mathematics',
    statement: 'A rate that is calm across the valley crawls along its floor: each step covers only the fraction η·λmin of the way ahead.',
    async measure() {
      const { along, across } = await inValley(100, 0.9, 100);
      const left = along.at(-1)!;
      return {
        values: { left, predicted: (1 - 0.009) ** 100, across: across.at(-1)! },
        figure: `after 100 steps ${figure(100 * left)} % of the error along remains, and ${figure(across.at(-1)!)} of that across`,
        holds: Math.abs(left - (1 - 0.009) ** 100) < 1e-12 && Math.abs(across.at(-1)!) < 1e-9,
      };
    },
  },
  {
    id: 'sgd.scales',
    chapter: 'sgd',
    kind: 'mathematics',
    statement:
      'No single η suits a flat and a steep direction: with λ = 1 and κ, even the best leaves (κ − 1)/(κ + 1) of the error after a step.',
    async measure() {
      const rates = Array.from({ length: 199 }, (_, i) => (i + 1) / 100);
      const best = await bestOf(rates, 100);
      const equal = await bestOf(rates, 1);
      return {
        values: { best, bound: 99 / 101, equal },
        figure: `the best of 199 rates leaves ${figure(best, 4)} of the error at κ = 100, and ${figure(equal)} at κ = 1`,
        holds: Math.abs(best - 99 / 101) < 2e-4 && equal < 0.05,
      };
    },
  },
];
