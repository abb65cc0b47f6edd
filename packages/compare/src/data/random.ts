/** Random numbers that follow from a seed and nothing else, by mulberry32. */
import { boxMuller } from '@thalweg/guide';

/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/** A stream that follows from these numbers alone. */
export function random(...seeds: readonly number[]): Random {
  let state = 0x9e3779b9;
  for (const seed of seeds) state = Math.imul(state ^ (seed + 0x7f4a7c15), 0x85ebca6b) ^ (state >>> 13);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number. */
export function normal(next: Random): number {
  return boxMuller(1 - next(), next());
}

/** 0 … length − 1 in random order. */
export function permutation(length: number, next: Random): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * The indices of step `step`'s batch: an epoch visits each example once, in an order that follows from seed and epoch.
 *
 * @throws RangeError for batches that are larger than the data
 */
export class Batches {
  private readonly length: number;
  private readonly size: number;
  private epoch = -1;
  private seed = NaN;
  private order: Uint32Array = new Uint32Array();

  constructor(length: number, size: number) {
    if (!(size >= 1 && size <= length)) throw new RangeError(`batches of ${String(size)} examples, and there are ${String(length)}`);
    this.length = length;
    this.size = size;
  }

  /** The examples of a step, counted from 1. */
  at(seed: number, step: number): Uint32Array {
    const perEpoch = Math.floor(this.length / this.size);
    const epoch = Math.floor((step - 1) / perEpoch);
    if (epoch !== this.epoch || seed !== this.seed) {
      this.order = permutation(this.length, random(seed, epoch, 1));
      [this.epoch, this.seed] = [epoch, seed];
    }
    const from = ((step - 1) % perEpoch) * this.size;
    return this.order.subarray(from, from + this.size);
  }
}
