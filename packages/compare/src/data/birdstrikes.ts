/**
 * Collisions of aircraft with animals as rows of numbers: a 1 for each value of a category that stands in enough of the training part, and quantities in
 * units of their own. Dealt to the splits at random, once and for all.
 */
import type { Rows } from '../models/regression.ts';
import { readPacked } from './packed.ts';
import { permutation, random } from './random.ts';

/** Collisions in their three parts. */
export interface Strikes {
  /** What each input is. */
  readonly inputs: readonly string[];
  readonly train: Rows;
  readonly validation: Rows;
  readonly test: Rows;
}

/** A value that stands in fewer rows of the training part has no input of its own. */
const leastCount = 5;

/** Knots that count as 1. */
export const knots = 100;

interface Strike {
  readonly speed: number;
  readonly quantities: Readonly<Record<string, number>>;
  readonly values: readonly string[];
}

/** Loads, splits and counts. */
export function loadStrikes(): Strikes {
  const [head = '', ...lines] = readPacked('birdstrikes.tsv.br').toString().split('\n');
  const categories = head.split('\t').slice(3);
  const strikes = lines.map((line): Strike => {
    const [speed, date = '', cost, ...values] = line.split('\t');
    const [year = 0, month = 0] = date.split('-').map(Number);
    const angle = (2 * Math.PI * (month - 0.5)) / 12;
    return {
      speed: Number(speed),
      quantities: {
        'years since 1990': year - 1990 + (month - 1) / 12,
        'log₁₀(1 + cost in $)': Math.log10(1 + Number(cost)),
        'sine of the month': Math.sin(angle),
        'cosine of the month': Math.cos(angle),
      },
      values: values.map((value, i) => `${categories[i]!}: ${value}`),
    };
  });
  const order = permutation(strikes.length, random(5));
  const sizes = { validation: 1000, test: 1500 };
  const trainSize = strikes.length - sizes.validation - sizes.test;
  const part = (from: number, to: number): Strike[] => Array.from(order.subarray(from, to), (i) => strikes[i]!);
  const train = part(0, trainSize);
  const counts = new Map<string, number>();
  for (const { values } of train) for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const common = [...counts].flatMap(([value, count]) => (count >= leastCount ? [value] : [])).toSorted();
  const inputs = [...Object.keys(strikes[0]!.quantities), ...common];
  const index = new Map(inputs.map((name, i) => [name, i]));
  const rows = (some: readonly Strike[]): Rows => {
    const values = new Float32Array(some.length * inputs.length);
    some.forEach((strike, row) => {
      const all = [...Object.entries(strike.quantities), ...strike.values.map((value) => [value, 1] as const)];
      for (const [name, value] of all) {
        const i = index.get(name);
        if (i !== undefined) values[row * inputs.length + i] = value;
      }
    });
    return { inputs: values, targets: Float32Array.from(some, ({ speed }) => speed / knots) };
  };
  return { inputs, train: rows(train), validation: rows(part(trainSize, trainSize + sizes.validation)), test: rows(part(trainSize + sizes.validation, strikes.length)) };
} // prettier-ignore
