/** An update from moments that this step's gradient has not reached yet. */
import { adam, optimizer } from 'thalweg';
import { figure } from '../claim.ts';
import { trace } from '../trace.ts';
import { byStep, sideOf, type WrongRule } from './rule.ts';

const stale = optimizer({
  name: 'adamStale',
  hyper: { lr: ['η', 1e-3], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.999, '[0, 1)'], eps: ['ε', 1e-8] },
  equations: `
    m̂ = m / (1 − β₁ᵗ)
    v̂ = v / (1 − β₂ᵗ)
    w ← w − η·m̂ / (√v̂ + ε)
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + (1 − β₂)·g²
  `,
});
const [count, last] = [400, 100];

/** The rule. */
export const staleRule: WrongRule = {
  id: 'stale',
  title: 'Biases that use last step’s moments',
  fault: 'A published library updates the weights of a layer rightly, but its biases from the moments as they were before this gradient.',
  harm:
    'The first step moves nothing, and the corrections belong to a step that the moments have not seen. What remains is a delay: every ' +
    'step answers the gradient of the step before, and a rate that brings Adam to rest keeps the stale rule swinging.',
  statement: 'With last step’s moments the first step is zero, and at η = 0.3 in a bowl the rule still swings when Adam has come to rest.',
  optimizer: { id: 'adam', label: 'Adam' },
  knobs: [{ name: 'lr', label: 'learning rate', symbol: 'η', fallback: 0.3, low: 0.01, high: 1, scale: 'log' }],
  axes: { x: 'step', y: 'place in the bowl w²/2, started at 1', log: [] },
  sides: { wrong: sideOf(() => stale()), right: sideOf(() => adam()) },
  async measure({ lr }) {
    const run = (method: Parameters<typeof trace>[0]) =>
      trace(method, (w, g) => ((g[0] = w[0]!), (w[0]! * w[0]!) / 2), [1], { steps: count });
    const [wrong, right] = [await run(stale({ lr: lr! })), await run(adam({ lr: lr! }))];
    const swing = ({ w }: typeof wrong): number => Math.max(...w.subarray(count - last + 1).map(Math.abs));
    const values = { first: 1 - wrong.w[1]!, rightFirst: 1 - right.w[1]!, wrong: swing(wrong), right: swing(right) };
    return {
      wrong: byStep(wrong.w),
      right: byStep(right.w),
      values,
      figure:
        `first step ${figure(values.first)} against ${figure(values.rightFirst)}; in the last ${String(last)} of ${String(count)} steps it ` +
        `swings out to ${figure(values.wrong)}, Adam to ${figure(values.right)}`,
      holds: values.first === 0 && Math.abs(values.rightFirst / lr! - 1) < 1e-6 && values.wrong > 10 * values.right,
    };
  },
};
