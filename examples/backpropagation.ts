/**
 * Backpropagation by hand, with `opt.params` and `opt.grads` as the model's only storage: a two-layer network learns which points lie between two
 * circles. Nothing is copied between the model and the optimizer.
 *
 * Measured: after 600 steps the loss is 0.096, and the test error is 7.0 %.
 */
import { adamw, tensor, warmupCosine } from 'thalweg';

const random = (seed: number) => () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
const [draw, initial] = [random(3), random(4)];
const sample = (n: number) => Array.from({ length: n }, () => [2 * draw() - 1, 2 * draw() - 1] as const);
const label = ([x, y]: readonly [number, number]) => Number(Math.abs(Math.hypot(x, y) - 0.6) < 0.25);
const [train, test] = [sample(400), sample(400)];

const [hidden, steps] = [24, 600];
const values = (n: number) => Float32Array.from({ length: n }, () => 2 * initial() - 1);
const opt = await adamw({ lr: warmupCosine({ peak: 0.05, warmup: 20, total: steps }), weightDecay: 0 }).init({
  layers: [
    { W: tensor([2, hidden], { values: values(2 * hidden) }), b: tensor([hidden], { values: values(hidden) }) },
    { W: tensor([hidden], { values: values(hidden) }), b: tensor([1]) },
  ],
});
const [first, last] = opt.params.layers;
const [gFirst, gLast] = opt.grads.layers;
const h = new Float32Array(hidden);

/** The probability that a point lies between the circles. Stores the hidden layer's outputs in `h`. */
function predict([x, y]: readonly [number, number]): number {
  let logit = last.b[0]!;
  for (let j = 0; j < hidden; j++) logit += (h[j] = Math.tanh(x * first.W[j]! + y * first.W[hidden + j]! + first.b[j]!)) * last.W[j]!;
  return 1 / (1 + Math.exp(-logit));
}

for (let t = 1; t <= steps; t++) {
  opt.zeroGrad();
  let loss = 0;
  for (const point of train) {
    const p = predict(point);
    const target = label(point);
    loss -= Math.log(target === 1 ? p : 1 - p) / train.length;
    const error = (p - target) / train.length;
    gLast.b[0]! += error;
    for (let j = 0; j < hidden; j++) {
      const back = error * last.W[j]! * (1 - h[j]! ** 2);
      gLast.W[j]! += error * h[j]!;
      gFirst.b[j]! += back;
      gFirst.W[j]! += back * point[0];
      gFirst.W[hidden + j]! += back * point[1];
    }
  }
  opt.step();
  if (t % 200 === 0) console.log(`step ${String(t)}: loss ${loss.toFixed(3)}`);
}
const wrong = test.filter((point) => predict(point) > 0.5 !== (label(point) === 1)).length;
console.log(`test error ${((100 * wrong) / test.length).toFixed(1)} %`);
opt.dispose();
