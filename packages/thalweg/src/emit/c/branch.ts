/**
 * What is known about the tensors with one program, in a step for one outcome of its conditions: the plan, and the author's names of its values. Writes
 * nothing.
 */
import { FormTable } from '../../language/form-table.ts';
import { isRoutine, topological, type Node } from '../../language/graph.ts';
import { printEquations } from '../../language/print.ts';
import { variable, type Variable } from '../../language/variable.ts';
import { planFor, type Plan, type Prepared } from '../../plan/plan.ts';
import { rewrite } from '../../plan/rewrite.ts';
import { prepareRoutines, routineArrays } from '../../plan/routines.ts';
import { specialize } from '../../plan/specialize.ts';
import { viewsOf, type Views } from './arrays.ts';
import { commented } from './comment.ts';
import type { Expression } from './expression.ts';
import type { Names } from './names.ts';
import type { ShapedProgram } from './programs.ts';
import type { StepStyle } from './style.ts';

/** A program with the condition on a tensor by which it is chosen, empty where there is one program. */
export interface WrittenProgram extends ShapedProgram {
  readonly index: number;
  readonly prepared: Prepared;
  readonly condition: string;
}

/** What an author calls a value, and the equation that it is from. */
export interface Named {
  readonly name: string;
  readonly equation: string;
}

/** What is known of the tensors that have one program. */
export interface Branch extends WrittenProgram {
  readonly plan: Plan;
  readonly named: ReadonlyMap<Node, Named>;
  readonly views: Views;
  /** The nodes that arrays of the step itself hold. */
  readonly held: ReadonlyMap<Variable, Node>;
  /** Numbers of a tensor, and what is taken of names where they are computed. */
  readonly values: Map<Node, Expression>;
  readonly taken: Set<string>;
  readonly arrays: Map<Variable, string>;
}

/** A program in a step with this outcome. */
export function branchOf(program: WrittenProgram, outcome: ReadonlyMap<Node, boolean>, { names, exact }: StepStyle): Branch {
  const decided = program.prepared.conditions.map((condition) => outcome.get(condition) === true);
  const plan = planFor(program.prepared, decided);
  return {
    ...program,
    plan,
    named: exact ? new Map() : namedValues(program, outcome, names),
    views: viewsOf(plan, exact),
    held: heldIn(program.prepared, outcome),
    values: new Map(),
    taken: new Set(),
    arrays: new Map(),
  };
}

/** What the arrays of a step itself hold. */
function heldIn({ program, conditions, writes }: Prepared, outcome: ReadonlyMap<Node, boolean>): Map<Variable, Node> {
  const decided = new Map(conditions.map((one) => [one, outcome.get(one) === true]));
  const out = new Map<Variable, Node>();
  for (const node of topological(specialize(program.graph, writes, decided).values())) {
    if (!isRoutine(node)) continue;
    const { result, operands } = routineArrays(node);
    out.set(result, node);
    operands.forEach((array, i) => node.operands[i] !== undefined && out.set(array, node.operands[i]));
  }
  return out;
}

/** What authors call the values of a plan without rules for exactness, by node: the last who names one. */
function namedValues({ program, prepared, decided }: WrittenProgram, outcome: ReadonlyMap<Node, boolean>, names: Names): Map<Node, Named> {
  const { graph, assignments, states, writes } = program;
  const measured = assignments.map(({ node }, i) => [variable('measure', String(i)), node] as const);
  const ofShape = specialize(graph, new Map(measured), decided, new FormTable(states));
  const rewritten = rewrite({ ...program, writes: new Map([...writes, ...ofShape]) }, prepared.dtype);
  const chosen = new Map(prepared.conditions.map((one) => [one, outcome.get(one) === true]));
  const values = specialize(graph, prepareRoutines(graph, rewritten, states), chosen);
  const out = new Map<Node, Named>();
  measured.forEach(([measure], i) => {
    const node = values.get(measure)!;
    const { equation, variable: lasting } = assignments[i]!;
    if (node.operands.length === 0) return;
    out.set(node, { name: names.value(equation.target.name, lasting !== undefined), equation: commented(printEquations([equation])) });
  });
  return out;
}
