/**
 * A number that depends on t alone, such as a schedule, as a function: its nodes in order, each computed from earlier ones as `operations/` defines. Knows
 * graphs; nothing of plans.
 */
import { topological, type Node } from './graph.ts';
import { isElementOp } from './op.ts';
import { elements } from './operations/elements.ts';

/** The function of t that a node stands for. Throws a RangeError for a node that depends on anything else. */
export function functionOfTime(value: Node): (t: number) => number {
  const nodes = topological([value]);
  const place = new Map(nodes.map((node, i) => [node, i]));
  const values = new Float64Array(nodes.length);
  const steps = nodes.flatMap((node, out) => {
    if (node.op === 'time') return [(t: number) => void (values[out] = t)];
    if (node.op === 'const') {
      values[out] = Number(node.attribute);
      return [];
    }
    if (!isElementOp(node.op)) throw new RangeError(`${node.op} is no function of t`);
    const apply = elements[node.op].value;
    const [a = 0, b = 0, c = 0] = node.operands.map((operand) => place.get(operand));
    return [() => void (values[out] = apply(values[a]!, values[b]!, values[c]!))];
  });
  return (t) => {
    for (const step of steps) step(t);
    return values[nodes.length - 1]!;
  };
}
