/** Trees of arrays as jax-js has them, and the names of their leaves: the keys on the way, joined by slashes. Knows no optimizer. */
import { tree, type Array as JaxArray, type JsTree } from '@jax-js/jax';
import { ArrayError } from '../language/run-error.ts';

/** A tree of arrays: objects and lists, nested as one likes. */
export type Tree = JsTree<JaxArray>;

/** What a parameter is called that is no part of a tree. */
const alone = 'w';

/** The leaves of a tree by name, in order. Throws an ArrayError where two have one name, which a slash in a key can bring about. */
export function named<T>(owner: string, whole: JsTree<T>): Map<string, T> {
  const leaves = new Map<string, T>();
  const visit = (one: JsTree<T>, name: string): void => {
    const below = (key: string): string => (name === '' ? key : `${name}/${key}`);
    if (isList(one))
      one.forEach((part, i) => visit(part, below(String(i)))); // prettier-ignore
    else if (isBranch(one)) for (const [key, part] of Object.entries(one)) visit(part, below(key));
    else if (leaves.has(name))
      throw new ArrayError(owner, name, `two arrays of the tree are called ${name}; leave slashes out of its keys`);
    else leaves.set(name === '' ? alone : name, one);
  };
  visit(whole, '');
  return leaves;
}

/** What makes trees that are nested like this one of leaves in order. */
export function nesting<P extends Tree>(given: P): (leaves: readonly JaxArray[]) => P {
  const structure = tree.structure<JaxArray>(given);
  return (leaves) => tree.unflatten(structure, leaves) as P;
}

/** A tree that is nested like another, with these leaves in order. */
export function like<P extends Tree>(given: P, leaves: readonly JaxArray[]): P {
  return nesting(given)(leaves);
}

// What jax-js itself takes for inner nodes of a tree.
function isList<T>(one: JsTree<T>): one is JsTree<T>[] {
  return Array.isArray(one);
}

function isBranch<T>(one: JsTree<T>): one is Record<string, JsTree<T>> {
  return typeof one === 'object' && one !== null && one.constructor === Object;
}
