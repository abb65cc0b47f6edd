/**
 * Whether a model's gradient is that of its loss: in a few directions the loss is measured on either side of the weights, on one fixed batch, and its slope
 * compared with the gradient. Losses with kinks and rounding errors, and noise in the gradient that the loss does not have, are not mistakes: a mismatch is
 * reported only if it persists on other batches. Knows a model's functions; knows no protocol.
 */
import type { Parameter } from 'thalweg';
import { normal, random } from '../data/random.ts';
import type { Model } from '../problem.ts';
import type { Mismatch } from '../schema.ts';
import { wholeGradient } from './tables.ts';

type Floats = Float32Array | Float64Array;
type Arrays = Readonly<Record<string, Floats>>;

/** A direction in which all weights move, or those of one parameter; its elements are as large as the weights. */
interface Direction {
  readonly parameter: string | null;
  readonly along: Readonly<Record<string, Float64Array>>;
}

/** A slope: what the loss says, between which bounds the slopes on either side lie, what the gradient says, and by how much the first may be wrong. */
interface Slope {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly said: number;
  readonly doubt: number;
  readonly width: number;
}

/** Slopes in one direction, batch by batch, and by how much the gradient lies beyond them. */
type Seen = readonly { readonly slope: number; readonly excess: number }[];

/** Shares of the weights by which they are moved, the most trusted first. */
const widths = [0.01, 0.03, 0.1, 0.3, 1e-3, 1e-4, 1e-5, 1];
/** A move that is too small to change a loss but by its rounding, and how often that is seen. */
const [speck, specks] = [1e-6, 4];
/** A relative change of a loss that is none. */
const flat = 1e-12;
/** The relative error of a gradient that is taken as right, and of a slope that can judge one. */
const [tolerated, certain] = [0.02, 0.04];
/** Batches on which a mismatch must stand, directions that are tried on them, and the standard errors by which it must be off. */
const [batches, tried, errors] = [32, 4, 6];
/** Parameters with a direction of their own, and weights beyond which nothing is checked: it would take as long as runs. */
const [mostParameters, mostWeights] = [10, 5e6];

