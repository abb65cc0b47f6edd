/** Chapter six: running mean, running mean square, and what correcting them repairs. */
import { deviation, figure, type Claim } from '../claim.ts';
import { adamWith, constantSteps, firstStep, noiseThrough } from '../experiments/moments.ts';
import { averagedMomentum } from '../catalogue.ts';
import { sgd } from 'thalweg';
import { valley } from '../surface.ts';
import { coordinate, flipRate, trace } from '../trace.ts';

/** The claims of the chapter. */
export const adamClaims: readonly Claim[] = [
  {
    id: 'adam.noise',
    chapter: 'adam',
    kind: 'mathematics',
    statement: 'The average m smooths noise: only (1 − β)/(1 + β) of its variance remains, 1/19 at β = 0.9.',
    async measure() {
      const left = await noiseThrough(0.9, 40_000);
      return {
        values: { left },
        figure: `${figure(100 * left)} % of the variance remains; 1/19 is ${figure(100 / 19)} %`,
        holds: Math.abs(left * 19 - 1) < 0.05,
      };
    },
  },
  {
    id: 'adam.zigzag',
    chapter: 'adam',
    kind: 'mathematics',
    statement: 'It smooths zig-zag too: at a rate at which SGD changes sides at every step, an average of gradients seldom does.',
    async measure() {
      const rate = async (method: Parameters<typeof trace>[0]): Promise<number> => {
        const run = await trace(method, valley(50).objective, [-4, 1], { steps: 100 });
        return flipRate(coordinate(run, run.w, 1));
      };
      const [plain, averaged] = [await rate(sgd({ lr: 1.8 / 50 })), await rate(averagedMomentum({ lr: 1.8 / 50, beta: 0.9 }))];
      return {
        values: { plain, averaged },
        figure: `sides changed in ${figure(100 * plain)} % of the steps without, in ${figure(100 * averaged)} % with β = 0.9`,
        holds: plain === 1 && averaged < 0.25,
      };
    },
  },
  {
    id: 'adam.corrected',
    chapter: 'adam',
    kind: 'mathematics',
    statement: 'The correction repairs the start: with g = 1 and β₁ = 0.9, m₁ is 0.1 but m̂₁ is 1.',
    async measure() {
      const run = await trace(adamWith({ m: true, v: true }, 0.9, 0.999), (_, g) => (g.fill(1), 0), [0], { steps: 1, anatomy: true });
      const [m, corrected] = [run.names.get('m')![1]!, run.names.get('m_hat')![1]!];
      return {
        values: { m, corrected },
        figure: `m₁ = ${figure(m)}, m̂₁ = ${figure(corrected)}`,
        holds: Math.abs(m - 0.1) < 1e-15 && Math.abs(corrected - 1) < 1e-15,
      };
    },
  },
  {
    id: 'adam.fades',
    chapter: 'adam',
    kind: 'mathematics',
    statement: 'The correction fades: by step 44 that of m is below 1 %; that of v at β₂ = 0.999 takes 4,613 steps.',
    async measure() {
      const ratio = async (correction: { m: boolean; v: boolean }, steps: number): Promise<Float64Array> => {
        const [without, full] = [
          await constantSteps(correction, 0.9, 0.999, steps),
          await constantSteps({ m: true, v: true }, 0.9, 0.999, steps),
        ];
        return without.map((step, i) => step / full[i]!);
      };
      const m = (await ratio({ m: false, v: true }, 60)).findIndex((value) => 1 / value < 1.01) + 1;
      const v = (await ratio({ m: true, v: false }, 5000)).findIndex((value) => value * value < 1.01) + 1;
      return {
        values: { m, v },
        figure: `1/(1 − β₁ᵗ) < 1.01 from step ${String(m)}, 1/(1 − β₂ᵗ) < 1.01 from step ${String(v)}`,
        holds: m === 44 && v === 4613,
      };
    },
  },
  {
    id: 'adam.first',
    chapter: 'adam',
    kind: 'mathematics',
    statement: 'The first step is η·|g|/(|g| + ε): about η for any gradient far above ε, and less near it.',
    async measure() {
      const scales = [1e-10, 1e-8, 1e-6, 1e-3, 1, 1e3, 1e6];
      const steps = await Promise.all(scales.map((g) => firstStep(g)));
      const worst = Math.max(...steps.map((step, i) => Math.abs(step * (1 + 1e-8 / scales[i]!) - 1)));
      return {
        values: { worst, atEps: steps[1]!, large: steps.at(-1)!, small: steps[2]! },
        figure: `${figure(steps[2]!)} η at g = 1e−6, ${figure(steps.at(-1)!)} η at 1e6, ${figure(steps[1]!)} η at g = ε; deviation from the formula: ${deviation(worst)}`,
        holds: worst < 1e-9,
      };
    },
  },
  {
    id: 'adam.apart',
    chapter: 'adam',
    kind: 'mathematics',
    statement:
      'The two corrections work against each other: without that of v the first step is 1/√(1 − β₂) times too long, without that of m it is 1 − β₁ of what it should be.',
    async measure() {
      const first = async (m: boolean, v: boolean): Promise<number> => (await constantSteps({ m, v }, 0.9, 0.999, 1))[0]!;
      const [onlyV, onlyM] = [await first(true, false), await first(false, true)];
      return {
        values: { onlyV, onlyM },
        figure: `first step with v uncorrected ${figure(onlyV)} η, with m uncorrected ${figure(onlyM)} η`,
        holds: Math.abs(onlyV * Math.sqrt(0.001) - 1) < 1e-9 && Math.abs(onlyM - 0.1) < 1e-9,
      };
    },
  },
  {
    id: 'adam.inflated',
    chapter: 'adam',
    kind: 'mathematics',
    statement:
      'Without corrections at β₂ = 0.999 the first step is 3.2 η; steps grow to 6.6 η at step 12, as m fills up long before v does.',
    async measure() {
      const steps = await constantSteps({ m: false, v: false }, 0.9, 0.999, 100);
      const peak = Math.max(...steps);
      const at = steps.indexOf(peak) + 1;
      return {
        values: { first: steps[0]!, peak, at },
        figure: `first step ${figure(steps[0]!)} η, largest ${figure(peak)} η at step ${String(at)}`,
        holds: Math.abs(steps[0]! - 0.1 / Math.sqrt(0.001)) < 1e-6 && at === 12 && Math.abs(peak - 6.57) < 0.02,
      };
    },
  },
  {
    id: 'adam.shrunk',
    chapter: 'adam',
    kind: 'mathematics',
    statement: 'Without corrections at β₂ = 0.9 the first steps are too short instead: m is further below its true value than √v.',
    async measure() {
      const steps = await constantSteps({ m: false, v: false }, 0.9, 0.9, 40);
      const worst = Math.max(...steps.map((step, i) => Math.abs(step - Math.sqrt(1 - 0.9 ** (i + 1)))));
      return {
        values: { first: steps[0]!, worst, most: Math.max(...steps) },
        figure: `first step ${figure(steps[0]!)} η, never above ${figure(Math.max(...steps))} η; deviation from √(1 − βᵗ): ${figure(worst)}, because of ε`,
        holds: Math.abs(steps[0]! - Math.sqrt(0.1)) < 1e-9 && Math.max(...steps) < 1 && worst < 1e-9,
      };
    },
  },
];
