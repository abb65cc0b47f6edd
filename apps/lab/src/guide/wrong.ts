/** From a chapter to the rules that go wrong where its formula is written down carelessly; a test holds that each rule is reached. */
import type { ChapterId } from '@thalweg/guide';

/** Rules by chapter, with what goes wrong in a few words. */
export const wrongIn: Readonly<Partial<Record<ChapterId, readonly (readonly [rule: string, words: string])[]>>> = {
  sgd: [['readback', 'a schedule that reads the step back from the device']],
  momentum: [['position', 'momentum that is kept by position, and mixed up']],
  adagrad: [['accumulator', 'a step divided by the sum before this gradient']],
  rmsprop: [['radicand', 'a root of less than zero']],
  adam: [
    ['multiplied', 'a bias correction that multiplies'],
    ['root', 'one that is corrected by the wrong root'],
    ['stale', 'biases that use the moments of the step before'],
    ['float32', '1 − β in float32'],
  ],
};
