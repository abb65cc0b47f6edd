/** Logistic regression on bags of words with gradients by hand: only words that occur have one. */
import { adagrad, type Method } from 'thalweg';
import type { Bags, Text } from '../claim.ts';
import { uniform } from '../noise.ts';
import { statesOf } from '../states.ts';

const batchSize = 64;

/** Writes the gradient of a batch's mean cross-entropy into `g` and returns the loss. */
export function batchGradient(w: Float64Array, g: Float64Array, { words, values, labels }: Bags, batch: Uint32Array): number {
  g.fill(0);
  let loss = 0;
  for (const row of batch) {
    const [ids, weights, label] = [words[row]!, values[row]!, labels[row]!];
    let z = 0;
    for (let i = 0; i < ids.length; i++) z += w[ids[i]!]! * weights[i]!;
    loss += (Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)))) / batch.length;
    const error = (1 / (1 + Math.exp(-z)) - label) / batch.length;
    for (let i = 0; i < ids.length; i++) g[ids[i]!] = g[ids[i]!]! + error * weights[i]!;
  }
  return loss;
}

/** The mean cross-entropy over bags. */
export function crossEntropy(w: Float64Array, bags: Bags): number {
  let loss = 0;
  bags.labels.forEach((label, row) => {
    let z = 0;
    bags.words[row]!.forEach((id, i) => (z += w[id]! * bags.values[row]![i]!));
    loss += Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
  });
  return loss / bags.labels.length;
}

/** A run on the text. */
export interface WordsRun {
  readonly w: Float64Array;
  readonly training: number;
  readonly validation: number;
  /** ‖w‖ at the end. */
  readonly norm: number;
  readonly state: Readonly<Record<string, Float64Array>>;
}

/** Where a run stood after a step. */
export interface WordsPoint {
  readonly step: number;
  readonly norm: number;
  readonly training: number;
  readonly validation: number;
}

/** Trains from zero on batches that follow from the seed; `bags` may be fewer than the text's. `watch` hears where it stands 30 times. */
export async function trainWords(
  method: Method,
  text: Text,
  bags: Bags,
  steps: number,
  seed: number,
  watch?: (point: WordsPoint) => void,
): Promise<WordsRun> {
  const opt = await method.init({ w: new Float64Array(text.vocabulary.length) });
  const batch = new Uint32Array(batchSize);
  for (let step = 1; step <= steps; step++) {
    for (let i = 0; i < batchSize; i++) batch[i] = Math.floor(uniform(seed, step, i) * bags.labels.length);
    batchGradient(opt.params.w, opt.grads.w, bags, batch);
    opt.step();
    if (watch !== undefined && step % Math.ceil(steps / 30) === 0) watch({ step, ...standing(opt.params.w, text, bags) });
  }
  const w = opt.params.w.slice();
  const state = Object.fromEntries([...statesOf(method)].map(([name, key]) => [name, Float64Array.from(opt.state[key]?.['w'] ?? [])]));
  opt.dispose();
  return { w, ...standing(w, text, bags), state };
}

function standing(w: Float64Array, text: Text, bags: Bags): Omit<WordsPoint, 'step'> {
  return {
    norm: Math.sqrt(w.reduce((sum, value) => sum + value * value, 0)),
    training: crossEntropy(w, bags),
    validation: crossEntropy(w, text.validation),
  };
}

/** The first `count` bags. */
export function firstBags({ words, values, labels }: Bags, count: number): Bags {
  return { words: words.slice(0, count), values: values.slice(0, count), labels: labels.slice(0, count) };
}

/** How often each word of the vocabulary occurs: in how many paragraphs. */
export function occurrences({ vocabulary, train }: Text): Uint32Array {
  const counts = new Uint32Array(vocabulary.length);
  for (const words of train.words) for (const word of words) counts[word] = counts[word]! + 1;
  return counts;
}

/** AdaGrad's rates after 500 steps as multiples of η: each word's 1/√G, with how often it occurs. */
export async function ratesByWord(text: Text, steps = 500): Promise<{ readonly counts: Uint32Array; readonly rates: Float64Array }> {
  const { state } = await trainWords(adagrad({ lr: 0.3 }), text, text.train, steps, 1);
  return { counts: occurrences(text), rates: (state['G'] ?? new Float64Array()).map((sum) => 1 / Math.sqrt(sum)) };
}

/** The rate of “the” and the median over words of at most ten paragraphs that were met. */
export async function wordRates(text: Text): Promise<{ readonly the: number; readonly rare: number; readonly rareWords: number }> {
  const { counts, rates } = await ratesByWord(text);
  const rare = [...rates].filter((rate, i) => counts[i]! <= 10 && Number.isFinite(rate)).sort((a, b) => a - b);
  return { the: rates[text.vocabulary.indexOf('the')] ?? NaN, rare: rare[Math.floor(rare.length / 2)] ?? NaN, rareWords: rare.length };
}
