/** Chapter four: a rate for each parameter, from its own history, which is never forgotten. */
import { adagrad, sgd } from 'thalweg';
import { figure, type Claim } from '../claim.ts';
import { judgeBetter } from './judge.ts';
import { drive, slope } from '../experiments/fit.ts';
import { stepOnSentence } from '../experiments/sentences.ts';
import { wordRates } from '../experiments/words.ts';
import { gaussian } from '../noise.ts';
import { valley } from '../surface.ts';
import { trace } from '../trace.ts';

/** AdaGrad's rate for one parameter under prescribed gradients: |step| over |gradient|, from step 1 on. */
export async function adagradRates(steps: number, gradient: (t: number) => number, lr = 1): Promise<Float64Array> {
  const { moved } = await drive(adagrad({ lr }), [0], steps, gradient);
  return moved.subarray(1).map((step, i) => step / gradient(i + 1));
}

/** The claims of the chapter. */
export const adagradClaims: readonly Claim[] = [
  {
    id: 'adagrad.constant',
    chapter: 'adagrad',
    kind: 'mathematics',
    statement: 'Under a constant gradient the rate falls as 1/√t, as the sum of g² never decreases.',
    async measure() {
      const rates = await adagradRates(400, () => 3);
      const worst = Math.max(...rates.map((rate, i) => Math.abs(rate * 3 * Math.sqrt(i + 1) - 1)));
      return {
        values: { worst, last: rates.at(-1)! * 3 },
        figure: `the step at t = 400 is ${figure(rates.at(-1)! * 3)} η; relative difference from η/√t at most ${figure(worst)}, because of ε`,
        holds: worst < 1e-9,
      };
    },
  },
  {
    id: 'adagrad.noise',
    chapter: 'adagrad',
    kind: 'mathematics',
    statement: 'Under gradients that are noise alone the rate falls as 1/√t too, so that a long run stalls.',
    async measure() {
      const rates = await adagradRates(20_000, (t) => gaussian(3, t, 0));
      const at = [20, 60, 200, 600, 2000, 6000, 20_000];
      const exponent = slope(
        at.map(Math.log),
        at.map((t) => Math.log(rates[t - 1]!)),
      );
      const rises = rates.filter((rate, i) => i > 0 && rate > rates[i - 1]! * (1 + 1e-12)).length;
      return {
        values: { exponent, rises },
        figure: `rate ${figure(rates[19]!)} at step 20, ${figure(rates.at(-1)!)} at 20,000; rate ∝ t to the power ${figure(exponent)}; it rose at ${String(rises)} steps`,
        holds: Math.abs(exponent + 0.5) < 0.05 && rises === 0,
      };
    },
  },
  {
    id: 'adagrad.unforgiven',
    chapter: 'adagrad',
    kind: 'mathematics',
    statement: 'A large early gradient is never forgotten: after one of 100, a thousand of 1 hardly change the rate.',
    async measure() {
      const rates = await adagradRates(1001, (t) => (t === 1 ? 100 : 1));
      const [first, last] = [rates[0]!, rates.at(-1)!];
      return {
        values: { first, last, without: 1 / Math.sqrt(1001) },
        figure: `rate ${figure(first)} η after it, ${figure(last)} η a thousand steps later; without it ${figure(1 / Math.sqrt(1001))} η`,
        holds: last < first && last < 1 / Math.sqrt(1001) / 3,
      };
    },
  },
  {
    id: 'adagrad.bowl',
    chapter: 'adagrad',
    kind: 'mathematics',
    statement: 'On a bowl without noise it does converge: gradients vanish near the bottom, so their sum stops growing.',
    async measure() {
      const run = await trace(adagrad({ lr: 0.5 }), valley(50).objective, [-4, 1], { steps: 2000 });
      return {
        values: { loss: run.loss.at(-1)! },
        figure: `loss ${figure(run.loss[0]!)} at first, ${figure(run.loss.at(-1)!)} after 2,000 steps`,
        holds: run.loss.at(-1)! < 1e-12,
      };
    },
  },
  {
    id: 'adagrad.sentences',
    chapter: 'adagrad',
    kind: 'mathematics',
    statement:
      'In one step on one sentence a rare word moves further than a common one, though both have the same gradient; under SGD both move equally.',
    async measure() {
      const [own, plain] = [
        await stepOnSentence(adagrad({ lr: 0.3 }), 'the cast was superb', 1),
        await stepOnSentence(sgd({ lr: 0.3 }), 'the cast was superb', 1),
      ];
      const moved = (steps: typeof own, word: string): number => steps.find((one) => one.word === word)?.moved ?? NaN;
      const ratio = moved(own, 'superb') / moved(own, 'the');
      const equal = moved(plain, 'superb') / moved(plain, 'the');
      return {
        values: { ratio, equal },
        figure: `“superb” moves ${figure(ratio)} times as far as “the”; under SGD the ratio is ${figure(equal)}`,
        holds: ratio > 3 && Math.abs(equal - 1) < 1e-12,
      };
    },
  },
  {
    id: 'adagrad.rare',
    chapter: 'adagrad',
    kind: 'measurement',
    statement: 'On real text the rate of a rare word stays large while that of “the” collapses.',
    async measure({ text }) {
      const { the, rare, rareWords } = await wordRates(await text());
      return {
        values: { the, rare },
        figure: `after 500 steps: “the” ${figure(the)} η, the median of ${String(rareWords)} rare words ${figure(rare)} η, ${figure(rare / the, 2)} times as much; both are above η, as gradients are far below 1`,
        holds: rare > 10 * the,
      };
    },
  },
  {
    id: 'adagrad.words',
    chapter: 'adagrad',
    kind: 'comparison',
    statement: 'On sparse text AdaGrad beats SGD.',
    problem: 'words',
    contestants: ['sgd', 'adagrad'],
    judge: judgeBetter('adagrad', 'sgd'),
  },
];
