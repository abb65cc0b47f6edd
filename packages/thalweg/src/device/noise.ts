/** Draws noise in WebAssembly, straight into the arena, on all threads of a device. */
import { hashOf } from '../targets/loops/random.ts';
import { seedOf } from '../targets/loops/routines/noise.ts';
import { scalarOf, type Routine } from '../targets/loops/routines/routine.ts';
import { noiseModule, noiseSegment } from '../targets/loops/wasm/noise.ts';
import type { Arena } from './arena.ts';
import { executableOf } from './modules.ts';
import type { Threads } from './threads.ts';

/** `noise(seed)` for tensors of this arena: the same bits as in JavaScript. */
export function noiseWith(arena: Arena, threads: Threads): Routine {
  const { memory, kind } = arena.region;
  if (memory === undefined) throw new RangeError('no memory of WebAssembly');
  const executable = executableOf(`noise ${arena.dtype}`, () => noiseModule(arena.dtype, kind), memory, kind);
  return (job) => {
    const { byteOffset, length } = job.result.data;
    arena.tellRoutine([byteOffset, length, seedOf(job), hashOf(job.tensor), scalarOf(job, 1)]);
    threads.run(executable, arena.argumentsAt, Math.ceil(length / noiseSegment));
  };
}
