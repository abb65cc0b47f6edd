/** Chapter five: a history that is forgotten, and what that costs at the start. */
import { rmsprop } from 'thalweg';
import { deviation, figure, type Claim } from '../claim.ts';
import { averageWeights } from '../experiments/average.ts';
import { meaningTurns, swing, turning } from '../experiments/turning.ts';
import { rateAfterBurst, rmspropSteps } from '../experiments/moments.ts';
import { valley } from '../surface.ts';
import { coordinate, flipRate, trace } from '../trace.ts';

/** The claims of the chapter. */
export const rmspropClaims: readonly Claim[] = [
  {
    id: 'rmsprop.average',
    chapter: 'rmsprop',
    kind: 'mathematics',
    statement:
      'In a moving average the newest value counts 1 − β, each older one β times as much as the one after it; t of them add up to 1 − βᵗ.',
    async measure() {
      const weights = await averageWeights(0.9, 30);
      const worst = Math.max(...weights.map((weight, k) => Math.abs(weight - 0.1 * 0.9 ** k)));
      const [sum, seven] = [
        weights.reduce((total, weight) => total + weight, 0),
        weights.subarray(0, 7).reduce((total, one) => total + one, 0),
      ];
      return {
        values: { worst, sum, seven },
        figure: `the last seven count ${figure(100 * seven)} %; all 30 add up to ${figure(sum, 4)}, 1 − 0.9³⁰ = ${figure(1 - 0.9 ** 30, 4)}`,
        holds: worst < 1e-15 && Math.abs(sum - (1 - 0.9 ** 30)) < 1e-12,
      };
    },
  },
  {
    id: 'rmsprop.turns',
    chapter: 'rmsprop',
    kind: 'mathematics',
    statement: 'Where a word keeps changing its meaning, AdaGrad follows less and less; RMSProp, taking over from it, keeps following.',
    async measure() {
      const { adagrad, rmsprop } = await meaningTurns();
      const last = turning.spells;
      const [first, stalled] = [swing(adagrad, 0, 2), swing(adagrad, last - 2, last)];
      const half = last / 2;
      const [taken, kept] = [swing(rmsprop, 0, 2), swing(rmsprop, half - 2, half)];
      const least = Math.min(...Array.from({ length: half - 1 }, (_, i) => swing(rmsprop, i, i + 2)));
      return {
        values: { first, stalled, taken, kept, least },
        figure: `how far the weight swings: under AdaGrad ${figure(first)} at first, ${figure(stalled)} in the end; under RMSProp ${figure(taken)} at first, ${figure(kept)} in the end, never less than ${figure(least)}`,
        holds: stalled < first / 3 && kept > 0.7 * taken && least > 0.7 * taken,
      };
    },
  },
  {
    id: 'rmsprop.recovers',
    chapter: 'rmsprop',
    kind: 'mathematics',
    statement: 'A moving average forgets: after one gradient of 100 among gradients of 1 the rate recovers.',
    async measure() {
      const rates = await rateAfterBurst(0.9, 100, 300);
      const back = rates.findIndex((rate, i) => i > 100 && rate > 0.99) - 99;
      return {
        values: { before: rates[98]!, at: rates[99]!, back },
        figure: `rate ${figure(rates[98]!)} η before, ${figure(rates[99]!)} η at that gradient, within 1 % of η again after ${String(back)} steps`,
        holds: rates[99]! < 0.04 && Math.abs(rates.at(-1)! - 1) < 0.01,
      };
    },
  },
  {
    id: 'rmsprop.bounces',
    chapter: 'rmsprop',
    kind: 'mathematics',
    statement:
      'It still bounces from side to side: at a fixed η its steps across end up η long, from η/2 on one side of the floor to η/2 on the other.',
    async measure() {
      const run = await trace(rmsprop({ lr: 0.1 }), valley(50).objective, [-4, 1], { steps: 600 });
      const across = coordinate(run, run.w, 1).subarray(-101);
      const height = Math.max(...across.map(Math.abs));
      return {
        values: { flips: flipRate(across), height },
        figure: `in the last 100 steps it changes sides in ${figure(100 * flipRate(across))} % of them, ${figure(height)} from the floor at η = 0.1`,
        holds: flipRate(across) > 0.99 && Math.abs(height - 0.05) < 0.003,
      };
    },
  },
  {
    id: 'rmsprop.start',
    chapter: 'rmsprop',
    kind: 'mathematics',
    statement: 'As v starts at 0, step t under a constant gradient is η/√(1 − βᵗ): 3.2 η at first for β = 0.9, 32 η for 0.999.',
    async measure() {
      const worst = async (beta: number): Promise<number> =>
        Math.max(...(await rmspropSteps(beta, 50)).map((step, i) => Math.abs(step * Math.sqrt(1 - beta ** (i + 1)) - 1)));
      const [short, long] = [(await rmspropSteps(0.9, 1))[0]!, (await rmspropSteps(0.999, 1))[0]!];
      const worstOfAll = Math.max(await worst(0.9), await worst(0.999));
      return {
        values: { short, long, worstOfAll },
        figure: `first step ${figure(short)} η for β = 0.9, ${figure(long)} η for 0.999; deviation from the formula: ${deviation(worstOfAll)}`,
        holds: Math.abs(short - Math.sqrt(10)) < 1e-9 && Math.abs(long - Math.sqrt(1000)) < 1e-9 && worstOfAll < 1e-9,
      };
    },
  },
];
