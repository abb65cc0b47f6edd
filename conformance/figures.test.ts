/** A step or two by hand, where a library has it otherwise: figures from the paper's equations or the authors' program, to the last digit given. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as thalweg from 'thalweg';

/** The gradient of a step, and the loss where the method reads it. */
type Step = readonly [gradient: readonly number[], loss?: number];

interface Figure {
  readonly what: string;
  readonly method: thalweg.Method;
  readonly from: readonly number[];
  readonly shape?: readonly number[];
  readonly steps: readonly Step[];
  /** The weights after the steps, within half a unit of the sixth digit after the point. */
  readonly to: readonly number[];
}

const { acprop, adan, fromage, lars, madgrad, momo, momoAdam, optimisticAdam, polyak, scheduleFreeAdamw, scheduleFreeSgd, sm3, soap } =
  thalweg;
const late = (t: number): number => (t === 1 ? 0 : 0.1);

const figures: readonly Figure[] = [
  {
    what: 'adan weighs the change of the gradient by β₂ (sail-sg/Adan)',
    method: adan({ lr: 0.1 }),
    from: [0],
    steps: [[[1]], [[2]]],
    to: [-0.190736],
  },
  {
    what: 'adan divides by 1 + η·λ after the step (algorithm 1 of Xie et al. 2022)',
    method: adan({ lr: 0.5, weightDecay: 2 }),
    from: [3],
    steps: [[[7]]],
    to: [1.25],
  },
  {
    // s after the first step is ½·(1 − ½)², and ¼ corrected, so that the second is 0.1·2/½.
    what: 'acprop measures the departure from the mean of this step (algorithm 2 of Zhuang et al. 2021)',
    method: acprop({ lr: 0.1, beta1: 0.5, beta2: 0.5 }),
    from: [0],
    steps: [[[1]], [[2]]],
    to: [-0.5],
  },
  {
    // 5 / (10 + ½·5) is 0.4, of g + ½·w = (1.5, 12).
    what: 'lars divides by ‖g‖ + λ·‖w‖ (algorithm 1 of You et al. 2017)',
    method: lars({ lr: 1, trust: 1, momentum: 0, weightDecay: 0.5 }),
    from: [3, 4],
    steps: [[[0, 10]]],
    to: [2.4, -0.8],
  },
  {
    what: 'fromage takes the gradient itself where the weights are zero (jxbz/fromage)',
    method: fromage({ lr: 0.1 }),
    from: [0, 0],
    steps: [[[3, -1]]],
    to: [-0.3 / Math.sqrt(1.01), 0.1 / Math.sqrt(1.01)],
  },
  {
    what: 'momo divides the whole step by 1 + η·λ (the lemma of Schaipp et al. 2023)',
    method: momo({ lr: 1, weightDecay: 0.1 }),
    from: [1, 2, 3],
    steps: [[[2, 4, 6], 14]],
    to: [0.5, 1, 1.5],
  },
  {
    what: 'momoAdam divides the whole step by 1 + η·λ',
    method: momoAdam({ lr: 1, weightDecay: 0.1 }),
    from: [1, 2, 3],
    steps: [[[2, 4, 6], 14]],
    to: [0, 1 / 1.1, 2 / 1.1],
  },
  {
    what: 'soap projects with the bases of the steps before (algorithm 3 of Vyas et al. 2024)',
    method: soap({ lr: 0.1, weightDecay: 0, every: 1 }),
    from: [0, 0, 0, 0],
    shape: [2, 2],
    steps: [[[1, 2, 3, 4]], [[2, -1, 0.5, 1]]],
    to: [0.002092, -0.012076, -0.180395, -0.113391],
  },
  {
    what: "sm3's step does not depend on how large gradients are (SM3-II of Anil et al. 2019)",
    method: sm3({ lr: 1, momentum: 0 }),
    from: [0, 0, 0],
    steps: [[[1e-6, -1e-3, 1e3]]],
    to: [-1, 1, -1],
  },
  {
    what: 'optimisticAdam takes twice the first step (algorithm 1 of Daskalakis et al. 2018)',
    method: optimisticAdam({ lr: 0.1 }),
    from: [0],
    steps: [[[1]]],
    to: [-0.2],
  },
  {
    what: 'optimisticAdam has no look-ahead',
    method: optimisticAdam({ lr: 0.1 }),
    from: [0],
    steps: [[[1]], [[2]]],
    to: [-0.293036],
  },
  {
    what: 'polyak rests where the loss is below its minimum (Loizou et al. 2021)',
    method: polyak({ minimum: 2 }),
    from: [3],
    steps: [[[6], 1]],
    to: [3],
  },
  {
    what: 'scheduleFreeSgd rests at a rate of zero, and its average begins after it (Defazio et al. 2024)',
    method: scheduleFreeSgd({ lr: late }),
    from: [1],
    steps: [[[1]], [[1]]],
    to: [0.9],
  },
  {
    what: 'scheduleFreeAdamw rests at a rate of zero, and its average begins after it',
    method: scheduleFreeAdamw({ lr: late }),
    from: [1],
    steps: [[[1]], [[1]]],
    to: [0.9],
  },
  {
    what: 'madgrad adds ε to no rate of zero (Defazio & Jelassi 2021)',
    method: madgrad({ lr: 0, eps: 0.1 }),
    from: [1],
    steps: [[[1]]],
    to: [1],
  },
  {
    what: 'madgrad without ε rests where all gradients were zero',
    method: madgrad({ lr: 1, momentum: 0, eps: 0 }),
    from: [1, 1],
    steps: [[[0, 1]]],
    to: [1, 0],
  },
];

for (const { what, method, from, shape, steps, to } of figures) {
  test(what, async () => {
    const w = thalweg.tensor(shape ?? [from.length], { values: Float64Array.from(from) });
    const opt = await method.init({ w });
    for (const [gradient, loss] of steps) opt.step({ w: Float64Array.from(gradient) }, loss === undefined ? undefined : { loss });
    for (const [i, right] of to.entries()) {
      const off = Math.abs(Number(opt.params.w[i]) - right);
      assert.ok(off <= 5e-7, `w[${i}] is ${String(opt.params.w[i])} for ${right}`);
    }
  });
}

test('momo takes the step of a gradient whose square is below the rounding of one', async () => {
  const opt = await momo({ lr: 1 }).init({ w: Float64Array.of(0) });
  opt.step({ w: Float64Array.of(1e-9) }, { loss: 5 });
  assert.equal(opt.params.w[0], -1e-9);
});
