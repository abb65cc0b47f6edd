/** An optimizer of your own in five lines: `thalweg compare digits --optimizers adamw,examples/compare/cub.ts`. */
import { optimizer } from 'thalweg';

export default optimizer({
  name: 'cub',
  hyper: { lr: ['η', 1e-2], beta: ['β', 0.9, '[0, 1)'] },
  equations: 'm ← β·m + (1 − β)·g; w ← w − η·m / (|g| + 0.1)',
});
