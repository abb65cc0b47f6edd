/**
 * Layers of a network on batches of rows, forwards and backwards by hand: for small sizes, and inputs that are mostly zero, faster than a framework. Knows no
 * data and no loss.
 */
import { tensor, type Parameter } from 'thalweg';
import { normal, type Random } from '../data/random.ts';
import type { Arrays } from '../problem.ts';

/** One layer: x·W + b. Everything is computed in float64, the weights as they are in float32. */
interface Layer {
  readonly W: string;
  readonly b: string;
  readonly rows: number;
  readonly columns: number;
  readonly weights: Float64Array;
  readonly slopes: Float64Array;
}

/** A network of layers with tanh between them, and the memory for one batch. */
export class Layers {
  /** The inputs, row by row, for `forward`. */
  readonly input: Float64Array;
  /** What `forward` found, row by row; what `backward` takes: the derivative of the loss by each output, written over it. */
  readonly output: Float64Array;
  private readonly layers: readonly Layer[];
  /** What comes into each layer, and at the end the output. */
  private readonly values: readonly Float64Array[];

  /** Layers from sizes[0] inputs to the last size's outputs, for batches of at most `most` rows. Parameters are W1, b1, W2, b2 and so on. */
  constructor(sizes: readonly number[], most: number) {
    this.layers = sizes.slice(1).map((columns, i) => {
      const rows = sizes[i]!;
      const size = rows * columns;
      return {
        W: `W${String(i + 1)}`,
        b: `b${String(i + 1)}`,
        rows,
        columns,
        weights: new Float64Array(size),
        slopes: new Float64Array(size),
      };
    });
    this.values = sizes.map((size) => new Float64Array(size * most));
    this.input = this.values[0]!;
    this.output = this.values.at(-1)!;
  }

  /** First weights: normal, of variance 1/inputs (LeCun et al. 1998); biases of 0. */
  start(next: Random): Record<string, Parameter> {
    return Object.fromEntries(
      this.layers.flatMap(({ W, b, rows, columns }) => {
        const values = Float32Array.from({ length: rows * columns }, () => normal(next) / Math.sqrt(rows));
        return [[W, tensor([rows, columns], { values })], [b, tensor([columns])]]; // prettier-ignore
      }),
    );
  }

  /** Computes `output` of the first `count` rows of `input`. */
  forward(params: Arrays, count: number): void {
    this.layers.forEach(({ W, b, rows, columns, weights }, n) => {
      weights.set(params[W]!);
      const [from, to] = [this.values[n]!, this.values[n + 1]!];
      for (let row = 0; row < count; row++) to.set(params[b]!, row * columns);
      for (let row = 0; row < count; row++)
        for (let k = 0, end = (row + 1) * columns; k < rows; k++) {
          const x = from[row * rows + k]!;
          if (x !== 0) for (let j = row * columns, at = k * columns; j < end; j++, at++) to[j]! += x * weights[at]!;
        }
      if (n === this.layers.length - 1) return;
      for (let i = 0; i < count * columns; i++) to[i] = Math.tanh(to[i]!);
    });
  }

  /**
   * Writes the gradient of every weight, from the derivatives by the outputs that stand in `output` after a `forward` of as many rows. Writes the derivatives by
   * the inputs over `input`, where `inputs` asks for them.
   */
  backward(grads: Arrays, count: number, inputs = false): void {
    for (let n = this.layers.length - 1; n >= 0; n--) {
      const { W, b, rows, columns, weights, slopes } = this.layers[n]!;
      const [from, to] = [this.values[n]!, this.values[n + 1]!];
      const bias = grads[b]!.fill(0);
      for (let row = 0; row < count; row++) for (let j = 0; j < columns; j++) bias[j]! += to[row * columns + j]!;
      slopes.fill(0);
      for (let row = 0; row < count; row++)
        for (let k = 0, end = (row + 1) * columns; k < rows; k++) {
          const x = from[row * rows + k]!;
          if (x !== 0) for (let j = row * columns, at = k * columns; j < end; j++, at++) slopes[at]! += x * to[j]!;
        }
      grads[W]!.set(slopes);
      if (n === 0 && !inputs) return;
      for (let row = 0; row < count; row++)
        for (let k = 0, end = (row + 1) * columns; k < rows; k++) {
          const x = from[row * rows + k]!;
          let sum = 0;
          for (let j = row * columns, at = k * columns; j < end; j++, at++) sum += to[j]! * weights[at]!;
          from[row * rows + k] = n > 0 ? sum * (1 - x * x) : sum;
        }
    }
  }
}
