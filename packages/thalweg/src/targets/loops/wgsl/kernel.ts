/**
 * Kernels to statements of WGSL, with the author's names: what an equation assigns is a `let` of its own with the equation beside it, what is used
 * once stands where it is used, and anything else has a number. Pure: a pass and names in, lines out.
 */
import type { Graph, Node } from '../../../language/graph.ts';
import { isComparison, isElementOp } from '../../../language/op.ts';
import type { Variable } from '../../../language/variable.ts';
import type { Instruction } from '../../../plan/kernel.ts';
import type { Pass } from '../../../plan/passes.ts';
import { atom, type Term } from './notation.ts';
import { expressions } from './language.ts';

/** What things are called in a file. */
export interface Naming {
  /** The buffer of an array, and what its element is called. */
  readonly buffer: (array: Variable) => { readonly id: string; readonly element: string };
  /** A number of the step. */
  readonly scalar: (node: Node) => Term;
  /** What an equation assigns, and the equation; undefined for what none does. */
  readonly assigned: (node: Node) => { readonly id: string; readonly equation: string } | undefined;
  /** A name for what has none. */
  readonly fresh: () => string;
}

/** The body of a kernel for element `i`: statements, then the terms of its sums, then its stores. */
export interface Body {
  readonly lines: readonly string[];
  readonly sums: readonly string[];
  readonly stores: readonly string[];
}

/** The nodes that the instructions of a pass compute; `left` are the values that earlier passes left in arrays. */
function nodesOf(graph: Graph, { kernel, arrays, scalars }: Pass, left: ReadonlyMap<Variable, Node>): (Node | undefined)[] {
  const nodes: (Node | undefined)[] = [];
  for (const one of kernel.code) {
    const node = (): Node | undefined => {
      if (one.op === 'load') {
        const array = arrays[one.array]!;
        return left.get(array) ?? graph.variable(array.role === 'state' ? 'state' : 'array', array);
      }
      if (one.op === 'scalar') return scalars[one.scalar];
      if (one.op === 'const') return graph.constant(one.value);
      if (!isElementOp(one.op) || !('operands' in one)) return undefined;
      const operands = one.operands.map((operand) => nodes[operand]);
      return operands.every((operand) => operand !== undefined) ? graph.node(one.op, operands) : undefined;
    };
    nodes.push(node());
  }
  return nodes;
}

/** Writes the body of a pass, and notes in `left` what it leaves in arrays. */
export function writeBody(graph: Graph, pass: Pass, left: Map<Variable, Node>, naming: Naming): Body {
  const { code } = pass.kernel;
  const nodes = nodesOf(graph, pass, left);
  const uses = new Map<number, number>();
  for (const one of code) for (const operand of operandsOf(one)) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  const values: Term[] = [];
  const [lines, sums, stores]: [string[], string[], string[]] = [[], [], []];
  code.forEach((one, index) => {
    values[index] = atom('');
    const bind = (term: Term, id: string, comment = ''): void => {
      lines.push(`let ${id} = ${term.text};${comment}`);
      values[index] = atom(id);
    };
    if (one.op === 'load') {
      const { id, element } = naming.buffer(pass.arrays[one.array]!);
      bind(atom(`${id}[i]`), element);
    } else if (one.op === 'scalar') values[index] = naming.scalar(pass.scalars[one.scalar]!);
    else if (one.op === 'const') values[index] = expressions.constant(one.value);
    else if (one.op === 'store') {
      const array = pass.arrays[one.array]!;
      stores.push(`${naming.buffer(array).id}[i] = ${values[one.operand]!.text};`);
      const node = nodes[one.operand];
      if (node !== undefined) left.set(array, node);
    } else if ('sum' in one) {
      const [a, b] = one.operands.map((operand) => values[operand]!);
      sums[one.sum] = b === undefined ? a!.text : expressions.operation('mul', [a!, b]).text;
    } else {
      const term = expressions.operation(one.op, one.operands.map((operand) => values[operand]!)); // prettier-ignore
      const node = nodes[index];
      const assigned = node === undefined ? undefined : naming.assigned(node);
      if (assigned !== undefined && !isComparison(one.op)) bind(term, assigned.id, ` // ${assigned.equation}`);
      else if ((uses.get(index) ?? 0) > 1) bind(term, naming.fresh());
      else values[index] = term;
    }
  });
  return { lines, sums, stores };
}

function operandsOf(one: Instruction): readonly number[] {
  return 'operands' in one ? one.operands : one.op === 'store' ? [one.operand] : [];
}
