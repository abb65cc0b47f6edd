/**
 * Diagnostics as part of the program: sums over arrays that a step reads and writes anyway, computed in the same passes without extra memory traffic. They
 * are scalars per tensor that are reported and not stored.
 */
import type { Node } from '../language/graph.ts';
import { KindTable } from '../language/kind.ts';
import type { Program } from '../language/program.ts';
import { wholeState } from '../language/state.ts';
import { gradient, parameter, variable } from '../language/variable.ts';

/**
 * What a step tells: ‖g‖, ‖w‖ before it, ‖Δw‖, the share of elements whose Δw changed its sign, and what the whole gradient was multiplied by in proportion
 * to a norm over all parameters, as clipping does.
 */
export const told = {
  gradient: variable('measure', 'gradient'),
  weight: variable('measure', 'weight'),
  update: variable('measure', 'update'),
  flips: variable('measure', 'flips'),
  clip: variable('measure', 'clip'),
} as const;

/** The state that holds the last Δw, where sign flips are counted. */
export const lastUpdate = variable('lastUpdate');

/** The program with diagnostics. */
export function observed(program: Program, signFlips: boolean): Program {
  const { graph, writes } = program;
  const w = graph.variable('array', parameter);
  const update = graph.node('sub', [writes.get(parameter) ?? w, w]);
  const norm = (x: Node): Node => graph.node('sqrt', [graph.reduce('dot', [x, x], 'tensor')]);
  const more = new Map(writes)
    .set(told.gradient, norm(graph.variable('array', gradient)))
    .set(told.weight, norm(w))
    .set(told.update, norm(update));
  const clip = globalFactors(program);
  if (clip.length > 0) more.set(told.clip, clip.reduce((product, factor) => graph.node('mul', [product, factor]))); // prettier-ignore
  if (!signFlips) return { ...program, writes: more };
  const opposite = graph.node('lt', [graph.node('mul', [update, graph.variable('state', lastUpdate)]), graph.constant(0)]);
  const flips = graph.reduce('sum', [graph.node('select', [opposite, graph.constant(1), graph.constant(0)])], 'tensor');
  more.set(told.flips, graph.node('div', [flips, graph.node('shape', [], 'size')])).set(lastUpdate, update);
  return {
    ...program,
    writes: more,
    states: new Map(program.states).set(lastUpdate, wholeState('exact')),
  };
}

/** The factors by which equations scale the gradient as a whole, those that depend on a sum over all parameters. */
function globalFactors({ assignments, states }: Program): Node[] {
  const kinds = new KindTable(states);
  return assignments.flatMap(({ equation, node }) =>
    equation.target.name === 'g' && node.op === 'mul' ? node.operands.filter((operand) => kinds.of(operand) === 'all') : [],
  );
}
