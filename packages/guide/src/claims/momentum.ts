/** Chapter three: a direction that is remembered, and how much faster it comes down a valley. */
import { sgd } from 'thalweg';
import { deviation, figure, type Claim } from '../claim.ts';
import { drive } from '../experiments/fit.ts';
import { best, contractions, heavyBall, regime, valleyContractions } from '../experiments/momentum.ts';
import { gaussian } from '../noise.ts';
import { valley } from '../surface.ts';
import { coordinate, trace } from '../trace.ts';

/** The claims of the chapter. */
export const momentumClaims: readonly Claim[] = [
  {
    id: 'momentum.sum',
    chapter: 'momentum',
    kind: 'mathematics',
    statement: 'm is the sum of all gradients so far, each multiplied by β for every step since.',
    async measure() {
      const [beta, steps] = [0.9, 60];
      const { moved } = await drive(heavyBall({ lr: 1, beta }), [0], steps, (t) => gaussian(8, t, 0));
      let worst = 0;
      for (let t = 1; t <= steps; t++) {
        let sum = 0;
        for (let k = 0; k < t; k++) sum += beta ** k * gaussian(8, t - k, 0);
        worst = Math.max(worst, Math.abs(moved[t]! - sum));
      }
      return { values: { worst }, figure: `largest difference over 60 steps: ${deviation(worst)}`, holds: worst < 1e-12 };
    },
  },
  {
    id: 'momentum.agree',
    chapter: 'momentum',
    kind: 'mathematics',
    statement:
      'Equal gradients add up to 1/(1 − β) times one of them, those that change sign in turn to 1/(1 + β): 10 and 0.53 at β = 0.9.',
    async measure() {
      const last = async (gradient: (t: number) => number): Promise<number> =>
        Math.abs((await drive(heavyBall({ lr: 1, beta: 0.9 }), [0], 400, gradient)).moved[400]!);
      const [agree, contradict] = [await last(() => 1), await last((t) => (t % 2 === 0 ? 1 : -1))];
      return {
        values: { agree, contradict },
        figure: `|m| comes to ${figure(agree)} where all are 1, to ${figure(contradict)} where they are 1 and −1 in turn`,
        holds: Math.abs(agree - 10) < 1e-9 && Math.abs(contradict - 1 / 1.9) < 1e-9,
      };
    },
  },
  {
    id: 'momentum.same',
    chapter: 'momentum',
    kind: 'mathematics',
    statement: 'Written with m it takes the same steps as sgd({ momentum }), bit for bit.',
    async measure() {
      const of = (method: Parameters<typeof trace>[0]) => trace(method, valley(30).objective, [-4, 1], { steps: 200 });
      const [ours, theirs] = [await of(heavyBall({ lr: 0.02, beta: 0.9 })), await of(sgd({ lr: 0.02, momentum: 0.9 }))];
      const different = ours.w.filter((value, i) => value !== theirs.w[i]).length;
      return { values: { different }, figure: `numbers that differ in 200 steps: ${String(different)}`, holds: different === 0 };
    },
  },
  {
    id: 'momentum.best',
    chapter: 'momentum',
    kind: 'mathematics',
    statement:
      'With its best η and β, momentum leaves (√κ − 1)/(√κ + 1) of the error after a step; plain steps at best leave (κ − 1)/(κ + 1).',
    async measure() {
      const condition = 100;
      const tuned = best(condition);
      const [at] = await valleyContractions(tuned.beta, [tuned.product], condition, 4000);
      const products = Array.from({ length: 60 }, (_, i) => 0.5 + (i * 3.4) / 59);
      let least = Infinity;
      for (let beta = 0; beta < 0.96; beta += 0.02) least = Math.min(least, ...(await valleyContractions(beta, products, condition)));
      return {
        values: { at: at!, least, factor: tuned.factor },
        figure: `at κ = 100 plain steps at best leave ${figure(99 / 101)} of the error; momentum at its best leaves ${figure(at!)}, by the formula ${figure(tuned.factor)}; the best of ${String(48 * 60)} other pairs of η and β leaves ${figure(least)}`,
        holds: Math.abs(at! - tuned.factor) < 1e-3 && least > tuned.factor - 1e-3,
      };
    },
  },
  {
    id: 'momentum.regimes',
    chapter: 'momentum',
    kind: 'mathematics',
    statement: 'A run creeps below η·λ = (1 − √β)², swings up to (1 + √β)², zig-zags beyond that, and past 2·(1 + β) it diverges.',
    async measure() {
      let wrong = 0;
      let tried = 0;
      for (const beta of [0.2, 0.5, 0.8, 0.95]) {
        const [low, middle, high] = [(1 - Math.sqrt(beta)) ** 2, (1 + Math.sqrt(beta)) ** 2, 2 * (1 + beta)];
        const near = [low * 0.9, low * 4, 1, middle * 0.85, (middle + 3 * high) / 4, high * 1.02];
        const factors = await contractions(beta, near, 400);
        for (const [i, product] of near.entries()) {
          const { points } = await drivenSpring(beta, product);
          tried += 1;
          if (mannerOf(points, factors[i]!) !== regime(beta, product)) wrong += 1;
        }
      }
      return {
        values: { wrong, tried },
        figure: `of ${String(tried)} runs ${String(tried - wrong)} do what the borders say`,
        holds: wrong === 0,
      };
    },
  },
  {
    id: 'momentum.valley',
    chapter: 'momentum',
    kind: 'mathematics',
    statement: 'In the valley of κ = 100, each at its best, momentum brings the error to 1 % in a fifth of the steps.',
    async measure() {
      const objective = valley(100).objective;
      const steps = async (method: Parameters<typeof trace>[0]): Promise<number> => {
        const run = await trace(method, objective, [1, 1], { steps: 600 });
        const far = coordinate(run, run.w, 0).map((x, row) => Math.max(Math.abs(x), Math.abs(run.w[2 * row + 1]!)));
        return far.findLastIndex((distance) => distance > 0.01) + 1;
      };
      const { beta, product } = best(100);
      const [plain, heavy] = [await steps(sgd({ lr: 2 / 101 })), await steps(heavyBall({ lr: product / 100, beta }))];
      return {
        values: { plain, heavy },
        figure: `${String(plain)} steps without, ${String(heavy)} with momentum`,
        holds: heavy < plain / 5,
      };
    },
  },
];

async function drivenSpring(beta: number, product: number): Promise<{ readonly points: Float64Array }> {
  const run = await trace(
    heavyBall({ lr: 1, beta }),
    (w, g) => {
      g[0] = product * w[0]!;
      return (product * w[0]! ** 2) / 2;
    },
    [1],
    { steps: 300 },
  );
  return { points: run.w.subarray(0, run.rows) };
}

/** What a run does: it leaves, keeps its side, changes sides at every step, or now and then. */
function mannerOf(points: Float64Array, factor: number): ReturnType<typeof regime> {
  if (factor > 1) return 'diverges';
  const signs = [...points].filter((point) => Math.abs(point) > 1e-200).map(Math.sign);
  const flips = signs.slice(1).filter((sign, i) => sign !== signs[i]).length;
  if (flips === 0) return 'glides';
  // Near the border a slow root of the same sign may lead at first, so a few steps at the start do not count.
  return signs.slice(6).every((sign, i, rest) => i === 0 || sign !== rest[i - 1]) ? 'zigzags' : 'swings';
}
