/** Which parameters `thalweg/small` accepts, and its views of them. Changes nothing. */
import { ArrayError, UnsupportedError } from '../language/run-error.ts';
import type { DType } from '../plan/dtype.ts';
import { checkByName } from '../train/arrays.ts';
import { isSparse } from '../train/sparse.ts';
import { isTied, toTensor, type Parameter, type Tensor, type ViewOf } from '../train/tensor.ts';

/** Parameters by name: initial values, or tensors. */
export type SmallParameters = Readonly<Record<string, Parameter>>;

/** An array for each parameter. */
export type SmallViews<P> = { readonly [K in keyof P]: ViewOf<P[K] extends Parameter ? P[K] : never, ArrayBuffer> };

/** A gradient for each parameter, of its type. */
export type SmallGradients<P> = { readonly [K in keyof P]: Float32Array | Float64Array };

/** Parameters as tensors, and their one type. Throws an ArrayError for what is none, and an UnsupportedError for what the runtime alone has. */
export function tensorsOf(owner: string, given: unknown): { readonly tensors: ReadonlyMap<string, Tensor>; readonly dtype: DType } {
  checkByName(owner, 'parameters are', given);
  const tensors = new Map(Object.entries(given).map(([name, one]) => [name, tensorOf(owner, name, one)]));
  const [first] = tensors.values();
  if (first === undefined) throw new ArrayError(owner, '', 'there are no parameters to train');
  const { dtype } = first;
  for (const [name, tensor] of tensors)
    if (tensor.dtype !== dtype)
      throw new ArrayError(
        owner,
        name,
        `${name} is ${tensor.dtype} and the first one ${dtype}; the parameters of an optimizer have one type`,
      );
  return { tensors, dtype };
}

function tensorOf(owner: string, name: string, given: unknown): Tensor {
  const problem = (what: string): UnsupportedError =>
    new UnsupportedError(owner, `${name} is ${what}, which thalweg/small does not have; use await method.init(parameters) of thalweg`);
  // An object of views would take it for its prototype.
  if (name === '__proto__') throw new ArrayError(owner, name, '__proto__ cannot be the name of a parameter');
  if (isTied(given)) throw problem('tied');
  const made = toTensor(owner, name, given);
  if (isSparse(made)) throw problem('sparse');
  return made;
}
