/** An average that forgets, taken apart by running it: how much each gradient counts in it, and how much the zero it began with. */
import { optimizer } from 'thalweg';

/** m ← β·m + (1 − β)·g, with what is left of the zero kept beside it. */
export const forgetting = optimizer({
  name: 'forgetting',
  hyper: { beta: ['β', 0.9, '[0, 1)'] },
  equations: 'm ← β·m + (1 − β)·g; w ← w − m',
});

/**
 * How much each of the last `t` gradients counts in the average after `t` steps, the newest first: one run with a parameter for each step,
 * whose gradient is 1 at that step and 0 at all others.
 */
export async function averageWeights(beta: number, t: number): Promise<Float64Array> {
  const opt = await forgetting({ beta }).init({ w: new Float64Array(t) });
  for (let step = 1; step <= t; step++) {
    for (let i = 0; i < t; i++) opt.grads.w[i] = i === t - step ? 1 : 0;
    opt.step();
  }
  const weights = Float64Array.from(Object.values(opt.state)[0]!['w']!);
  opt.dispose();
  return weights;
}
