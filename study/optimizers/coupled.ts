/** Adam with an L2 penalty: its gradient goes through the scaling. The learning rate and the penalty alone are searched. */
import { adam } from 'thalweg';

export default {
  id: 'coupled',
  label: 'Adam + L2',
  code: 'adam({ lr, l2 })',
  centre: 1e-2,
  space: [{ name: 'l2', scale: 'log', from: 1e-6, to: 0.1 }],
  create: (lr: number, { hyper }: { readonly hyper?: Readonly<Record<string, number>> }) => adam({ lr, ...hyper }),
};
