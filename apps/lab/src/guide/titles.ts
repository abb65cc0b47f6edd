/** The chapters' titles and what each asks. */
import type { ChapterId } from '@thalweg/guide';

/** Titles by chapter. */
export const titles: Readonly<Record<ChapterId, string>> = {
  problem: 'The problem',
  sgd: 'SGD',
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
  sgd: 'One rate for every direction: calm or fast, not both.',
  adagrad: 'Every parameter gets a rate of its own, from all it has seen. It forgets nothing.',
  rmsprop: 'Forget the distant past, and the rate comes back.',
  adam: 'A running mean on top, and two corrections that pull apart.',
  decay: 'Two things that are one in SGD come apart in Adam.',
  adamw: 'Decay that treats all weights alike, and two ways to scale it.',
  beyond: 'Matrices, signs, averages, and how to choose.',
};
