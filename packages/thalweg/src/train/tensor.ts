/** How parameters are declared: by initial values, or by shape. Knows no optimizer. */
import { ThalwegError } from '../language/error.ts';
import { ArrayError } from '../language/run-error.ts';
import { isKind, kind } from '../language/brand.ts';
import { isFloat32, isFloat64 } from '../language/realm.ts';
import type { DType } from '../plan/dtype.ts';
import { describe } from '../language/options.ts';

/** The array type that holds elements of type `D`, in memory of type `B`: an `ArrayBuffer`, or one that threads may share. */
export type ArrayOf<D extends DType, B extends ArrayBufferLike = ArrayBufferLike> = D extends 'float64' ? Float64Array<B> : Float32Array<B>;

/** A declared parameter: its shape, its element type and its initial values. */
export interface Tensor<D extends DType = DType> {
  /** Sizes, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** The element type. */
  readonly dtype: D;
  /** Initial values in row-major order; zeros if omitted. */
  readonly values?: Float32Array | Float64Array;
  /** The brand by which tensors are recognized. */
  readonly [kind]: 'tensor';
}

/** A second name for another parameter. Made by `tied`. */
export class Tied {
  /** The name of the parameter that it refers to. */
  readonly to: string;
  /** The brand by which tied names are recognized. */
  readonly [kind] = 'tied';

  /** Use `tied` instead. */
  constructor(to: string) {
    this.to = to;
  }
}

/** The initial values of a vector, or a tensor. */
export type Parameter = Float32Array | Float64Array | Tensor;

/** What `init` accepts for a parameter: initial values, a tensor, or a second name made by `tied`. */
export type Declared = Parameter | Tied;

/** What `init` accepts under a name: a parameter, or an object or array of parameters, nested to any depth. */
export type Nested = Declared | { readonly [key: string]: Nested } | readonly Nested[];

/** What `init` accepts: parameters by name, nested or not: `{ blocks: [{ wq, wk }, { wq, wk }], head }`. */
export type ParameterTree = Readonly<Record<string, Nested>>;

/** The live view of a declared parameter, in memory of type `B`. */
export type ViewOf<P extends Declared | undefined, B extends ArrayBufferLike = ArrayBufferLike> = P extends undefined
  ? never
  : P extends Tied
    ? ArrayOf<DType, B>
    : P extends Float64Array | Tensor<'float64'>
      ? ArrayOf<'float64', B>
      : ArrayOf<'float32', B>;

/**
 * Declares a second name for a parameter, such as the output layer of a language model that shares its embedding. Both names have the same views, and
 * gradients passed for both are added. To pass one array under two names is refused, since it would be copied for each.
 *
 * @param to - the name of another parameter in the same call of `init`
 * @example
 * ```ts
 * import { sgd, tensor, tied } from 'thalweg';
 * const opt = await sgd().init({ embedding: tensor([4, 2]), head: tied('embedding') });
 * opt.params.head === opt.params.embedding; // true
 * ```
 */
export function tied(to: string): Tied {
  if (typeof (to as unknown) !== 'string') throw new ThalwegError('array', `tied: takes the name of a parameter, not ${describe(to)}`);
  return new Tied(to);
}

/** Whether a value was made by `tied`. */
export function isTied(value: unknown): value is Tied {
  return isKind(value, 'tied');
}

/**
 * Declares a parameter of this shape, with zeros or with initial values, which `init` copies.
 *
 * @param shape - sizes, outermost first
 * @param options - `values` in row-major order; `dtype`, by default that of the values, or `'float32'`
 * @throws ThalwegError if a size is not a whole number or the values do not fill the shape
 * @example
 * ```ts
 * import { tensor } from 'thalweg';
 * tensor([784, 128]); // zeros
 * tensor([2, 2], { values: Float64Array.of(1, 0, 0, 1) });
 * ```
 */
export function tensor(shape: readonly number[], options: { readonly values: Float64Array }): Tensor<'float64'>;
export function tensor(shape: readonly number[], options: { readonly values: Float32Array }): Tensor<'float32'>;
export function tensor(shape: readonly number[], options: { readonly values: Float32Array | Float64Array }): Tensor;
export function tensor<D extends DType = 'float32'>(shape: readonly number[], options?: { readonly dtype?: D }): Tensor<D>;
export function tensor(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return declared('tensor', shape, options);
}

/** Options of `tensor`. */
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
    throw new ThalwegError('array', `${maker}: the second argument must be { values } or { dtype }, not ${describe(given)}`);
  const wrong = [...shape].findIndex((size) => !Number.isSafeInteger(size) || size < 0);
  if (wrong >= 0) throw new ThalwegError('array', `${maker}: ${describe(shape[wrong])} is not a size; sizes are whole numbers from 0`);
  for (const key of Object.keys(given)) {
    if (key !== 'values' && key !== 'dtype') throw new ThalwegError('array', `${maker}: ${key} is not an option; it takes values, dtype`);
  }
  const { values, dtype = isFloat64(values) ? 'float64' : 'float32' } = options;
  if (!['float32', 'float64'].includes(dtype))
    throw new ThalwegError('array', `${maker}: dtype must be "float32" or "float64", not ${describe(dtype)}`);
  if (values === undefined) return { shape: [...shape], dtype, [kind]: 'tensor' };
  const type = isFloat64(values) ? 'float64' : isFloat32(values) ? 'float32' : undefined;
  if (type === undefined)
    throw new ThalwegError('array', `${maker}: values must be a Float32Array or a Float64Array, not ${describe(values)}`);
  if (type !== dtype) throw new ThalwegError('array', `${maker}: the values are ${type}, and the dtype says ${dtype}`);
  const length = shape.reduce((product, size) => product * size, 1);
  if (values.length !== length) {
    throw new ThalwegError(
      'array',
      `${maker}: ${String(values.length)} values do not fill the shape [${shape.join(', ')}], which takes ${String(length)}`,
    );
  }
  return { shape: [...shape], dtype, values, [kind]: 'tensor' };
}

function isArray(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/** A declared parameter as a tensor. Throws an ArrayError for anything that is neither an array of first values nor made by `tensor` or `sparse`. */
export function toTensor(owner: string, name: string, parameter: unknown): Tensor {
  if (isFloat32(parameter)) return { shape: [parameter.length], dtype: 'float32', values: parameter, [kind]: 'tensor' };
  if (isFloat64(parameter)) return { shape: [parameter.length], dtype: 'float64', values: parameter, [kind]: 'tensor' };
  if (isKind(parameter, 'tensor')) return parameter as Tensor;
  const wanted = 'a Float32Array, a Float64Array or tensor(shape)';
  throw new ArrayError(owner, name, `${name} must be ${wanted}, not ${describe(parameter)}`);
}
