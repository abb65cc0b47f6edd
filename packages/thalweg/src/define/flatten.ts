/** One list of equations of all parts of a group, for targets that write a step as one function. Knows what `inspect` tells. */
import { nameNode, renameNames, type Equation } from '../language/tree.ts';
import type { InspectedGroup } from './inspection.ts';

/**
 * The equations of all parts in order, every name by the spelling that no other has, so that states of one name in two parts stay apart.
 *
 * @example
 * ```ts
 * import { adam, chain, flatten, inspect, printEquations, sgd } from 'thalweg';
 * printEquations(flatten(inspect(chain(sgd({ momentum: 0.9 }), adam())).groups[0]!)); // v ← …, and the v of Adam is v2
 * ```
 */
export function flatten({ parts }: InspectedGroup): Equation[] {
  return parts.flatMap(({ equations, symbols }) =>
    renameNames(
      equations.map(({ equation }) => equation),
      new Map([...symbols].map(([name, { unique, written }]) => [name, nameNode(unique, unique === name ? written : unique)])),
    ),
  );
}
