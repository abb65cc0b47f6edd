/** All equations of a group as one list, for targets that write a step as one function. Works on the result of `inspect`. */
import { isRecord, wrongOption } from '../language/options.ts';
import { nameNode, renameNames, type Equation } from '../language/tree.ts';
import type { InspectedGroup } from './inspection.ts';

const isMap = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Map]';

/**
 * All equations of a group, part by part, in which every name is replaced by its `unique` spelling, so that states with one name in two parts stay
 * distinct.
 *
 * @example
 * ```ts
 * import { adam, chain, flatten, inspect, printEquations, sgd } from 'thalweg';
 * printEquations(flatten(inspect(chain(sgd({ momentum: 0.9 }), adam())).groups[0]!)); // v ← …, and the v of Adam is v2
 * ```
 */
export function flatten(group: InspectedGroup): Equation[] {
  if (!isGroup(group)) wrongOption('flatten', 'group', group, 'a group of an inspection, inspect(method).groups[0]');
  return group.parts.flatMap(({ equations, symbols }) =>
    renameNames(
      equations.map(({ equation }) => equation),
      new Map([...symbols].map(([name, { unique, written }]) => [name, nameNode(unique, unique === name ? written : unique)])),
    ),
  );
}

function isGroup(value: unknown): value is InspectedGroup {
  const isPart = (part: unknown): boolean => isRecord(part) && Array.isArray(part['equations']) && isMap(part['symbols']);
  return isRecord(value) && Array.isArray(value['parts']) && value['parts'].every(isPart);
}
