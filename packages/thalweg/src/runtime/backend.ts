/**
 * Backends: how a kernel becomes runnable on an arena. Compiled modules are cached by the kernel's key, which holds no hyperparameter
 * values, so equal optimizers of any number share one. Executes lowerings; knows no optimizer.
 */
import { interfaceNames, type MemoryKind } from '../assembler/module.ts';
import { UnsupportedError } from '../language/error.ts';
import type { Executable } from '../lower/executable.ts';
import { lowerToFround } from '../lower/fround.ts';
import { lowerToReference } from '../lower/reference.ts';
import { lowerToWasm } from '../lower/wasm.ts';
import type { DType } from '../plan/dtype.ts';
import type { Kernel } from '../plan/kernel.ts';
import type { Region } from './memory.ts';

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

/** Makes a kernel runnable in a region of memory. */
export function makeExecutable(backend: Backend, kernel: Kernel, region: Region): Executable {
  switch (backend) {
    case 'wasm':
      return instantiate(kernel, region);
    case 'fround':
      return lowerToFround(kernel, region.buffer);
    case 'reference':
      return lowerToReference(kernel, region.buffer);
  }
}

function moduleOf(kernel: Kernel, kind: MemoryKind): WebAssembly.Module {
  const key = `${kind.address} ${kind.shared ? 'shared' : 'own'} ${kernel.key}`;
  const known = modules.get(key);
  if (known !== undefined) return known;
  const made = new WebAssembly.Module(lowerToWasm(kernel, kind));
  modules.set(key, made);
  compiled += 1;
  return made;
}

function instantiate(kernel: Kernel, { memory, kind }: Region): Executable {
  if (memory === undefined) throw new UnsupportedError('wasm', 'the arena is not in WebAssembly memory');
  const module = moduleOf(kernel, kind);
  const run = runOf(module, memory);
  return kind.shared ? { run, module, memory } : { run };
}

/** The function of a kernel's module on a memory. */
export function runOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Executable['run'] {
  const imports = { [interfaceNames.module]: { [interfaceNames.memory]: memory } };
  const run = new WebAssembly.Instance(module, imports).exports[interfaceNames.run];
  if (!isRun(run)) throw new RangeError('a kernel module exports its function');
  return run;
}

function isRun(value: unknown): value is Executable['run'] {
  return typeof value === 'function';
}
