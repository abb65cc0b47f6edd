/** Adadelta that divides by the accumulator as it was before this gradient. */
import { adadelta, optimizer, sgd } from 'thalweg';
import { figure } from '../claim.ts';
import { trace } from '../trace.ts';
import { byStep, sideOf, type WrongRule } from './rule.ts';

const old = optimizer({
  name: 'adadeltaOld',
  hyper: { lr: ['η', 1], rho: ['ρ', 0.9, '[0, 1)'], eps: ['ε', 1e-6] },
  equations: `
    u = √(a + ε) / √(v + ε)·g
    v ← ρ·v + (1 − ρ)·g²
    a ← ρ·a + (1 − ρ)·u²
    w ← w − η·u
  `,
});
const count = 60;

/** The rule. */
export const accumulatorRule: WrongRule = {
  id: 'accumulator',
  title: 'Adadelta divided by the old accumulator',
  fault: 'A published library forms the step from v before adding this gradient to it.',
  harm:
    'At the first step a and v are both 0, so u = g. Then a and v take in the same square, and are equal again, at every step: the ratio ' +
    'is 1 for ever. What is called Adadelta is gradient descent with rate η, and diverges where that does.',
  statement:
    'With the old accumulator Adadelta is gradient descent with rate η, digit for digit, and diverges where the curvature passes 2/η.',
  optimizer: { id: 'adadelta', label: 'Adadelta' },
  knobs: [
    { name: 'curvature', label: 'curvature', symbol: 'λ', fallback: 2.1, low: 0.01, high: 10, scale: 'log' },
    { name: 'lr', label: 'learning rate', symbol: 'η', fallback: 1, low: 0.1, high: 2, scale: 'log' },
  ],
  axes: { x: 'step', y: 'distance from the floor of the bowl λ·w²/2', log: ['y'] },
  sides: { wrong: sideOf(() => old()), right: sideOf(() => adadelta()) },
  async measure({ curvature, lr }) {
    const k = curvature!;
    const run = (method: Parameters<typeof trace>[0]) =>
      trace(method, (w, g) => ((g[0] = k * w[0]!), (k * w[0]! * w[0]!) / 2), [1], { steps: count });
    const [wrong, right, plain] = [await run(old({ lr: lr! })), await run(adadelta({ lr: lr! })), await run(sgd({ lr: lr! }))];
    const distance = ({ w, rows }: typeof wrong): Float64Array => w.subarray(0, rows).map(Math.abs);
    const [far, near] = [distance(wrong).at(-1)!, distance(right).at(-1)!];
    const apart = Math.max(...distance(wrong).map((_, i) => Math.abs(wrong.w[i]! - plain.w[i]!)));
    const first = (1 - wrong.w[1]!) / (1 - right.w[1]!);
    return {
      wrong: byStep(distance(wrong)),
      right: byStep(distance(right)),
      values: { first, far, near, apart },
      figure:
        `first step ${figure(first)} times as long; after ${String(wrong.rows - 1)} steps ${figure(far)} from the floor, ` +
        `Adadelta ${figure(near)}; greatest difference from gradient descent ${figure(apart)}`,
      holds: apart === 0 && near <= 1 && (lr! * k <= 2 || far > 1),
    };
  },
};
