/**
 * Reading and writing the values of TF.js tensors if TF.js computes on the CPU. In the WebAssembly backend a tensor is a range of one memory, which is read
 * directly, since the backend's own read allocates a new array. Knows TF.js; no optimizer.
 */
import {
  engine,
  getBackend,
  tensor,
  type KernelBackend,
  type Tensor,
  type TensorInfo,
  type TypedArray,
  type Variable,
} from '@tensorflow/tfjs-core';

/** What is used of the WebAssembly backend. */
interface Heap {
  typedArrayFromHeap(info: TensorInfo): TypedArray;
}

/** Backends whose tensors lie in the CPU's memory. */
const onCpu: ReadonlySet<string> = new Set(['cpu', 'wasm', 'tensorflow']);

/** Whether the backend that is in use computes on the CPU. */
export function computesOnCpu(): boolean {
  return onCpu.has(getBackend());
}

/** Copies the values of a tensor. */
export function readInto(from: Tensor, into: Float32Array): void {
  const backend = engine().state.tensorInfo.get(from.dataId)?.backend;
  into.set(isHeap(backend) ? backend.typedArrayFromHeap(from) : from.dataSync());
}

/**
 * Gives a variable these values, which are copied. Never in place: a clone or another tensor may share the place, `dataSync` of the backend `cpu` hands out
 * the very array, and the products of the WebAssembly backend keep weights packed by the tensor that they were of, so that they would not see new ones.
 */
export function write(variable: Variable, values: Float32Array): void {
  // The WebAssembly backend copies what it is given; others keep the array.
  const next = tensor(isHeap(engine().backend) ? values : values.slice(), variable.shape, variable.dtype);
  variable.assign(next);
  next.dispose();
}

function isHeap(backend: KernelBackend | undefined): backend is KernelBackend & Heap {
  return backend !== undefined && 'typedArrayFromHeap' in backend && typeof backend.typedArrayFromHeap === 'function';
}
