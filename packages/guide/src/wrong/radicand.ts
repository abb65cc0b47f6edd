/** Centered RMSProp with ε taken off inside the root. */
import { optimizer, rmsprop } from 'thalweg';
import { figure } from '../claim.ts';
import { drive } from '../experiments/fit.ts';
import { byStep, forgetting, lostAt, sideOf, type WrongRule } from './rule.ts';

const eps = 1e-8;
const negative = optimizer({
  name: 'rmspropNegative',
  hyper: { lr: ['η', 1e-3], beta: ['β', 0.9, '[0, 1)'], eps: ['ε', eps] },
  equations: `
    v ← β·v + (1 − β)·g²
    ḡ ← β·ḡ + (1 − β)·g
    u = g / √(v − (ḡ² + ε))
    w ← w − η·u
  `,
});
const count = 250;

/** The rule. */
export const radicandRule: WrongRule = {
  id: 'radicand',
  title: 'A radicand below zero',
  fault: 'A published library puts ε on the wrong side of the minus sign: √(v − ḡ² − ε).',
  harm:
    'v − ḡ² is a variance: where gradients are steady it goes to 0, where they are small it is small. Once it is below ε the root is of a ' +
    'negative number and the weight is NaN for good. Rounding alone can do that too, which is why the right rule clamps the variance at 0.',
  statement: 'With ε taken off inside the root, a steady gradient of 0.01 turns the weight to NaN at step 88; the clamped rule goes on.',
  optimizer: { id: 'rmsprop', label: 'RMSProp' },
  knobs: [
    { name: 'gradient', label: 'the steady gradient', symbol: 'g', fallback: 0.01, low: 1e-5, high: 1, scale: 'log' },
    forgetting('rest', 'β', 'forgetting', 0.1, 1e-2),
  ],
  axes: { x: 'step', y: 'step under a steady gradient, in units of η', log: ['y'] },
  sides: { wrong: sideOf(() => negative()), right: sideOf(() => rmsprop({ centered: true })) },
  async measure({ gradient, rest }) {
    const [g, beta] = [gradient!, 1 - rest!];
    const [wrong, right] = [
      await drive(negative({ lr: 1, beta, eps }), [0], count, () => g),
      await drive(rmsprop({ lr: 1, beta, eps, centered: true }), [0], count, () => g),
    ];
    const at = lostAt(byStep(wrong.moved));
    const kept = right.moved.every(Number.isFinite);
    // The variance of a steady gradient is βᵗ(1 − βᵗ)·g².
    const law = Array.from({ length: count }, (_, i) => beta ** (i + 1) * (1 - beta ** (i + 1)) * g * g).findIndex((v) => v < eps) + 1;
    return {
      wrong: byStep(wrong.moved),
      right: byStep(right.moved),
      values: { at: at ?? 0, law, largest: Math.max(...right.moved) },
      figure:
        at === undefined
          ? `no NaN in ${String(count)} steps, as βᵗ(1 − βᵗ)·g² stays above ε; largest step of the right rule ${figure(Math.max(...right.moved))} η`
          : `NaN from step ${String(at)} on, where βᵗ(1 − βᵗ)·g² falls below ε = 1e−8; the clamped rule ${kept ? `goes on through all ${String(count)} steps` : 'fails too'}`,
      holds: (at ?? 0) === law && kept,
    };
  },
};
