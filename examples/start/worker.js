// Train in a worker, so that the main thread is not blocked. In Node, run `npm install thalweg` and then:
//
//   node worker.js
//
// In a page with a bundler, split it into two files: the worker's part, with `self` instead of `parentPort`, and in the page
// `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })`.

import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { adamw, tensor } from 'thalweg';

if (isMainThread) {
  // The main thread starts the worker and receives its messages.
  const worker = new Worker(new URL(import.meta.url));
  worker.on('message', ({ step, loss, weights }) => {
    console.log(`step ${step}: loss ${loss.toExponential(1)}`);
    if (weights !== undefined) console.log(`${weights.length} weights, of which the first is ${weights[0].toFixed(3)}`);
  });
} else {
  // The worker trains 1,000 weights towards 0.001, 0.002, 0.003, …
  const opt = await adamw({ lr: 0.01, weightDecay: 0 }).init({ w: tensor([1000]) });
  const { w } = opt.params;
  for (let step = 1; step <= 500; step++) {
    let loss = 0;
    for (let i = 0; i < w.length; i++) {
      const error = w[i] - (i + 1) / 1000;
      loss += error ** 2 / w.length;
      opt.grads.w[i] = (2 * error) / w.length;
    }
    opt.step();
    // Send a copy of the weights, because the arrays themselves are views of the optimizer's memory.
    if (step % 100 === 0) parentPort.postMessage({ step, loss, weights: step === 500 ? w.slice() : undefined });
  }
  opt.dispose();
}
