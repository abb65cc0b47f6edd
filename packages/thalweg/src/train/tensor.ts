/** How parameters are declared: by first values, or by shape. Knows nothing of optimizers. */
import { ThalwegError } from '../language/error.ts';
import type { DType } from '../plan/dtype.ts';
import { describe } from './options.ts';

/** The array type that holds elements of type `D`. */
export type ArrayOf<D extends DType> = D extends 'float64' ? Float64Array : Float32Array;

/** A declared parameter: its shape, its element type and its first values. */
export interface Tensor<D extends DType = DType> {
  /** Sizes, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** The element type. */
  readonly dtype: D;
  /** First values, row by row; zeros where there are none. */
  readonly values?: Float32Array | Float64Array;
}

/** A parameter that is another one under a second name. Made by `tied`. */
export class Tied {
  /** The name of the parameter that it stands for. */
  readonly to: string;

  /** Use `tied` instead. */
  constructor(to: string) {
    this.to = to;
  }
}

/** First values of a vector, or a tensor. */
export type Parameter = Float32Array | Float64Array | Tensor;

/** What `init` takes for each name: a parameter, or another parameter's name in `tied`. */
export type Declared = Parameter | Tied;

/** The live view that stands for a declared parameter. */
export type ViewOf<P extends Declared> = P extends Tied
  ? ArrayOf<DType>
  : P extends Float64Array | Tensor<'float64'>
    ? ArrayOf<'float64'>
    : ArrayOf<'float32'>;

/**
 * A second name for a parameter, such as the output layer of a language model that is its embedding. Both names give the same views, and
 * gradients that are handed over for both are added.
 *
 * @param to - the name of a parameter given in the same call
 * @example
 * ```ts
 * import { sgd, tensor, tied } from 'thalweg';
 * const opt = await sgd().init({ embedding: tensor([4, 2]), head: tied('embedding') });
 * opt.params.head === opt.params.embedding; // true
 * ```
 */
export function tied(to: string): Tied {
  return new Tied(to);
}

/**
 * A parameter of this shape, zero at first or with first values that `init` copies.
 *
 * @param shape - sizes, outermost first
 * @param options - `values`, row by row; `dtype`, which is that of the values, else `'float32'`
 * @throws ThalwegError where a size is no whole number or the values do not fill the shape
 * @example
 * ```ts
 * import { tensor } from 'thalweg';
 * tensor([784, 128]); // zeros
 * tensor([2, 2], { values: Float64Array.of(1, 0, 0, 1) });
 * ```
 */
export function tensor(shape: readonly number[], options: { readonly values: Float64Array }): Tensor<'float64'>;
export function tensor(shape: readonly number[], options: { readonly values: Float32Array }): Tensor<'float32'>;
export function tensor<D extends DType = 'float32'>(shape: readonly number[], options?: { readonly dtype?: D }): Tensor<D>;
export function tensor(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return declared('tensor', shape, options);
}

/** What a tensor may be given besides its shape. */
export interface TensorOptions {
  readonly values?: Float32Array | Float64Array;
  readonly dtype?: DType;
}

/** The tensor that `maker` was asked for. Throws a ThalwegError in its name. */
export function declared(maker: string, shape: readonly number[], options: TensorOptions): Tensor {
  const [sizes, given] = [shape as unknown, options as unknown];
  if (!Array.isArray(sizes))
    throw new ThalwegError(
      'array',
      `${maker}: a shape is a list of sizes, [784, 128], not ${describe(sizes)}; first values go into { values }`,
    );
  if (typeof given !== 'object' || given === null || isArray(given))
    throw new ThalwegError('array', `${maker}: what comes behind the shape is { values } or { dtype }, not ${describe(given)}`);
  const wrong = shape.find((size) => !Number.isInteger(size) || size < 0);
  if (wrong !== undefined)
    throw new ThalwegError('array', `${maker}: ${String(wrong)} is no size; a shape is made of whole numbers from 0`);
  const { values, dtype = values instanceof Float64Array ? 'float64' : 'float32' } = options;
  if (values === undefined) return { shape: [...shape], dtype };
  const length = shape.reduce((product, size) => product * size, 1);
  if (values.length !== length) {
    throw new ThalwegError(
      'array',
      `${maker}: ${String(values.length)} values do not fill the shape [${shape.join(', ')}], which takes ${String(length)}`,
    );
  }
  return { shape: [...shape], dtype, values };
}

function isArray(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/** A parameter given as first values, as a tensor. */
export function asTensor(parameter: Parameter): Tensor {
  if (parameter instanceof Float32Array) return { shape: [parameter.length], dtype: 'float32', values: parameter };
  if (parameter instanceof Float64Array) return { shape: [parameter.length], dtype: 'float64', values: parameter };
  return parameter;
}
