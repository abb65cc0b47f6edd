/**
 * Static conditions: those that only the shape of a tensor decides, such as `rank < 2`. Tensors with the same outcomes form a cohort, with a program of its
 * own that omits the branches not taken and the states that only those use.
 */
import { UnsupportedError } from '../language/run-error.ts';
import { shapeNumber } from '../language/form.ts';
import { FormTable } from '../language/form-table.ts';
import { topological, variableOf, type Node } from '../language/graph.ts';
import { isElementOp, isRoutineOp } from '../language/op.ts';
import { elements } from '../language/operations/elements.ts';
import { routines } from '../language/operations/routines.ts';
import { evaluated, type Program } from '../language/program.ts';
import { wholeState } from '../language/state.ts';
import type { Variable } from '../language/variable.ts';
import { specialize } from './specialize.ts';

/** The program that computes where to evaluate, on the memory of the program itself; undefined where that is `w`. */
export function evaluationProgram(program: Program): Program | undefined {
  if (program.evaluation === undefined) return undefined;
  return {
    ...program,
    writes: new Map([[evaluated, program.evaluation]]),
    states: new Map(program.states).set(evaluated, wholeState('exact')),
  };
}

/** Tensors that share a program, by name in the order given. */
export interface Cohort {
  readonly program: Program;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The conditions on the shape by which it differs from others, with their outcomes. */
  readonly decided: ReadonlyMap<Node, boolean>;
}

/** Splits tensors by the outcomes of the program's static conditions. Throws an UnsupportedError for a vector that would need a matrix. */
export function cohorts(program: Program, shapes: ReadonlyMap<string, readonly number[]>): Cohort[] {
  const { conditions, nodes } = staticConditions(program);
  const split = new Map<string, { readonly outcomes: readonly boolean[]; readonly shapes: Map<string, readonly number[]> }>();
  for (const [name, shape] of shapes) {
    const values = evaluate(nodes, shape);
    const outcomes = conditions.map((condition) => values.get(condition) !== 0);
    const key = outcomes.map(Number).join('');
    const cohort = split.get(key) ?? { outcomes, shapes: new Map<string, readonly number[]>() };
    split.set(key, cohort);
    cohort.shapes.set(name, shape);
  }
  return [...split.values()].map((cohort) => {
    const decided = new Map(conditions.map((condition, i) => [condition, cohort.outcomes[i] ?? false]));
    const made =
      decided.size === 0
        ? program
        : without(program, specialize(program.graph, everything(program), decided, new FormTable(program.states)));
    checkRanks(made, cohort.shapes);
    return { program: made, shapes: cohort.shapes, decided };
  });
}

/** Conditions on the shape alone whose branches differ in more than a number that the shape gives, and all nodes that the shape decides. */
function staticConditions(program: Program): { readonly conditions: readonly Node[]; readonly nodes: readonly Node[] } {
  const fixed = new Set<Node>();
  const found = new Set<Node>();
  for (const node of topological(everything(program).values())) {
    const [condition] = node.operands;
    if (node.op === 'const' || node.op === 'shape' || (isElementOp(node.op) && node.operands.every((operand) => fixed.has(operand))))
      fixed.add(node);
    else if (node.op === 'select' && condition !== undefined && fixed.has(condition)) found.add(condition);
  }
  return { conditions: [...found], nodes: [...fixed] };
}

/** The values that a shape gives to nodes, which stand in order. */
function evaluate(nodes: readonly Node[], shape: readonly number[]): Map<Node, number> {
  const values = new Map<Node, number>();
  for (const node of nodes) {
    const [a = 0, b = 0, c = 0] = node.operands.map((operand) => values.get(operand) ?? 0);
    if (node.op === 'shape') values.set(node, shapeNumber(String(node.attribute), shape));
    else values.set(node, isElementOp(node.op) ? elements[node.op].value(a, b, c) : Number(node.attribute));
  }
  return values;
}

/** What a program computes, in a step and between steps. */
function everything({ writes, evaluation }: Program): Map<Variable, Node> {
  return evaluation === undefined ? new Map(writes) : new Map(writes).set(evaluated, evaluation);
}

/** The program with these writes, less the states that are never read and never change. */
function without(program: Program, writes: ReadonlyMap<Variable, Node>): Program {
  const idle = new Set(
    [...writes].filter(([written, node]) => node.op === 'state' && variableOf(node) === written).map(([state]) => state),
  );
  const others = [...writes].filter(([written]) => !idle.has(written)).map(([, node]) => node);
  for (const read of topological(others).map(variableOf)) if (read !== undefined) idle.delete(read);
  const kept = <T>(map: ReadonlyMap<Variable, T>): Map<Variable, T> => new Map([...map].filter(([one]) => !idle.has(one)));
  const stepped = kept(writes);
  const evaluation = stepped.get(evaluated);
  stepped.delete(evaluated);
  return { ...program, writes: stepped, states: kept(program.states), evaluation };
}

function checkRanks(program: Program, shapes: ReadonlyMap<string, readonly number[]>): void {
  const used = topological(program.writes.values()).map((node) => node.op);
  if (!used.some((op) => isRoutineOp(op) && routines[op].ofVectors === undefined)) return;
  for (const [name, shape] of shapes) {
    if (shape.length >= 2) continue;
    const problem = `${name} has the shape [${shape.join(', ')}], and these equations are for matrices; give it to another optimizer with groups`;
    throw new UnsupportedError(program.name, problem);
  }
}
