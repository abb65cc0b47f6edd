/** What a network of digits has learnt, to look at: the digits that it tells wrong, and what each hidden unit looks for. Numbers only. */
import { imageSize, type Images } from '@thalweg/compare/models';
import type { Arrays } from './arrays.ts';

/** A digit that is told wrong. */
export interface Mistake {
  readonly pixels: Float32Array;
  readonly label: number;
  readonly said: number;
  /** The probability that is given to what is said. */
  readonly sure: number;
}

/** What is to be looked at. */
export interface Learnt {
  readonly mistakes: readonly Mistake[];
  /** How many digits are told wrong in all. */
  readonly wrong: number;
  readonly of: number;
  /** The weights of each hidden unit, one for each pixel; those with the longest weights out first. */
  readonly filters: readonly Float32Array[];
}

/** Most mistakes that are shown, the surest first. */
const most = 24;

/** Looks at a two-layer network with these weights. */
export function learnt(params: Arrays, { pixels, labels, count }: Images): Learnt {
  const [w1, b1, w2, b2] = [params['W1']!, params['b1']!, params['W2']!, params['b2']!];
  const [hidden, classes] = [b1.length, b2.length];
  const mistakes: Mistake[] = [];
  const [units, scores] = [new Float64Array(hidden), new Float64Array(classes)];
  for (let image = 0; image < count; image++) {
    const own = pixels.subarray(image * imageSize, (image + 1) * imageSize);
    units.set(b1);
    own.forEach((grey, pixel) => {
      if (grey !== 0) for (let unit = 0; unit < hidden; unit++) units[unit] = units[unit]! + grey * w1[pixel * hidden + unit]!;
    });
    scores.set(b2);
    units.forEach((value, unit) => {
      if (value > 0) for (let digit = 0; digit < classes; digit++) scores[digit] = scores[digit]! + value * w2[unit * classes + digit]!;
    });
    const top = Math.max(...scores);
    const said = scores.indexOf(top);
    if (said === labels[image]) continue;
    const sum = scores.reduce((total, score) => total + Math.exp(score - top), 0);
    mistakes.push({ pixels: own.slice(), label: labels[image]!, said, sure: 1 / sum });
  }
  const reach = (unit: number): number => Math.hypot(...w2.subarray(unit * classes, (unit + 1) * classes));
  const order = Array.from({ length: hidden }, (_, unit) => unit).sort((a, b) => reach(b) - reach(a));
  return {
    mistakes: mistakes.sort((a, b) => b.sure - a.sure).slice(0, most),
    wrong: mistakes.length,
    of: count,
    filters: order.map((unit) => Float32Array.from({ length: imageSize }, (_, pixel) => w1[pixel * hidden + unit]!)),
  };
}
