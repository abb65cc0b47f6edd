/** The memory traffic of the passes of a plan. Knows kernels and layouts; runs nothing. */
import { traffic } from '../../plan/kernel.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Arena } from '../../device/arena.ts';

/** Bytes of arrays. */
export interface Traffic {
  readonly read: number;
  readonly written: number;
}

/** The bytes that the passes of a plan read and write on an arena, padding included; routines apart. */
export function trafficOf({ passes }: Plan, arena: Arena): Traffic {
  let [read, written] = [0, 0];
  for (const { kernel, form } of passes) {
    const { loads, stores } = traffic(kernel);
    const { bytes } = arena.layout(form);
    read += loads * bytes;
    written += stores * bytes;
  }
  return { read, written };
}
