/**
 * The guide's running example: sentences about films, a weight for each word, and the guess whether the writer liked the film. The
 * sentences were written for it, so that some words are in nearly all and some in one. Knows the library's public face only.
 */
import type { Method } from 'thalweg';
import type { Bags } from '../claim.ts';
import { gaussian, uniform } from '../noise.ts';
import type { Surface } from '../surface.ts';
import { statesOf } from '../states.ts';
import { batchGradient, crossEntropy } from './words.ts';

const liked = [
  'the film was good',
  'the plot was good',
  'a good film with a good cast',
  'the cast was superb',
  'the film was funny and good',
  'the ending was moving',
  'a funny film',
  'the music was good and the plot was clever',
  'the film was good from start to end',
  'the plot was funny',
  'good music and a good ending',
  'the film was clever',
  'the cast was good',
  'the film was a delight',
  'the ending was good and funny',
  'the film was good but long',
  'dull at the start but good in the end',
  'the plot was never dull',
];
const disliked = [
  'the film was dull',
  'the plot was dull',
  'a dull film with a dull cast',
  'the cast was clumsy',
  'the film was long and dull',
  'the ending was silly',
  'a long film',
  'the music was dull and the plot was silly',
  'the film was dull from start to end',
  'the plot was long',
  'dull music and a dull ending',
  'the film was noisy',
  'the cast was dull',
  'the film was a bore',
  'the ending was dull and long',
  'the film was dull but clever',
  'a good cast but the film was dull',
  'the film was not good',
  'good music but a long film',
];

/** A sentence and what its writer thought: 1 liked the film, 0 did not. */
export interface Sentence {
  readonly text: string;
  readonly y: 0 | 1;
}

/** All sentences. */
export const sentences: readonly Sentence[] = [
  ...liked.map((text): Sentence => ({ text, y: 1 })),
  ...disliked.map((text): Sentence => ({ text, y: 0 })),
];

/** The words of a text, each once, in small letters. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/\p{L}+/gu) ?? [])];
}

const counted = new Map<string, number>();
for (const { text } of sentences) for (const word of wordsOf(text)) counted.set(word, (counted.get(word) ?? 0) + 1);

/** Every word with the number of sentences that it is in, the most common first. */
export const wordCounts: readonly (readonly [word: string, count: number])[] = [...counted].sort(
  ([a, n], [b, k]) => k - n || a.localeCompare(b),
);

/** The words, by the place of their weights. */
export const words: readonly string[] = wordCounts.map(([word]) => word);

/** A sentence as numbers: the places of its words. */
function bag(text: string, places: readonly string[]): Uint32Array {
  return Uint32Array.from(wordsOf(text).map((word) => places.indexOf(word)));
}

function bagsOf(all: readonly Sentence[], places: readonly string[]): Bags {
  const ids = all.map(({ text }) => bag(text, places));
  return {
    words: ids,
    values: ids.map((one) => new Float32Array(one.length).fill(1)),
    labels: Float32Array.from(all.map(({ y }) => y)),
  };
}

const bags = bagsOf(sentences, words);
const all = Uint32Array.from(sentences.keys());

/** The predicted chance that the writer liked the film: the sum of the weights of its words, squeezed between 0 and 1. */
export function chance(w: ArrayLike<number>, text: string): number {
  let sum = 0;
  for (const id of bag(text, words)) sum += w[id] ?? 0;
  return 1 / (1 + Math.exp(-sum));
}

/** The loss L(W) over all sentences. */
export function sentenceLoss(w: Float64Array): number {
  return crossEntropy(w, bags);
}

/** The loss as a landscape over the weights of two words, all others held at 0. */
export function wordSurface(first: string, second: string, view: Pick<Surface, 'start' | 'x' | 'y' | 'minima'>): Surface {
  const places = [words.indexOf(first), words.indexOf(second)] as const;
  const [full, slope] = [new Float64Array(words.length), new Float64Array(words.length)];
  return {
    id: 'sentences',
    label: `Loss over the weights of “${first}” and “${second}”`,
    latex: 'L(W) = -\\tfrac1N\\textstyle\\sum_i \\left(y_i \\log \\hat y_i + (1 - y_i) \\log (1 - \\hat y_i)\\right)',
    objective: (w, g) => {
      full.fill(0);
      places.forEach((place, i) => (full[place] = w[i]!));
      const loss = batchGradient(full, slope, bags, all);
      places.forEach((place, i) => (g[i] = slope[place]!));
      return loss;
    },
    ...view,
  };
}

