/**
 * Backends: how a kernel becomes runnable on an arena. Compiled modules are cached by the kernel's key, which holds no hyperparameter
 * values, so equal optimizers of any number share one. Executes lowerings; knows no optimizer.
 */
import { interfaceNames } from '../assembler/module.ts';
import { UnsupportedError } from '../language/error.ts';
import type { Executable } from '../lower/executable.ts';
import { lowerToFround } from '../lower/fround.ts';
import { lowerToReference } from '../lower/reference.ts';
import { argumentBytes, lowerToWasm, scalarOffset } from '../lower/wasm.ts';
import type { DType } from '../plan/dtype.ts';
import type { Kernel } from '../plan/kernel.ts';
import { argumentArea, sumArea, type Arena } from './arena.ts';

/** Where kernels run: `wasm` (both types), `fround` (float32 JavaScript), `reference` (float64 JavaScript). */
export type Backend = 'wasm' | 'fround' | 'reference';

/** The backends by name, and which types each takes. */
export const backends: Readonly<Record<Backend, readonly DType[]>> = {
  wasm: ['float32', 'float64'],
  fround: ['float32'],
  reference: ['float64'],
};

const modules = new Map<string, WebAssembly.Module>();
let compiled = 0;

/** How many WebAssembly modules this process has compiled, and how many are cached. */
export function kernelStatistics(): {
  readonly compiled: number;
  readonly cached: number;
} {
  return { compiled, cached: modules.size };
}

/** Makes a kernel runnable on an arena. */
export function makeExecutable(backend: Backend, kernel: Kernel, arena: Arena): Executable {
  switch (backend) {
    case 'wasm':
      return instantiate(kernel, arena);
    case 'fround':
      return lowerToFround(kernel, arena.buffer);
    case 'reference':
      return lowerToReference(kernel, arena.buffer);
  }
}

function moduleOf(kernel: Kernel): WebAssembly.Module {
  const known = modules.get(kernel.key);
  if (known !== undefined) return known;
  const made = new WebAssembly.Module(lowerToWasm(kernel));
  modules.set(kernel.key, made);
  compiled += 1;
  return made;
}

function instantiate(kernel: Kernel, arena: Arena): Executable {
  if (arena.memory === undefined) throw new UnsupportedError('wasm', 'the arena is not in WebAssembly memory');
  if (argumentBytes(kernel) > argumentArea.bytes || kernel.sums * 8 > sumArea.bytes) {
    throw new UnsupportedError('wasm', `a kernel with ${String(kernel.scalars)} scalars and ${String(kernel.sums)} sums is too large`);
  }
  const imports = {
    [interfaceNames.module]: { [interfaceNames.memory]: arena.memory },
  };
  const run = new WebAssembly.Instance(moduleOf(kernel), imports).exports[interfaceNames.run];
  if (!isKernelFunction(run)) throw new RangeError('a kernel module exports its function');
  const addresses = new Int32Array(arena.buffer, argumentArea.at, kernel.arrays);
  const scalarsAt = argumentArea.at + scalarOffset(kernel);
  const parameters =
    kernel.dtype === 'float32'
      ? new Float32Array(arena.buffer, scalarsAt, kernel.scalars)
      : new Float64Array(arena.buffer, scalarsAt, kernel.scalars);
  const results = new Float64Array(arena.buffer, sumArea.at, kernel.sums);
  return {
    run(arrays, scalars, start, end, sums) {
      for (let i = 0; i < addresses.length; i++) addresses[i] = arrays[i]!;
      for (let i = 0; i < parameters.length; i++) parameters[i] = scalars[i]!;
      run(argumentArea.at, start, end, sumArea.at);
      for (let i = 0; i < results.length; i++) sums[i] = results[i]!;
    },
  };
}

type KernelFunction = (argumentsAt: number, start: number, end: number, sumsAt: number) => void;

function isKernelFunction(value: unknown): value is KernelFunction {
  return typeof value === 'function';
}