/** The mismatch of a model's gradient, at the first weights of a seed or a little beside them; undefined where there is none, or nothing can be told. */
export async function findMismatch(model: Model, seed: number): Promise<Mismatch | undefined> {
  const given = await model.start(seed);
  // Before anything is copied: what is too large to be checked may be too large for a second copy.
  if (sum(Object.values(given), lengthOf) > mostWeights) return undefined;
  const start = arraysOf(given);
  const gradient = wholeGradient(model, given);
  const next = random(seed, 41);
  const sizes = sizesOf(start);
  const beside = mapped(start, (array, name) => array.map((x) => x + 0.1 * sizes[name]! * normal(next)));
  for (const [point, other] of [
    [start, beside],
    [beside, start],
  ] as const) {
    const found = await new Check(gradient, seed, point, other).find();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A check at one point. */
class Check {
  private readonly gradientAt: ReturnType<typeof wholeGradient>;
  private readonly seed: number;
  private readonly point: Arrays;
  private readonly other: Arrays;
  /** As in a run, the same arrays for all steps. */
  private readonly grads: Arrays;
  private readonly scratch: Arrays;
  /** By how much a loss may be off. */
  private noise = 0;

  constructor(gradient: ReturnType<typeof wholeGradient>, seed: number, point: Arrays, other: Arrays) {
    [this.gradientAt, this.seed, this.point, this.other] = [gradient, seed, point, other];
    [this.grads, this.scratch] = [zeros(point), zeros(point)];
  }

  async find(): Promise<Mismatch | undefined> {
    const step = 2;
    const loss = await this.gradient(step);
    const isFinite = Number.isFinite(loss) && Object.values(this.grads).every((array) => array.every(Number.isFinite));
    // One that is another at the same weights, on the same batch, has no slope.
    if (!isFinite || (await this.lossAt(this.point, step)) !== loss) return undefined;
    const directions = this.directions();
    this.noise = await this.noiseOf(loss, step);
    const found: { readonly direction: Direction; readonly slope: Slope; readonly isOff: boolean }[] = [];
    for (const direction of directions) {
      const typical = this.typical(direction);
      const slope = await this.slopeAlong(direction, step, loss, typical);
      found.push({ direction, slope, isOff: isOff(slope, typical) });
    }
    const off = found.filter((one) => one.isOff);
    const single = found.filter((one) => one.direction.parameter !== null);
    const offSingle = off.filter((one) => single.includes(one));
    const judged = [...new Set([...off.slice(0, tried), ...offSingle])];
    const seen = await this.elsewhere(judged);
    if (off.length === 0 || !stands(seen.slice(0, Math.min(off.length, tried)))) return undefined;
    const factor = factorOf(found.map((one) => one.slope));
    // They are named where each of them stands by itself: one that does not may be off by noise, or all may be wrong.
    const isSome = factor === null && offSingle.length > 0 && offSingle.length < single.length && offSingle.every((one) => stands([seen[judged.indexOf(one)]!]));
    const { direction, slope } = (isSome ? offSingle[0] : off[0])!;
    const parameters = offSingle.map((one) => one.direction.parameter!);
    return { parameter: direction.parameter, ...(isSome ? { parameters } : {}), slope: slope.slope, gradient: slope.said, factor };
  } // prettier-ignore

  /** Of all weights at random, twice; against the gradient; and of each parameter at random. */
  private directions(): Direction[] {
    const next = random(this.seed, 42);
    const sizes = sizesOf(this.point);
    const names = Object.keys(this.point);
    const randomly = (name: string): Float64Array => Float64Array.from(this.point[name]!, () => sizes[name]! * normal(next));
    const all = (): Direction => ({ parameter: null, along: Object.fromEntries(names.map((name) => [name, randomly(name)])) });
    const step = Math.max(1, names.length / mostParameters);
    const some = names.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
    const steepest = mapped(this.grads, (array, name) => {
      const scale = sizes[name]! / (rootMeanSquare(array) || 1);
      return Float64Array.from(array, (g) => scale * g);
    });
    return [all(), all(), { parameter: null, along: steepest }, ...(names.length === 1 ? [] : some.map((name) => ({ parameter: name, along: { [name]: randomly(name) } })))];
  } // prettier-ignore

  /** What the gradient says along random directions of this kind, as a standard deviation. */
  private typical({ along }: Direction): number {
    return Math.sqrt(sum(Object.entries(along), ([name, d]) => added(d.length, (i) => (this.grads[name]![i]! * d[i]!) ** 2)));
  }

  private async slopeAlong(direction: Direction, step: number, loss: number, typical: number): Promise<Slope> {
    const all: Slope[] = [];
    for (const width of widths) {
      const one = await this.slopeAt(direction, step, loss, width);
      const isCertain = 5 * one.doubt + one.high - one.low <= certain * scaleOf(one, typical);
      if (isCertain && !isOff(one, typical)) return one;
      all.push(one);
    }
    const rising = all.toSorted((a, b) => a.width - b.width).filter(({ slope }) => Number.isFinite(slope));
    // Where two neighbours agree, neither rounding nor curvature has a say.
    const judged = rising.slice(1).map((one, i) => ({ ...one, doubt: one.doubt + Math.abs(one.slope - rising[i]!.slope) }));
    const blur = ({ doubt, low, high }: Slope): number => doubt + high - low;
    return judged.toSorted((a, b) => blur(a) - blur(b))[0] ?? { slope: 0, low: 0, high: 0, said: 0, doubt: Infinity, width: 0 };
  }

  /** Between weights as they are once rounded. */
  private async slopeAt({ along }: Direction, step: number, loss: number, width: number): Promise<Slope> {
    const moved = (by: number): Arrays => mapped(this.point, (array, name) => (along[name] === undefined ? array : array.map((x, i) => x + by * along[name]![i]!)));
    const [above, below] = [moved(width), moved(-width)];
    const [up, down] = [await this.lossAt(above, step), await this.lossAt(below, step)];
    const said = sum(Object.keys(along), (name) => added(this.grads[name]!.length, (i) => this.grads[name]![i]! * (above[name]![i]! - below[name]![i]!))) / (2 * width);
    const sides = [(up - loss) / width, (loss - down) / width];
    // One that does not change at all may rise in steps.
    const isFlat = Math.max(Math.abs(up - loss), Math.abs(down - loss)) <= flat * Math.abs(loss);
    const doubt = isFlat ? Infinity : this.noise / width;
    return { slope: (up - down) / (2 * width), low: Math.min(...sides), high: Math.max(...sides), said, doubt, width };
  } // prettier-ignore

  /** The same directions on other batches. */
  private async elsewhere(off: readonly { readonly direction: Direction; readonly slope: Slope }[]): Promise<Seen[]> {
    const seen: { readonly slope: number; readonly excess: number }[][] = off.map(() => []);
    if (off.length === 0) return seen;
    for (let i = 0; i < batches; i++) {
      const step = 3 + i;
      const loss = await this.gradient(step);
      for (const [
        k,
        {
          direction,
          slope: { width },
        },
      ] of off.entries()) {
        const one = await this.slopeAt(direction, step, loss, width);
        seen[k]!.push({ slope: one.slope, excess: excessOf(one) });
      }
    }
    return seen;
  }

  /** After a step at other weights: what is left of that, in the arrays or in the model, must not be in this. */
  private async gradient(step: number): Promise<number> {
    await this.gradientAt(copied(this.other), this.grads, this.seed, step - 1);
    return await this.gradientAt(copied(this.point), this.grads, this.seed, step);
  }

  /** How much the loss differs where the weights differ by next to nothing, twice the most that was seen; of one in float32, its last digit at least. */
  private async noiseOf(loss: number, step: number): Promise<number> {
    const next = random(this.seed, 43);
    let most = Math.fround(loss) === loss ? Math.abs(loss) * 2 ** -23 : 0;
    for (let i = 0; i < specks; i++) {
      const near = mapped(this.point, (array) => array.map((x) => x * (1 + speck * normal(next))));
      most = Math.max(most, Math.abs((await this.lossAt(near, step)) - loss));
    }
    return 2 * most;
  }

  private async lossAt(point: Arrays, step: number): Promise<number> {
    return await this.gradientAt(copied(point), this.scratch, this.seed, step);
  }
}

/**
 * Whether a mismatch is so on other batches: noise that the gradient has and the loss has not is as often above as below, and has nothing to do with the slope;
 * what a mistake adds is always the same, or follows the slope.
 */
function stands(seen: readonly Seen[]): boolean {
  if (seen.flat().some(({ slope, excess }) => !Number.isFinite(slope + excess))) return false;
  const centred = seen.map((some) => {
    const [slope, excess] = [sum(some, (one) => one.slope) / batches, sum(some, (one) => one.excess) / batches];
    const apart = some.map((one) => ({ slope: one.slope - slope, excess: one.excess - excess }));
    const variance = sum(apart, (one) => one.excess ** 2) / (batches - 1);
    return { apart, variance, isSteady: Math.abs(excess) > errors * Math.sqrt(variance / batches) && excess !== 0 };
  });
  if (centred.some(({ isSteady }) => isSteady)) return true;
  const scaled = centred.map(({ apart, variance }) => apart.map(({ slope, excess }) => ({ slope: slope / Math.sqrt(variance), excess: excess / Math.sqrt(variance) })));
  // What is left out of one parameter follows the slope of this one alone.
  return [...scaled, scaled.flat()].some(follows);
} // prettier-ignore

/** Whether what the gradient says beyond the slope is a share of the slope. */
function follows(some: Seen): boolean {
  const squares = sum(some, ({ slope }) => slope ** 2);
  const share = sum(some, ({ slope, excess }) => slope * excess) / squares;
  const rest = sum(some, ({ slope, excess }) => (excess - share * slope) ** 2) / (some.length - 1);
  return Math.abs(share) > Math.max(tolerated, errors * Math.sqrt(rest / squares));
}

/** By how much what the gradient says lies beyond the slopes on either side. */
function excessOf({ said, low, high }: Slope): number {
  return said > high ? said - high : said < low ? said - low : 0;
}

function isOff(one: Slope, typical: number): boolean {
  return !(Math.abs(excessOf(one)) <= tolerated * scaleOf(one, typical) + 5 * one.doubt);
}

function scaleOf({ slope, said }: Slope, typical: number): number {
  return Math.max(Math.abs(slope), Math.abs(said), 0.1 * typical);
}

/** By what the gradient is the slope times, where that is the same in every direction. */
function factorOf(all: readonly Slope[]): number | null {
  const factor = sum(all, ({ said, slope }) => said * slope) / sum(all, ({ slope }) => slope ** 2);
  const isOne = all.every(({ said, slope, doubt, low, high }) => Math.abs(said - factor * slope) <= 2 * tolerated * Math.abs(said) + Math.abs(factor) * (5 * doubt + high - low));
  return isOne && Number.isFinite(factor) && factor !== 0 ? factor : null;
} // prettier-ignore

/** How large the elements of each parameter are; of one that is zero, as large as the largest others, or 1. */
function sizesOf(point: Arrays): Readonly<Record<string, number>> {
  const own = mapped(point, rootMeanSquare);
  const others = Math.max(...Object.values(own)) || 1;
  return mapped(own, (size) => size || others);
}

function rootMeanSquare(array: Floats): number {
  return array.length === 0 ? 0 : Math.sqrt(added(array.length, (i) => array[i]! ** 2) / array.length);
}

/** The sum over 0 … length − 1. */
function added(length: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += term(i);
  return total;
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function mapped<Value, Result>(all: Readonly<Record<string, Value>>, make: (value: Value, name: string) => Result): Record<string, Result> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, make(value, name)]));
}

/** A model may write into what it is given. */
function copied(point: Arrays): Arrays {
  return mapped(point, (array) => array.slice());
}

function zeros(point: Arrays): Arrays {
  return mapped(point, (array) => array.map(() => 0));
}

function lengthOf(parameter: Parameter): number {
  return 'shape' in parameter ? parameter.shape.reduce((product, size) => product * size, 1) : parameter.length;
}

function arraysOf(start: Readonly<Record<string, Parameter>>): Arrays {
  return mapped(start, (parameter) => {
    if (!('shape' in parameter)) return parameter.slice();
    const length = lengthOf(parameter);
    return parameter.values?.slice() ?? (parameter.dtype === 'float64' ? new Float64Array(length) : new Float32Array(length));
  });
}
