/** Bias corrections that multiply where they should divide. */
import { adam, optimizer } from 'thalweg';
import { figure } from '../claim.ts';
import { drive } from '../experiments/fit.ts';
import { byStep, forgetting, sideOf, type WrongRule } from './rule.ts';

const multiplied = optimizer({
  name: 'adamMultiplied',
  hyper: { lr: ['η', 1e-3], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.999, '[0, 1)'], eps: ['ε', 1e-8] },
  equations: `
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    m̂ = m·(1 − β₁ᵗ)
    v̂ = v·(1 − β₂ᵗ)
    w ← w − η·m̂ / (√v̂ + ε)
  `,
});
const [count, early] = [200, 12];

/** The rule. */
export const multipliedRule: WrongRule = {
  id: 'multiplied',
  title: 'Bias correction that multiplies',
  fault: 'A published library multiplies m and v by 1 − βᵗ where Adam divides by it.',
  harm:
    'Both moments start too small; multiplied, they are smaller still, and v is so by far the more. Its root is what the step is divided ' +
    'by, so the first steps are many times η, just when the gradients say least.',
  statement: 'Multiplied instead of divided, the corrections make the first step 10 η instead of η, and it grows from there.',
  optimizer: { id: 'adam', label: 'Adam' },
  knobs: [forgetting('rest1', 'β₁', 'forgetting of m', 0.1, 1e-2), forgetting('rest2', 'β₂', 'forgetting of v', 1e-3)],
  axes: { x: 'step', y: 'step under a gradient of 1, in units of η', log: ['y'] },
  sides: { wrong: sideOf(() => multiplied()), right: sideOf(() => adam()) },
  async measure({ rest1, rest2 }) {
    const options = { lr: 1, beta1: 1 - rest1!, beta2: 1 - rest2! };
    const [wrong, right] = [await drive(multiplied(options), [0], count, () => 1), await drive(adam(options), [0], count, () => 1)];
    const ratio = wrong.points[early]! / right.points[early]!;
    const peak = Math.max(...wrong.moved);
    const most = Math.max(...right.moved.subarray(1).map((step) => Math.abs(step - 1)));
    return {
      wrong: byStep(wrong.moved),
      right: byStep(right.moved),
      values: { first: wrong.moved[1]!, ratio, peak, at: wrong.moved.indexOf(peak), deviation: most },
      figure:
        `first step ${figure(wrong.moved[1]!)} η, longest ${figure(peak)} η at step ${String(wrong.moved.indexOf(peak))}; ` +
        `after ${String(early)} steps it has moved ${figure(ratio)} times as far as Adam, whose steps are η to within ${figure(most)}`,
      holds: Math.abs((wrong.moved[1]! * (rest2! + 1e-8)) / rest1! ** 2 - 1) < 1e-6 && most < 1e-6,
    };
  },
};
