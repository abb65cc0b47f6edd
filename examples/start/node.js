// Train a small model in Node. Copy this file into a folder, then:
//
//   npm init -y && npm pkg set type=module && npm install thalweg && node node.js

import { adamw, tensor } from 'thalweg';

// Training data: points on a parabola.
const xs = Array.from({ length: 64 }, (_, i) => i / 32 - 1);
const ys = xs.map((x) => 0.5 + 2 * x + 1.5 * x * x);

// The model is w₀ + w₁·x + w₂·x²: three parameters, initially zero.
const opt = await adamw({ lr: 0.05, weightDecay: 0 }).init({ w: tensor([3]) });
const { w } = opt.params; // the parameters: read them at any time
const { w: g } = opt.grads; // their gradients: write them before each step

for (let step = 0; step < 400; step++) {
  g.fill(0);
  let loss = 0;
  for (const [i, x] of xs.entries()) {
    const error = w[0] + w[1] * x + w[2] * x * x - ys[i];
    loss += error ** 2 / xs.length;
    // The gradient of the mean squared error with respect to w₀, w₁ and w₂.
    g[0] += (2 * error) / xs.length;
    g[1] += (2 * error * x) / xs.length;
    g[2] += (2 * error * x * x) / xs.length;
  }
  opt.step();
  if (step % 100 === 0) console.log(`step ${step}: loss ${loss.toExponential(1)}`);
}
console.log(`y = ${w[0].toFixed(2)} + ${w[1].toFixed(2)}·x + ${w[2].toFixed(2)}·x²`); // y = 0.50 + 2.00·x + 1.50·x²
