/** A bias correction on the wrong side of the root. */
import { adam, optimizer } from 'thalweg';
import { figure } from '../claim.ts';
import { drive } from '../experiments/fit.ts';
import { byStep, forgetting, sideOf, type WrongRule } from './rule.ts';

const outside = optimizer({
  name: 'adamOutside',
  hyper: { lr: ['η', 1e-3], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.999, '[0, 1)'], eps: ['ε', 1e-8] },
  equations: `
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
    m̂ = m / (1 − β₁ᵗ)
    w ← w − η·m̂ / (√v / (1 − β₂ᵗ) + ε)
  `,
});
const count = 300;

/** The rule. */
export const rootRule: WrongRule = {
  id: 'root',
  title: 'Corrected by the wrong root',
  fault: 'A published library corrects √v by 1 − β₂ᵗ, where v is to be corrected and then the root taken: √v needs √(1 − β₂ᵗ).',
  harm: 'The step is short by the factor √(1 − β₂ᵗ). At β₂ = 0.999 training crawls for its first thousand steps, and nobody sees an error.',
  statement: 'With √v corrected by 1 − β₂ᵗ instead of its root, every step is short by √(1 − β₂ᵗ): the first is η/32 at β₂ = 0.999.',
  optimizer: { id: 'adam', label: 'Adam' },
  knobs: [forgetting('rest2', 'β₂', 'forgetting of v', 1e-3)],
  axes: { x: 'step', y: 'step under a gradient of 1, in units of η', log: ['y'] },
  sides: { wrong: sideOf(() => outside()), right: sideOf(() => adam()) },
  async measure({ rest2 }) {
    const options = { lr: 1, beta2: 1 - rest2! };
    const [wrong, right] = [await drive(outside(options), [0], count, () => 1), await drive(adam(options), [0], count, () => 1)];
    const short = (t: number): number => Math.sqrt(-Math.expm1(t * Math.log1p(-rest2!)));
    const off = (moved: Float64Array, law: (t: number) => number): number =>
      Math.max(...moved.subarray(1).map((step, i) => Math.abs(step / law(i + 1) - 1)));
    const [deviation, most] = [off(wrong.moved, short), off(right.moved, () => 1)];
    const share = wrong.points[100]! / right.points[100]!;
    return {
      wrong: byStep(wrong.moved),
      right: byStep(right.moved),
      values: { first: wrong.moved[1]!, share, deviation, most },
      figure:
        `first step ${figure(wrong.moved[1]!)} η; after 100 steps it has moved ${figure(100 * share)} % as far as Adam; ` +
        `deviation from √(1 − β₂ᵗ) ${figure(deviation)}`,
      holds: deviation < 1e-6 && most < 1e-6,
    };
  },
};
