/** Checks of the arrays that users hand over: parameters at `init`, gradients and inputs at each step. Changes nothing. */
import { ArrayError, OptionError, suggestion } from '../language/error.ts';
import type { DType } from '../plan/dtype.ts';
import { backends, type Backend } from '../runtime/backend.ts';
import { describe } from './options.ts';
import { asTensor, Tied, type Parameter, type Tensor } from './tensor.ts';

/** An array of either type. */
export type AnyArray = Float32Array | Float64Array;

/** Whether a value is an array that a parameter can have. */
export function isArray(value: unknown): value is AnyArray {
  return value instanceof Float32Array || value instanceof Float64Array;
}

/** Whether a value is an array that a gradient can have: of numbers, or of bits in half precision. */
export function isNumeric(value: unknown): value is AnyArray | Uint16Array {
  return isArray(value) || value instanceof Uint16Array;
}

/** Parameters as tensors, and for each tied name the one that it stands for. Throws an ArrayError for anything else. */
export function checkParameters(
  owner: string,
  parameters: Readonly<Record<string, unknown>>,
): { readonly tensors: Map<string, Tensor>; readonly ties: Map<string, string> } {
  const given: unknown = parameters;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given))
    throw new ArrayError(owner, '', `parameters are given by name, { w: new Float32Array(3) }, not as ${describe(given)}`);
  const tensors = new Map<string, Tensor>();
  const ties = new Map<string, string>();
  for (const [name, parameter] of Object.entries(parameters)) {
    // An object of views would take it for its prototype.
    if (name === '__proto__') throw new ArrayError(owner, name, '__proto__ cannot be the name of a parameter');
    if (parameter instanceof Tied) {
      ties.set(name, parameter.to);
      continue;
    }
    const isTensor = typeof parameter === 'object' && parameter !== null && 'shape' in parameter && 'dtype' in parameter;
    if (!isArray(parameter) && !isTensor) {
      throw new ArrayError(owner, name, `${name} must be a Float32Array, a Float64Array or tensor(shape), not ${describe(parameter)}`);
    }
    tensors.set(name, asTensor(parameter as Parameter));
  }
  if (tensors.size === 0) throw new ArrayError(owner, '', 'there are no parameters to train');
  return { tensors, ties };
}

/** The one element type of all tensors. Throws where there are two, or where the backend does not compute in it. */
export function commonType(owner: string, tensors: ReadonlyMap<string, Tensor>, backend: Backend, dtype?: DType): DType {
  const [first] = tensors;
  const common = dtype ?? first?.[1].dtype ?? 'float32';
  for (const [name, tensor] of tensors) {
    if (tensor.dtype === common) continue;
    const other = dtype === undefined ? `${first?.[0] ?? ''} is ${common}` : `the others are ${common}`;
    throw new ArrayError(owner, name, `${name} is ${tensor.dtype} and ${other}; the parameters of an optimizer have one type`);
  }
  if (!backends[backend].includes(common)) {
    const other = common === 'float32' ? 'fround' : 'reference';
    const problem = `computes in ${backends[backend].join()}, and the parameters are ${common}; use wasm or ${other}`;
    throw new OptionError(owner, 'backend', backend, problem);
  }
  return common;
}

/** Throws an ArrayError unless `arrays` has one of the right type and length for each name in `wanted`, and none that is not in `views`. */
export function checkArrays(
  owner: string,
  role: string,
  arrays: Readonly<Record<string, unknown>>,
  views: Readonly<Record<string, AnyArray | Uint16Array | undefined>>,
  wanted: (name: string) => boolean,
): void {
  const known = Object.keys(views);
  for (const name of Object.keys(arrays)) {
    if (!known.includes(name)) throw new ArrayError(owner, name, `there is no parameter ${name}${suggestion(name, known)}`);
  }
  for (const name of known) {
    const array = arrays[name];
    const view = views[name];
    if (array === undefined && !wanted(name)) continue;
    if (array === undefined) throw new ArrayError(owner, name, `the ${role} of ${name} is missing`);
    if (view?.constructor !== array?.constructor || !isNumeric(array)) {
      throw new ArrayError(owner, name, `the ${role} of ${name} must be a ${view?.constructor.name ?? ''}, not ${describe(array)}`);
    }
    if (array.length !== view?.length) {
      const problem = `the ${role} of ${name} has ${String(array.length)} elements; the parameter has ${String(view?.length)}`;
      throw new ArrayError(owner, name, problem);
    }
  }
}
