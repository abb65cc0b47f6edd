/** Schedule-free AdamW with AdamW's decay and AdamW's place for the first grid of rates: its authors find it at one to ten times AdamW's rate. */
import { scheduleFreeAdamw } from 'thalweg';

export default {
  id: 'schedule-free',
  label: 'Schedule-free AdamW',
  code: 'scheduleFreeAdamw({ lr, weightDecay: 0.01 })',
  hyperparameters: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01 },
  centre: 1e-2,
  lr: 2.5e-3,
  create: (lr: number) => scheduleFreeAdamw({ lr, weightDecay: 0.01 }),
};
