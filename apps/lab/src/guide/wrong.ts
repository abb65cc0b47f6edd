/** From a chapter to the rules that go wrong where its formula is written down carelessly; a test holds that each rule is reached. */
import type { ChapterId } from '@thalweg/guide';

/** Something that went wrong: the rule on the page of rules gone wrong, its name in a few words, and what comes of it in one sentence. Mathematics stands between dollar signs. */
export interface Wrong {
  readonly rule: string;
  readonly name: string;
  readonly says: string;
}

/** Rules by chapter. */
export const wrongIn: Readonly<Partial<Record<ChapterId, readonly Wrong[]>>> = {
  sgd: [
    {
      rule: 'readback',
      name: 'A schedule that reads the step back',
      says: 'To compute the rate it fetches the step count from the GPU before every step, and the GPU stands idle meanwhile.',
    },
  ],
  momentum: [
    {
      rule: 'position',
      name: 'Momentum kept by position',
      says: 'Each momentum is stored under the place of its weight in a list: freeze one layer, and all behind it get the momentum of another.',
    },
  ],
  adagrad: [
    {
      rule: 'accumulator',
      name: 'Division before the sum is updated',
      says: 'In Adadelta, a relative of AdaGrad, the step is divided by the history without the current gradient, and the scaling is lost.',
    },
  ],
  rmsprop: [
    {
      rule: 'radicand',
      name: 'The root of a negative number',
      says: 'A form of RMSProp subtracts $ε$ within the root instead of adding it: under steady gradients the weights become NaN.',
    },
  ],
  adam: [
    {
      rule: 'multiplied',
      name: 'A correction that multiplies',
      says: '$m$ and $v$ are multiplied by $1 − βᵗ$ instead of divided by it: the first step is ten times too long.',
    },
    {
      rule: 'root',
      name: 'A correction by the wrong root',
      says: '$√v$ is divided by $1 − β₂ᵗ$ instead of by its root: the first step is 32 times too short.',
    },
    {
      rule: 'stale',
      name: 'Biases one step late',
      says: 'The biases of a layer are updated from $m$ and $v$ as they were before the current gradient: they lag a step behind and swing.',
    },
    {
      rule: 'float32',
      name: 'Subtraction in float32',
      says: 'Computed in float32, $1 − β$ has few correct digits where $β$ is near 1, and so has $v$ after the first steps.',
    },
  ],
};
