/**
 * Applies the rules of the exactness contract to a program, before it is split into passes: the first stage of `prepare`. Separate, so that what steps
 * without passes does not include the planner.
 */
import type { Node } from '../language/graph.ts';
import type { Program } from '../language/program.ts';
import type { Variable } from '../language/variable.ts';
import { flushDenormals } from './denormals.ts';
import type { DType } from './dtype.ts';
import { kernelRules } from './kernel-rules.ts';
import { rewrite } from './rewrite.ts';
import { prepareRoutines } from './routines.ts';

/** What a step writes, with the rules for reciprocals, cube roots, bounds and denormals, and with rows and columns spread where they meet matrices. */
export function exactWrites(program: Program, dtype: DType): Map<Variable, Node> {
  const { graph, states } = program;
  return prepareRoutines(graph, flushDenormals(graph, rewrite(program, dtype, kernelRules), states, dtype), states);
}
