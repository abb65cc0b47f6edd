/** Draws noise in WebAssembly, on all threads of a crew, into the workbench and from there into the array. */
import { draw as plainly } from '../lower/routines/noise.ts';
import type { Draw } from '../lower/routines/routine.ts';
import { drawsAt, groupDraws, groupsTogether, noiseArgument, noiseModule } from '../lower/wasm-noise.ts';
import type { Crew } from './crew.ts';
import { reserve } from './workbench.ts';

/** Draws at a time: what stays in the second cache until it is copied. */
const most = 2 ** 15;

/** Noise in WebAssembly; in JavaScript where no memory for it is to be had. The same bits either way. */
export function drawWith(crew: Crew): Draw {
  return (key, t, out) => {
    const ready = reserve('noise', noiseModule, drawsAt + 8 * most, crew.threads > 1);
    if (ready === undefined) {
      plainly(key, t, out);
      return;
    }
    const words = new Uint32Array(ready.memory.buffer, 0, drawsAt / 4);
    const draws = new Float64Array(ready.memory.buffer, drawsAt, most);
    [words[noiseArgument.seed], words[noiseArgument.tensor]] = key;
    words[noiseArgument.low] = t >>> 0;
    words[noiseArgument.high] = Math.floor(t / 2 ** 32);
    for (let from = 0; from < out.length; from += most) {
      const count = Math.min(most, out.length - from);
      const groups = Math.ceil(count / groupDraws);
      words[noiseArgument.counter] = from / 4;
      words[noiseArgument.groups] = groups;
      crew.run(ready.executable, 0, Math.ceil(groups / groupsTogether));
      out.set(draws.subarray(0, count), from);
    }
  };
}
