/** The devices in JavaScript: `fround` computes in float32, `reference` in float64, on one thread. Each defines the results that `wasm` must equal. */
import { lowerToFround } from '../targets/loops/js/fround.ts';
import { lowerToReference } from '../targets/loops/js/reference.ts';
import { multiply } from '../targets/loops/routines/matmul.ts';
import { routineTable } from '../targets/loops/routines/table.ts';
import type { Device } from './device.ts';
import { LinearDevice } from './linear.ts';
import { scriptMemory } from './memory.ts';
import { oneThread } from './threads.ts';

/** A device in JavaScript. */
export function cpuDevice(backend: 'fround' | 'reference'): Device {
  const lower = backend === 'fround' ? lowerToFround : lowerToReference;
  return new LinearDevice({
    backend,
    source: scriptMemory,
    threads: oneThread,
    executable: (kernel, { buffer }) => lower(kernel, buffer),
    multiply: () => multiply,
    noise: () => routineTable.noise,
  });
}
