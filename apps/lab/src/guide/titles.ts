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
  problem: 'What is minimized, and why by steps instead of by a formula.',
  sgd: 'The slope of a few examples, and one rate for every direction.',
  momentum: 'Remember where you have been going.',
  adagrad: 'Every weight gets a rate of its own, from all its gradients so far.',
  rmsprop: 'AdaGrad with a memory that fades.',
  adam: 'RMSProp with momentum, and with its first steps corrected.',
  decay: 'Small weights on purpose, in two ways that are the same in SGD but not in Adam.',
  adamw: 'Decay that treats all weights alike.',
  beyond: 'Matrices, signs and averages; how to choose; the whole story in one look.',
};
