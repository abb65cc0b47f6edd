/** Binds a plan's routine to an arena: which arrays of which tensor it reads and writes. */
import { elementsOf, type Form } from '../language/form.ts';
import type { Node } from '../language/graph.ts';
import { multiply as plainly } from '../targets/loops/routines/matmul.ts';
import type { Matrix } from '../targets/loops/routines/routine.ts';
import { routineTable } from '../targets/loops/routines/table.ts';
import type { FormedArray, RoutineCall } from '../plan/plan.ts';
import type { Arena } from './arena.ts';
import type { Backend } from './backend.ts';
import type { Crew } from './crew.ts';
import { multiplyWith } from './matmul.ts';
import { noiseWith } from './noise.ts';

/** A function that runs the routine for tensor `j`. `valueOf` gives the numbers of the tensor at hand. */
export function bindRoutine(
  call: RoutineCall,
  arena: Arena,
  backend: Backend,
  crew: Crew,
  valueOf: (node: Node, j: number) => number,
): (j: number) => void {
  const run = backend === 'wasm' && call.op === 'noise' ? noiseWith(arena, crew) : routineTable[call.op];
  const multiply = backend === 'wasm' ? multiplyWith(crew) : plainly;
  const jobs = arena.tensors.map(({ name, shape }, j) => {
    const matrix = ({ array, form }: FormedArray): Matrix => ({ data: arena.view(array, j), ...dimensions(form, shape) });
    return { tensor: name, operands: call.operands.map(matrix), result: matrix(call.result) };
  });
  return (j) => {
    const job = jobs[j];
    if (job === undefined) return;
    const scalars = call.scalars.map((node) => valueOf(node, j));
    run({ ...job, scalars, multiply });
  };
}

function dimensions(form: Form, shape: readonly number[]): { readonly rows: number; readonly cols: number } {
  return { rows: elementsOf(`${form.charAt(0) as 'r'}1`, shape), cols: elementsOf(`1${form.charAt(1) as 'c'}`, shape) };
}
