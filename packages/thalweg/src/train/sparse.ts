/** Parameters of which a step updates a few rows, and the gradients of such rows. Knows no optimizer. */
import { ThalwegError } from '../language/error.ts';
import { ArrayError } from '../language/run-error.ts';
import { isKind, kind } from '../language/brand.ts';
import { typedArrayName } from '../language/realm.ts';
import type { DType } from '../plan/dtype.ts';
import type { Indices } from './step/rows.ts';
import type { AnyArray } from './arrays.ts';
import { describe } from '../language/options.ts';
import { declared, type Tensor, type TensorOptions } from './tensor.ts';

/** A sparse parameter, such as an embedding: its gradients are given as `rows`. Made by `sparse`. */
export interface SparseTensor<D extends DType = DType> extends Tensor<D> {
  readonly sparse: true;
}

/**
 * A sparse parameter, such as an embedding table: each step updates only the rows that it is given gradients for, as with `sparse=True` in PyTorch's
 * `Embedding`. A step costs what those rows cost, whatever the size of the table, and there is no dense array of gradients.
 *
 * The rows given are updated as by a dense gradient; other rows do not change at all: neither the parameter nor its states, and no weight decay. t is the
 * optimizer's and not the row's, as in PyTorch's SparseAdam; a row's states have their initial values until its first gradient. Norms of the gradient, as
 * in clipping, run over the given rows, which is exact since other rows are zero. Methods that need every row are refused: those with a norm of the weights
 * or of the update (LAMB, LARS), matrix products (Muon), averages of weights, and those with other equations in the first step.
 *
 * @param shape - sizes, outermost first: the rows, and at least one more
 * @param options - as for `tensor`
 * @throws ThalwegError if the shape has no rows and columns or the values do not fill it
 * @example
 * ```ts
 * import { adam, rows, sparse, tensor } from 'thalweg';
 * const opt = await adam().init({ E: sparse([50_000, 2]), W: tensor([2]) });
 * opt.step({ E: rows([3, 17, 3], Float32Array.of(1, 2, 3, 4, 5, 6)), W: new Float32Array(2) }); // row 3 has the gradient 6, 8
 * ```
 */
export function sparse(shape: readonly number[], options: { readonly values: Float64Array }): SparseTensor<'float64'>;
export function sparse(shape: readonly number[], options: { readonly values: Float32Array }): SparseTensor<'float32'>;
export function sparse(shape: readonly number[], options: { readonly values: Float32Array | Float64Array }): SparseTensor;
export function sparse<D extends DType = 'float32'>(shape: readonly number[], options?: { readonly dtype?: D }): SparseTensor<D>;
export function sparse(shape: readonly number[], options: TensorOptions = {}): SparseTensor {
  const table = declared('sparse', shape, options);
  if (shape.length >= 2) return { ...table, sparse: true };
  throw new ThalwegError('array', `sparse: [${shape.join(', ')}] is not the shape of a table, which needs rows and columns`);
}

/** Whether a declared parameter is a table. */
export function isSparse(parameter: Tensor): parameter is SparseTensor {
  return 'sparse' in parameter && parameter.sparse === true;
}

/** Gradients of some rows. Made by `rows`. */
export class Rows {
  /** The brand by which rows are recognized. */
  readonly [kind] = 'rows';
  /** The row indices. */
  readonly indices: Indices;
  /** Their gradients, concatenated. */
  readonly values: Float32Array | Float64Array;

  /** Use `rows` instead. */
  constructor(indices: Indices, values: Float32Array | Float64Array) {
    this.indices = indices;
    this.values = values;
  }
}

/**
 * The gradient of a `sparse` parameter: the given rows; all others are zero. Copies nothing; `step` checks it.
 *
 * @param indices - row indices from 0, in any order; the gradients of a repeated row are added in the order given
 * @param values - the gradients of these rows, concatenated, in the parameter's type
 * @example
 * ```ts
 * import { rows } from 'thalweg';
 * rows([3, 17, 3], Float32Array.of(1, 2, 3, 4, 5, 6)); // of two columns: row 3 is 6, 8 and row 17 is 3, 4
 * ```
 */
export function rows(indices: Indices, values: Float32Array | Float64Array): Rows {
  return new Rows(indices, values);
}

/** Whether a value was made by `rows`. */
export function isRows(value: unknown): value is Rows {
  return isKind(value, 'rows');
}

/** Throws an ArrayError unless `given` are rows of a table of this shape and type. */
export function checkRows(owner: string, name: string, given: unknown, shape: readonly number[], like: AnyArray): void {
  const fail = (problem: string): never => {
    throw new ArrayError(owner, name, `the gradient of ${name} ${problem}`);
  };
  if (!isRows(given)) return fail(`must be rows(indices, values), since it is sparse, not ${describe(given)}`);
  const { indices, values } = given;
  const [height = 0, ...rest] = shape;
  const width = rest.reduce((product, size) => product * size, 1);
  const wanted = typedArrayName(like) ?? '';
  if (typedArrayName(values) !== wanted) fail(`must have values in a ${wanted}, not ${describe(values)}`);
  if (!Array.isArray(indices) && !['Int32Array', 'Uint32Array', 'Uint16Array'].includes(typedArrayName(indices) ?? ''))
    fail(`must have a list of indices, not ${describe(indices)}`);
  if (values.length !== indices.length * width)
    fail(`has ${String(values.length)} values, and its rows take ${String(indices.length)} × ${String(width)}`);
  for (const index of indices) {
    if (Number.isInteger(index) && index >= 0 && index < height) continue;
    fail(`names the row ${describe(index)}, and there are rows 0 to ${String(height - 1)}`);
  }
}
