/** Checks of the arrays that users pass in: parameters at `init`, gradients and inputs at each step. Changes nothing. */
import { OptionError } from '../language/error.ts';
import { ArrayError } from '../language/run-error.ts';
import { isKind } from '../language/brand.ts';
import { isFloat32, isFloat64, typedArrayName } from '../language/realm.ts';
import type { DType } from '../plan/dtype.ts';
import { backends, type Backend } from '../device/device.ts';
import { describe, isRecord } from '../language/options.ts';
import { leavesOf, type Leaf } from './leaves.ts';
import { isTied, toTensor, type Tensor } from './tensor.ts';

/** An array of either type. */
export type AnyArray = Float32Array | Float64Array;

/** Whether a value is an array that a parameter can have. */
export function isArray(value: unknown): value is AnyArray {
  return isFloat32(value) || isFloat64(value);
}

/** Whether a value is an array that a gradient can have: of numbers, or of bits in half precision. */
export function isNumeric(value: unknown): value is AnyArray | Uint16Array {
  const name = typedArrayName(value);
  return name === 'Float32Array' || name === 'Float64Array' || name === 'Uint16Array';
}

/** Throws an ArrayError unless `given` is an object that may hold something for each name. */
export function checkByName(owner: string, what: string, given: unknown): asserts given is Readonly<Record<string, unknown>> {
  if (!isRecord(given) || isKind(given, 'tensor'))
    throw new ArrayError(owner, '', `${what} given by name, { w: new Float32Array(3) }, not as ${describe(given)}`);
}

/** Parameters by name, checked: tensors, for each tied name the one that it stands for, and where each stands in what was given. */
export interface CheckedParameters {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly ties: ReadonlyMap<string, string>;
  readonly leaves: ReadonlyMap<string, Leaf>;
}

/**
 * Parameters as tensors, whatever objects and arrays they are nested in. Throws an ArrayError for anything else, and where one array is given as two
 * parameters or is that of one in `there`.
 */
export function checkParameters(owner: string, parameters: unknown, there: ReadonlyMap<string, AnyArray> = new Map()): CheckedParameters {
  checkByName(owner, 'parameters are', parameters);
  const leaves = leavesOf(owner, parameters);
  const tensors = new Map<string, Tensor>();
  const ties = new Map<string, string>();
  for (const [name, { value }] of leaves) {
    if (isTied(value)) ties.set(name, value.to);
    else tensors.set(name, toTensor(owner, name, value));
  }
  if (leaves.size === 0) throw new ArrayError(owner, '', 'there are no parameters to train');
  checkApart(owner, leaves, there);
  return { tensors, ties, leaves };
}

/**
 * Throws an ArrayError where arrays given as parameters lie in the same memory: whoever writes that means one parameter, and would get several with
 * copies. The `values` of a tensor are there to be copied, and may be those of several.
 */
function checkApart(owner: string, given: ReadonlyMap<string, Leaf>, there: ReadonlyMap<string, AnyArray>): void {
  // The first of several names is a parameter's own.
  const own = new Set(there.values());
  const known = [...there].filter(([name, array]) => own.delete(array) && !given.has(name));
  const named: (readonly [string, unknown])[] = [...known, ...[...given].map(([name, { value }]) => [name, value] as const)];
  const arrays = named.flatMap(([name, array]) => (isArray(array) && array.length > 0 ? [{ name, array }] : []));
  // In the order of memory, each array need only be held against the one that reaches furthest before it.
  const last = new Map<ArrayBufferLike, (typeof arrays)[number]>();
  for (const one of arrays.sort((a, b) => a.array.byteOffset - b.array.byteOffset)) {
    const { name, array } = one;
    const before = last.get(array.buffer);
    const end = before === undefined ? 0 : before.array.byteOffset + before.array.byteLength;
    if (before !== undefined && array.byteOffset < end) {
      const isSame = before.array.byteOffset === array.byteOffset && end === array.byteOffset + array.byteLength;
      const problem = isSame ? `are the same array; write ${name}: tied('${before.name}')` : 'overlap in memory';
      throw new ArrayError(owner, name, `${before.name} and ${name} ${problem}`);
    }
    last.set(array.buffer, one);
  }
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

/** Throws an ArrayError unless `array` can be the `role` of a parameter, of which there is this view. */
export function checkArray(owner: string, role: string, name: string, array: unknown, view: AnyArray | Uint16Array | undefined): void {
  const wanted = typedArrayName(view) ?? '';
  if (typedArrayName(array) !== wanted || !isNumeric(array))
    throw new ArrayError(owner, name, `the ${role} of ${name} must be a ${wanted}, not ${describe(array)}`);
  if (array.length !== view?.length) {
    const problem = `the ${role} of ${name} has ${String(array.length)} elements; the parameter has ${String(view?.length)}`;
    throw new ArrayError(owner, name, problem);
  }
}
