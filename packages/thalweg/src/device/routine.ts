/** Binds a plan's routine to an arena: the arrays of each tensor that it reads and writes. */
import { elementsOf, type Form } from '../language/form.ts';
import type { Node } from '../language/graph.ts';
import type { DType } from '../plan/dtype.ts';
import type { FormedArray, RoutineCall } from '../plan/plan.ts';
import type { Matrix, Multiply, Routine } from '../targets/loops/routines/routine.ts';
import { multiply as plainly } from '../targets/loops/routines/matmul.ts';
import { multiplies, routineTable } from '../targets/loops/routines/table.ts';
import type { Place } from '../targets/loops/scalars.ts';
import type { Arena } from './arena.ts';
import type { RoutineLaunch } from './device.ts';

/** What a device computes in its own way. */
interface Own {
  readonly multiply: (dtype: DType) => Multiply;
  readonly noise: (arena: Arena) => Routine;
}

/** A function that runs the routine for tensor `j`. */
export function bindRoutine(call: RoutineCall, arena: Arena, placeOf: (node: Node) => Place, own: Own): RoutineLaunch {
  const multiply = multiplies.has(call.op) ? own.multiply(arena.dtype) : plainly;
  const run = call.op === 'noise' ? own.noise(arena) : routineTable[call.op];
  const places = call.scalars.map(placeOf);
  const jobs = arena.tensors.map(({ name, shape }, j) => {
    const matrix = ({ array, form }: FormedArray): Matrix => ({ data: arena.view(array, j), ...dimensions(form, shape) });
    return { tensor: name, operands: call.operands.map(matrix), result: matrix(call.result) };
  });
  return (values, j) => {
    const job = jobs[j];
    if (job === undefined) return;
    const scalars = places.map(({ at, next }) => values[at + j * next] ?? NaN);
    run({ ...job, scalars, multiply });
  };
}

function dimensions(form: Form, shape: readonly number[]): { readonly rows: number; readonly cols: number } {
  return { rows: elementsOf(`${form.charAt(0) as 'r'}1`, shape), cols: elementsOf(`1${form.charAt(1) as 'c'}`, shape) };
}
