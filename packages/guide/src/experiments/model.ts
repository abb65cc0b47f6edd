/** A model as a matrix W: inputs x, predictions ŷ = x·W against y, the mean squared error L(W) and its gradient. All from a seed. */
import { gaussian, uniform } from '../noise.ts';
import type { Objective, Surface } from '../surface.ts';

/** A linear model's data: `rows` examples of `inputs` numbers, `outputs` targets each. */
export interface LinearData {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Data of a known matrix, with noise of standard deviation `noise` on the targets. */
export function linearData(rows: number, inputs: number, outputs: number, noise: number, seed = 1): LinearData {
  const x = Float64Array.from({ length: rows * inputs }, (_, i) => gaussian(seed, 1, i));
  const truth = Float64Array.from({ length: inputs * outputs }, (_, i) => gaussian(seed, 2, i));
  const y = Float64Array.from({ length: rows * outputs }, (_, i) => {
    const [row, output] = [Math.floor(i / outputs), i % outputs];
    let sum = noise * gaussian(seed, 3, i);
    for (let k = 0; k < inputs; k++) sum += x[row * inputs + k]! * truth[k * outputs + output]!;
    return sum;
  });
  return { rows, inputs, outputs, x, y };
}

/** Points about a straight line: inputs (x, 1), so that W is its slope and its height at 0. */
export function lineData(rows: number, noise: number, seed = 1): LinearData {
  const x = Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 4 * uniform(seed, 4, i) - 2 : 1));
  const y = Float64Array.from({ length: rows }, (_, i) => 0.8 * x[2 * i]! + 0.5 + noise * gaussian(seed, 5, i));
  return { rows, inputs: 2, outputs: 1, x, y };
}

/** The loss of a straight line through these points, as a landscape over slope and height. */
export function lineSurface(data: LinearData): Surface {
  const [slope, height] = normalEquations(data);
  return {
    id: 'line',
    label: 'Loss of a straight line',
    latex: 'L(W) = \\tfrac12\\,\\overline{(\\hat y - y)^2},\\quad \\hat y = W^\\top x',
    objective: squaredError(data),
    start: [-1, -1],
    x: [-1.5, 2.5],
    y: [-1.5, 1.5],
    minima: [[slope!, height!]],
  };
}

/** L(W) = ½·mean‖x·W − y‖² over the examples `chosen`, all by default. */
export function squaredError({ rows, inputs, outputs, x, y }: LinearData, chosen?: ArrayLike<number>): Objective {
  const count = chosen?.length ?? rows;
  return (w, g) => {
    g.fill(0);
    let loss = 0;
    for (let n = 0; n < count; n++) {
      const row = chosen?.[n] ?? n;
      for (let j = 0; j < outputs; j++) {
        let residual = -y[row * outputs + j]!;
        for (let k = 0; k < inputs; k++) residual += x[row * inputs + k]! * w[k * outputs + j]!;
        loss += (residual * residual) / 2 / count;
        for (let k = 0; k < inputs; k++) g[k * outputs + j] = g[k * outputs + j]! + (residual * x[row * inputs + k]!) / count;
      }
    }
    return loss;
  };
}

/** The matrix that solves it at once: (xᵀx)·W = xᵀy, by elimination. Only for linear models. */
export function normalEquations({ rows, inputs, outputs, x, y }: LinearData): Float64Array {
  const width = inputs + outputs;
  const a = new Float64Array(inputs * width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inputs; i++) {
      for (let k = 0; k < inputs; k++) a[i * width + k] = a[i * width + k]! + x[row * inputs + i]! * x[row * inputs + k]!;
      for (let j = 0; j < outputs; j++)
        a[i * width + inputs + j] = a[i * width + inputs + j]! + x[row * inputs + i]! * y[row * outputs + j]!;
    }
  }
  for (let pivot = 0; pivot < inputs; pivot++) {
    const by = a[pivot * width + pivot]!;
    for (let k = pivot; k < width; k++) a[pivot * width + k] = a[pivot * width + k]! / by;
    for (let i = 0; i < inputs; i++) {
      const factor = i === pivot ? 0 : a[i * width + pivot]!;
      for (let k = pivot; k < width; k++) a[i * width + k] = a[i * width + k]! - factor * a[pivot * width + k]!;
    }
  }
  return Float64Array.from({ length: inputs * outputs }, (_, i) => a[Math.floor(i / outputs) * width + inputs + (i % outputs)]!);
}

/** The loss of a network with two hidden units, tanh, that fits y = sin(2x): weights a₁, a₂ in, b₁, b₂ out. */
export function twoUnits(w: readonly [number, number, number, number]): number {
  let loss = 0;
  for (let i = -10; i <= 10; i++) {
    const x = i / 10;
    loss += (w[2] * Math.tanh(w[0] * x) + w[3] * Math.tanh(w[1] * x) - Math.sin(2 * x)) ** 2 / 42;
  }
  return loss;
}

/** The spread of mini-batch gradients: the root mean square distance from the full gradient, over `draws` batches with replacement. */
export function gradientSpread(data: LinearData, batch: number, draws: number, seed = 1): number {
  const w = new Float64Array(data.inputs * data.outputs);
  const full = new Float64Array(w.length);
  squaredError(data)(w, full);
  const g = new Float64Array(w.length);
  let sum = 0;
  for (let draw = 1; draw <= draws; draw++) {
    const chosen = Uint32Array.from({ length: batch }, (_, i) => Math.floor(uniform(seed + 77, draw, i) * data.rows));
    squaredError(data, chosen)(w, g);
    sum += g.reduce((total, value, i) => total + (value - full[i]!) ** 2, 0);
  }
  return Math.sqrt(sum / draws);
}
