/** NAdamW: NAdam with the decoupled decay that `adamw` has in the comparer. */
import { nadam } from 'thalweg';

export default {
  id: 'nadamw',
  label: 'NAdamW',
  code: 'nadam({ lr, weightDecay: 0.01 })',
  hyperparameters: { beta1: 0.9, beta2: 0.999, eps: 1e-8, momentumDecay: 4e-3, weightDecay: 0.01 },
  centre: 1e-2,
  lr: 2e-3,
  space: ['beta1', 'beta2', 'eps', 'weightDecay'],
  create: (lr: number, { hyper }: { readonly hyper?: Readonly<Record<string, number>> }) => nadam({ lr, weightDecay: 0.01, ...hyper }),
};
