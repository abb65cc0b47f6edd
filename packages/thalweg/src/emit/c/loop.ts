/** A pass as one readable loop: values that the author named or that are used twice by their names, everything else where it is used. */
import type { Graph, Node } from '../../language/graph.ts';
import { isElementOp } from '../../language/op.ts';
import type { Pass } from '../../plan/passes.ts';
import { indented, typeOf, type Helpers } from '../../targets/loops/c/source.ts';
import { atom, number, operation, wideProduct, type Expression } from './expression.ts';

/** What a loop is told of the step that it is in. */
export interface LoopNames {
  readonly helpers: Helpers;
  /** What an array is called. */
  readonly array: (index: number) => string;
  /** The number that a scalar of the pass stands for. */
  readonly scalar: (node: Node) => Expression;
  /** The same rounded to float32; declared among `before` unless it stands outside of all loops. */
  readonly constant: (node: Node, before: string[]) => Expression;
  /** What the author calls a value, and the equation that it is from. */
  readonly named: (node: Node) => { readonly name: string; readonly equation: string } | undefined;
  /** A name that nothing else has. */
  readonly free: (wanted: string) => string;
  /** The variable that a sum is added to. */
  readonly sum: (node: Node) => string;
}

/** The loop over the elements of the tensor at hand, of which there are `size`. */
export function readableLoop({ kernel, scalars, sums, arrays }: Pass, graph: Graph, names: LoopNames, size: string): string[] {
  const type = typeOf[kernel.dtype];
  const { code } = kernel;
  const uses = new Map<number, number>();
  for (const one of code) {
    const operands = 'operands' in one ? one.operands : 'operand' in one ? [one.operand] : [];
    for (const operand of operands) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  }
  const stored = new Set(code.flatMap((one) => (one.op === 'store' ? [one.array] : [])));
  const values: Expression[] = [];
  const nodes: (Node | undefined)[] = [];
  const before: string[] = [];
  const body: string[] = [];
  const stores: string[] = [];
  code.forEach((one, i) => {
    const value = (operand: number): Expression => values[operand]!;
    const keep = (expression: Expression, node: Node | undefined, declared: boolean): void => {
      const known = node === undefined ? undefined : names.named(node);
      [nodes[i], values[i]] = [node, expression];
      if (known === undefined && !declared) return;
      const name = names.free(known?.name ?? 'x');
      if (known !== undefined) body.push(`/* ${known.equation} */`);
      body.push(`const ${type} ${name} = ${expression.text};`);
      values[i] = atom(name);
    };
    if (one.op === 'load') {
      const variable = arrays[one.array]!;
      const node = graph.variable(variable.role === 'state' ? 'state' : 'array', variable);
      [nodes[i], values[i]] = [node, atom(`${names.array(one.array)}[i]`)];
    } else if (one.op === 'const') {
      [nodes[i], values[i]] = [graph.constant(one.value), number(one.value, type)];
    } else if (one.op === 'scalar') {
      const node = scalars[one.scalar]!;
      nodes[i] = node;
      values[i] = type === 'double' ? names.scalar(node) : names.constant(node, before);
    } else if (one.op === 'store') {
      const { text } = value(one.operand);
      // What is stored may not be read from what another store has overwritten.
      const reads = [...stored].some((array) => array !== one.array && text.includes(`${names.array(array)}[i]`));
      const kept = reads ? names.free(`new_${names.array(one.array)}`) : text;
      if (reads) body.push(`const ${type} ${kept} = ${text};`);
      stores.push(`${names.array(one.array)}[i] = ${kept};`);
    } else if ('sum' in one) {
      const [a, b] = one.operands.map(value);
      body.push(`${names.sum(sums[one.sum]!)} += ${b === undefined ? a!.text : wideProduct(a!, b, type).text};`);
    } else if (isElementOp(one.op)) {
      const operands = one.operands.map((operand) => nodes[operand]);
      const node = operands.every((operand) => operand !== undefined) ? graph.node(one.op, operands) : undefined;
      const isCondition = code.some((other) => other.op === 'select' && other.operands[0] === i);
      const several = (uses.get(i) ?? 0) > 1 && !isCondition;
      keep(operation(one.op, one.operands.map(value), type, names.helpers), node, several);
    }
  });
  const pointers = arrays.map((_, i) => `${stored.has(i) ? '' : 'const '}${type} *${names.array(i)} = x->${names.array(i)};`);
  return [...before, ...pointers, `for (size_t i = 0; i < ${size}; i++) {`, ...indented([...body, ...stores]), '}'];
}
