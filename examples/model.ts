/**
 * Train a model with several parameters and gradients that you compute: a line through noisy points, with a schedule, gradient clipping and live views.
 *
 * Measured: after 400 steps y = 3.00·x − 0.50, with a loss of 0.00485, which is due to the noise.
 */
import { adamw, chain, clipByGlobalNorm, warmupCosine } from 'thalweg';

const xs = Array.from({ length: 50 }, (_, i) => i / 25 - 1);
const ys = xs.map((x, i) => 3 * x - 0.5 + 0.1 * Math.sin(i * 7));

const steps = 400;
const method = chain(clipByGlobalNorm(1), adamw({ lr: warmupCosine({ peak: 0.1, warmup: 20, total: steps }), weightDecay: 0 }));
const opt = await method.init({ slope: new Float32Array(1), offset: new Float32Array(1) }, { nonFinite: 'throw' });

for (let t = 1; t <= steps; t++) {
  const [slope = 0, offset = 0] = [opt.params.slope[0], opt.params.offset[0]];
  let loss = 0;
  opt.zeroGrad();
  xs.forEach((x, i) => {
    const error = slope * x + offset - (ys[i] ?? 0);
    loss += (error * error) / xs.length;
    opt.grads.slope[0]! += (2 * error * x) / xs.length;
    opt.grads.offset[0]! += (2 * error) / xs.length;
  });
  opt.step();
  if (t % 100 === 0) console.log(`step ${String(t)}: loss ${loss.toFixed(5)}`);
}
console.log(`y = ${opt.params.slope[0]!.toFixed(2)}·x − ${(-opt.params.offset[0]!).toFixed(2)}`);
opt.dispose();
