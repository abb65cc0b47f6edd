/**
 * Whether weights are finite, as a separate program on a stepper's memory: one sum over `w`, without writes. It reads all weights, so the optimizer runs it
 * in few steps.
 */
import type { Program } from '../language/program.ts';
import { parameter, variable } from '../language/variable.ts';

/** What the program tells of a tensor: Σ 0·w, which is 0 where every element is finite, and else NaN. */
export const watched = variable('measure', 'finite');

/** The program that watches the weights of another. */
export function watchProgram(program: Program): Program {
  const { graph } = program;
  const zeros = graph.node('mul', [graph.variable('array', parameter), graph.constant(0)]);
  return { ...program, writes: new Map([[watched, graph.reduce('sum', [zeros], 'tensor')]]), evaluation: undefined };
}
