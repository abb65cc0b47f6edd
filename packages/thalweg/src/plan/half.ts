/**
 * Half-precision parameters: in addition to `w`, on which the equations compute, a copy in two bytes per element, which the pass that writes `w` rounds to
 * nearest; and gradients in two bytes.
 */
import { isRoutine, topological, variableOf } from '../language/graph.ts';
import type { Program } from '../language/program.ts';
import { wholeState } from '../language/state.ts';
import { gradient, parameter, variable, type Variable } from '../language/variable.ts';
import type { Quantization } from './format.ts';

/** The formats of such parameters. */
export type HalfFormat = 'bfloat16';

/** The array that holds the copy. */
export const halfOfW = variable('half');

/** The program that writes the copy too. */
export function halved(program: Program): Program {
  const w = program.writes.get(parameter) ?? program.graph.variable('array', parameter);
  return {
    ...program,
    writes: new Map(program.writes).set(halfOfW, w),
    states: new Map(program.states).set(halfOfW, wholeState('exact')),
  };
}

/** The formats of a program's arrays with those of the copy and of the gradients. */
export function halfCodings(quantizations: ReadonlyMap<Variable, Quantization>, format: HalfFormat): ReadonlyMap<Variable, Quantization> {
  const nearest: Quantization = { format, draw: undefined };
  return new Map(quantizations).set(halfOfW, nearest).set(gradient, nearest);
}

/** Whether a routine reads the gradient as it lies in memory, where it must be float32. */
export function readsWholeGradient({ writes }: Program): boolean {
  const given = topological(writes.values()).flatMap((node) => (isRoutine(node) ? node.operands : []));
  return given.some((node) => node.op === 'array' && variableOf(node) === gradient);
}