/** The landscape of the first chapter: the weights of “good” and “dull”. Its minimum was found by steps of SGD until they stood still. */
export const sentenceSurface: Surface = wordSurface('good', 'dull', {
  start: [-1.5, 1],
  x: [-2.5, 3.5],
  y: [-3.5, 2],
  minima: [[1.7275, -2.1103]],
});

/** What was kept of a run over the sentences: row 0 is the start, row t is after step t; a column for each word. */
export interface SentenceRun {
  readonly w: readonly Float64Array[];
  readonly loss: readonly number[];
  /** Each state of the method, row by row. */
  readonly states: Readonly<Record<string, readonly Float64Array[]>>;
}

/** Trains on mini-batches of `batch` sentences, drawn by a seed; all of them where `batch` is not given. */
export async function trainSentences(method: Method, steps: number, batch?: number, seed = 1): Promise<SentenceRun> {
  const opt = await method.init({ w: new Float64Array(words.length) });
  const names = [...statesOf(method)];
  const w = [opt.params.w.slice()];
  const loss = [sentenceLoss(opt.params.w)];
  const states: Record<string, Float64Array[]> = Object.fromEntries(names.map(([name]) => [name, [new Float64Array(words.length)]]));
  for (let t = 1; t <= steps; t++) {
    const chosen =
      batch === undefined ? all : Uint32Array.from({ length: batch }, (_, i) => Math.floor(uniform(seed, t, i) * sentences.length));
    batchGradient(opt.params.w, opt.grads.w, bags, chosen);
    opt.step();
    w.push(opt.params.w.slice());
    loss.push(sentenceLoss(opt.params.w));
    for (const [name, key] of names) states[name]!.push(Float64Array.from(opt.state[key]?.['w'] ?? []));
  }
  opt.dispose();
  return { w, loss, states };
}

/** The lowest loss so far of weights that are guessed at random, of spread 2, guess by guess. */
export function randomGuesses(count: number, seed = 1): number[] {
  let lowest = Infinity;
  return Array.from({ length: count }, (_, n) => {
    lowest = Math.min(lowest, sentenceLoss(Float64Array.from(words, (__, i) => 2 * gaussian(seed, n, i))));
    return lowest;
  });
}

/** What one step on a sentence did to one of its words. */
export interface WordStep {
  readonly word: string;
  /** How many sentences had it before. */
  readonly count: number;
  /** The history G before the step. */
  readonly history: number;
  /** How far its weight moved. */
  readonly moved: number;
  /** The step over the gradient: the rate that the word really got. */
  readonly rate: number;
}

/** Trains over all sentences `passes` times, one at a time in a fixed order, then takes one step on a sentence of the reader's own. */
export async function stepOnSentence(method: Method, text: string, y: 0 | 1, passes = 10): Promise<WordStep[]> {
  const places = [...words, ...wordsOf(text).filter((word) => !words.includes(word))];
  const known = bagsOf([...sentences, { text, y }], places);
  const opt = await method.init({ w: new Float64Array(places.length) });
  for (let pass = 0; pass < passes; pass++) {
    for (const row of all) {
      batchGradient(opt.params.w, opt.grads.w, known, Uint32Array.of(row));
      opt.step();
    }
  }
  const history = Float64Array.from(Object.values(opt.state)[0]?.['w'] ?? new Float64Array(places.length));
  const before = opt.params.w.slice();
  batchGradient(opt.params.w, opt.grads.w, known, Uint32Array.of(sentences.length));
  const slopes = opt.grads.w.slice();
  opt.step();
  const steps = wordsOf(text).map((word): WordStep => {
    const place = places.indexOf(word);
    const moved = opt.params.w[place]! - before[place]!;
    return { word, count: counted.get(word) ?? 0, history: history[place]!, moved, rate: -moved / slopes[place]! };
  });
  opt.dispose();
  return steps;
}
