/** The chapters' titles and what each asks. */
import type { ChapterId } from '@thalweg/guide';

/** Titles by chapter. */
export const titles: Readonly<Record<ChapterId, string>> = {
  problem: 'The problem',
  sgd: 'SGD',
  momentum: 'Momentum',
  adagrad: 'AdaGrad',
  rmsprop: 'RMSProp',
  adam: 'Adam',
  decay: 'Weight decay',
  adamw: 'AdamW',
  beyond: 'Beyond',
};

/** The line under each title. */
export const leads: Readonly<Record<ChapterId, string>> = {
  problem: 'What is minimized, and why it is stepped down rather than solved.',
  sgd: 'The slope of a few examples, and one rate for every direction.',
  momentum: 'Remember where you have been going.',
  adagrad: 'Every weight gets a rate of its own, from all it has seen.',
  rmsprop: 'The same, but what is long past fades.',
  adam: 'A direction and a size, both averaged, and a start set right.',
  decay: 'Small weights on purpose; and two ways to want them that are one only in SGD.',
  adamw: 'Decay that treats all weights alike.',
  beyond: 'Matrices, signs, averages; how to choose; the whole story in one look.',
};
