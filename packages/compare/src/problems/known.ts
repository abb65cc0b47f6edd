/** Two problems with a known optimum and a single difficulty each: gradient noise, for which the learning rate must decay, and plateaus at saddle points. */
import { tensor, type Parameter } from 'thalweg';
import { defineProblem } from '../check-problem.ts';
import { normal, random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';
import { product, rotation, transposed } from './matrices.ts';

/** The metric is log₁₀ of the loss, which is at least 0; values below 1e-16 are not distinguished. */
const floor = 1e-16;
const metric = { name: 'log₁₀ loss', lowerIsBetter: true, unit: '' };
const log = (loss: number): number => Math.log10(Math.max(loss, floor));

const dimensions = 1000;

/** Half the sum of w²/i. */
function heightOf(w: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < dimensions; i++) sum += w[i]! ** 2 / (i + 1);
  return sum / 2;
}

/** The problem `noisy-quadratic`. */
export const noisyQuadratic = defineProblem({
  id: 'noisy-quadratic',
  title: 'Noisy quadratic: why the learning rate must decay',
  description:
    'Minimizes ½·Σ hᵢ·wᵢ² over 1,000 weights with curvatures hᵢ = 1/i, from gradients with noise of variance hᵢ: the model with which Zhang et al. 2019 ' +
    '(arXiv:1907.04164) predict how optimizers depend on the batch size. The optimum is 0; with a constant learning rate the loss stays above it, roughly in proportion to the learning rate. ' +
    'Evaluated without noise.',
  steps: { quick: 500, standard: 2000, thorough: 5000 },
  batchSize: null,
  tuningMetric: metric,
  testMetric: metric,
  target: -0.1,
  load: () => ({
    start: (seed) => {
      const next = random(seed, 11);
      return { w: Float64Array.from({ length: dimensions }, () => normal(next)) };
    },
    gradient: ({ w }, { w: g }, seed, step) => {
      const noise = random(seed, step, 12);
      let loss = heightOf(w);
      for (let i = 0; i < dimensions; i++) {
        const pull = normal(noise) / Math.sqrt(i + 1);
        g[i] = w[i]! / (i + 1) + pull;
        loss += w[i]! * pull;
      }
      return loss;
    },
    evaluate: ({ w }) => log(heightOf(w)),
  }),
});

const [layers, size] = [4, 12];
const names = Array.from({ length: layers }, (_, i) => `W${String(i + 1)}`);

/** The target matrix: singular values from 1 to 0.1 between two rotations; each singular value is learned after a plateau. */
const wanted = ((): Float64Array => {
  const next = random(0xdee9);
  const [u, v] = [rotation(size, next), rotation(size, next)];
  const stretched = u.map((x, i) => x * 10 ** (-(i % size) / (size - 1)));
  return product(stretched, transposed(v, size), size);
})();

/** The layers, W₁ first, and the product of the first n of them. */
function productsOf(params: Arrays): Float64Array[] {
  const products: Float64Array[] = [];
  for (const name of names) products.push(product(Float64Array.from(params[name]!), products.at(-1) ?? rotation(size), size));
  return products;
}

function missOf(whole: Float64Array): Float64Array {
  return whole.map((x, i) => x - wanted[i]!);
}

const half = (miss: Float64Array): number => miss.reduce((sum, x) => sum + x * x, 0) / 2;

/** The problem `deep-linear`. */
export const deepLinear = defineProblem({
  id: 'deep-linear',
  title: 'Deep linear: from saddle to saddle',
  description:
    `The product of ${String(layers)} matrices of ${String(size)} × ${String(size)} is fitted to a target matrix; the loss is half the squared error, without noise. As Saxe et al. 2014 ` +
    '(arXiv:1312.6120) show, each singular value is learned after a plateau, which is longer for smaller values. The optimum is 0.',
  steps: { quick: 500, standard: 2000, thorough: 5000 },
  batchSize: null,
  tuningMetric: metric,
  testMetric: metric,
  target: -2,
  load: () => ({
    start: (seed) => {
      const next = random(seed, 13);
      const layer = (): Parameter => tensor([size, size], { values: Float64Array.from({ length: size * size }, () => (0.7 * normal(next)) / Math.sqrt(size)) });
      return Object.fromEntries(names.map((name) => [name, layer()]));
    },
    gradient: (params, grads) => {
      const products = productsOf(params);
      const miss = missOf(products.at(-1)!);
      // Backpropagation from the last layer: the gradient with respect to the layer's output times the layer's input.
      let back = miss;
      for (let i = layers - 1; i >= 0; i--) {
        const before = i === 0 ? rotation(size) : products[i - 1]!;
        grads[names[i]!]!.set(product(back, transposed(before, size), size));
        back = product(transposed(Float64Array.from(params[names[i]!]!), size), back, size);
      }
      return half(miss);
    },
    evaluate: (params) => log(half(missOf(productsOf(params).at(-1)!))),
  }),
}); // prettier-ignore
