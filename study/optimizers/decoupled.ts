/** Adam with decoupled weight decay, of which the learning rate and the decay alone are searched, as in Figure 2 of Loshchilov & Hutter (2019). */
import { adamw } from 'thalweg';

export default {
  id: 'decoupled',
  label: 'AdamW',
  code: 'adamw({ lr, weightDecay })',
  centre: 1e-2,
  space: [{ name: 'weightDecay', scale: 'log', from: 1e-4, to: 10 }],
  create: (lr: number, { hyper }: { readonly hyper?: Readonly<Record<string, number>> }) => adamw({ lr, ...hyper }),
};
