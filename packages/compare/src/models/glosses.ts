/**
 * Softmax regression on bags of words, its gradient by hand: only the rows of words that are there are touched. Knows no files: whoever has the
 * definitions trains it, in Node or in a page.
 */
import { sparse, tensor } from 'thalweg';
import { Batches } from '../data/random.ts';
import type { Arrays, LossAndRows } from '../problem.ts';
import { batchSize, type Network, type Score } from './network.ts';
import { BatchRows, wholeTable, type RowSums } from './rows.ts';

/** Definitions: for each the indices of its words, and its field. */
export interface Glosses {
  readonly words: readonly Uint32Array[];
  readonly labels: Uint8Array;
}

/** How many fields there are. */
export const fields = 26;

/** A regression on `size` words, trained on these definitions, or on whatever else has words. Each has length 1: its k words count 1/√k. */
export function glossesNetwork(size: number, train: Glosses, classes = fields): Network<Glosses> {
  const { gradient, measure } = regressionOn(train, classes);
  return {
    start: () => ({ W: tensor([size, classes]), b: tensor([classes]) }),
    gradient: (params, { W, b }, seed, step) => gradient(params, wholeTable(W!, classes), b!, seed, step),
    measure,
  };
}

/** The same, whose weights are a table of a row for each word: a step moves the rows of the words in its batch. */
export function glossesByRows(size: number, train: Glosses, classes = fields): Network<Glosses, LossAndRows> {
  const { gradient, measure } = regressionOn(train, classes);
  const table = new BatchRows(size, classes);
  return {
    start: () => ({ W: sparse([size, classes]), b: tensor([classes]) }),
    gradient: (params, { b }, seed, step) => {
      const loss = gradient(params, table.clear(), b!, seed, step);
      return { loss, rows: { W: table.rows() } };
    },
    measure,
  };
}

/** What both have in common; `gradient` adds that of W to rows that begin at zero, and writes that of b. */
function regressionOn(train: Glosses, classes: number) {
  const batches = new Batches(train.labels.length, batchSize);
  const z = new Float64Array(classes);
  /** Puts softmax(xᵀW + b) into z and returns −log z[label]. */
  const predict = (W: Float32Array | Float64Array, b: Float32Array | Float64Array, words: Uint32Array, label: number): number => {
    const value = 1 / Math.sqrt(words.length || 1);
    for (let k = 0; k < classes; k++) z[k] = b[k]!;
    for (const word of words) for (let k = 0, at = word * classes; k < classes; k++, at++) z[k]! += value * W[at]!;
    const top = Math.max(...z);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += z[k] = Math.exp(z[k]! - top);
    for (let k = 0; k < classes; k++) z[k]! /= sum;
    return -Math.log(Math.max(z[label]!, 1e-300));
  };
  return {
    gradient: ({ W, b }: Arrays, table: RowSums, gb: Float32Array | Float64Array, seed: number, step: number): number => {
      gb.fill(0);
      let loss = 0;
      for (const example of batches.at(seed, step)) {
        const [words, label] = [train.words[example]!, train.labels[example]!];
        loss += predict(W!, b!, words, label);
        z[label]! -= 1;
        const value = 1 / Math.sqrt(words.length || 1) / batchSize;
        for (let k = 0; k < classes; k++) gb[k]! += z[k]! / batchSize;
        for (const word of words) {
          let at = table.at(word);
          const { values } = table;
          for (let k = 0; k < classes; k++, at++) values[at]! += value * z[k]!;
        }
      }
      return loss / batchSize;
    },
    measure: ({ W, b }: Arrays, { words, labels }: Glosses): Score => {
      let loss = 0;
      let wrong = 0;
      labels.forEach((label, i) => {
        loss += predict(W!, b!, words[i]!, label);
        if (z.indexOf(Math.max(...z)) !== label) wrong += 1;
      });
      return { loss: loss / labels.length, errorPercent: (100 * wrong) / labels.length };
    },
  };
}
