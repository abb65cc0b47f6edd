/** The device in WebAssembly: SIMD kernels, on the calling thread and the threads of the pool. */
import { UnsupportedError } from '../language/run-error.ts';
import type { Kernel } from '../plan/kernel.ts';
import type { Executable } from '../targets/loops/executable.ts';
import { lowerToWasm } from '../targets/loops/wasm/wasm.ts';
import type { Device } from './device.ts';
import { LinearDevice } from './linear.ts';
import { multiplyWith } from './matmul.ts';
import type { MemorySource, Region } from './memory.ts';
import { executableOf } from './modules.ts';
import { noiseWith } from './noise.ts';
import type { Threads } from './threads.ts';

/** A device in WebAssembly, with memory from `source`. */
export function wasmDevice(source: MemorySource, threads: Threads): Device {
  const multiply = multiplyWith(threads);
  return new LinearDevice({
    backend: 'wasm',
    source,
    threads,
    executable: instantiate,
    multiply: () => multiply,
    noise: (arena) => noiseWith(arena, threads),
  });
}

function instantiate(kernel: Kernel, { memory, kind }: Region): Executable {
  if (memory === undefined) throw new UnsupportedError('wasm', 'the arena is not in WebAssembly memory');
  return executableOf(kernel.key, () => lowerToWasm(kernel, kind), memory, kind);
}
