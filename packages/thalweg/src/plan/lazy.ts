/**
 * Which programs may step some rows of a table and leave the others alone. A step of the rows that have a gradient must not depend on the
 * others: a sum over the table has to be one over those rows, and a state's first value has to be there whenever a row is first named.
 */
import { isReduction, isRoutine, topological, type Node } from '../language/graph.ts';
import { KindTable } from '../language/kind.ts';
import type { Program } from '../language/program.ts';

/** What forbids stepping rows alone, to be read after the name of a parameter; undefined where nothing does. */
export function whyNotLazy(program: Program): string | undefined {
  if (program.evaluation !== undefined) return 'is evaluated at another point than it is trained at, which takes every row';
  if (program.inputs.some(({ kind }) => kind === 'tensor')) return 'needs an input of the size of the parameter';
  const nodes = topological(lasting(program).map(([, node]) => node));
  if (nodes.some(isRoutine)) return 'has operations on whole matrices, or noise by place, in its equations';
  const table = new KindTable(program.states);
  const first = new Set(firstValues(program).values());
  const early = nodes.some((node) => isFirstStep(node) && ['tensor', 'array'].includes(table.of(node)) && !first.has(node.operands[1]!));
  if (early) return 'is stepped differently at t = 1, and a row may be named later for the first time';
  const vanishing = new Map<Node, boolean>();
  for (const node of nodes)
    vanishing.set(
      node,
      vanishes(node, (operand) => vanishing.get(operand) === true),
    );
  const blind = nodes.some((node) => isReduction(node) && vanishing.get(node) !== true);
  return blind ? 'has a norm or sum in its equations that includes elements without a gradient' : undefined;
}

/** The program that gives every state of a table its first value, on whole tables; the states that start at zero need none. */
export function firstProgram(program: Program): Program {
  return { ...program, inputs: [], writes: firstValues(program), evaluation: undefined };
}

/** What is written and lasts: not what a step only tells. */
function lasting({ writes, states }: Program): [string, Node][] {
  return [...writes].filter(([name]) => name === 'w' || states.has(name));
}

/** The states' first values: what stands for a state at t = 1 and depends on no step. */
function firstValues(program: Program): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const node of topological(lasting(program).map(([, node]) => node))) {
    const [, value, state] = node.operands;
    if (!isFirstStep(node) || value === undefined || state?.op !== 'state' || program.states.get(String(state.attribute)) !== 'array')
      continue;
    const given = topological([value]);
    const reads = given.some(({ op, attribute }) => op === 'state' || op === 'input' || (op === 'array' && attribute !== 'w'));
    if (!reads && !given.some(isReduction)) found.set(String(state.attribute), value);
  }
  return found;
}

/** Whether a node is `t == 1 ? a : b`, or the like with another number. */
function isFirstStep({ op, operands: [condition] }: Node): boolean {
  return op === 'select' && condition?.op === 'eq' && condition.operands.some((operand) => operand.op === 'time');
}

/** Whether a node is 0 where g is, if those operands are that `are` says so. */
function vanishes({ op, operands, attribute }: Node, are: (operand: Node) => boolean): boolean {
  switch (op) {
    case 'array':
      return attribute === 'g';
    case 'mul':
    case 'dot':
      return operands.some(are);
    case 'div':
      return operands[0] !== undefined && are(operands[0]);
    case 'select':
      return operands.slice(1).every(are);
    case 'add':
    case 'sub':
    case 'min':
    case 'max':
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'sign':
    case 'sum':
      return operands.every(are);
    case 'const':
      return attribute === 0;
    default:
      return false;
  }
}
