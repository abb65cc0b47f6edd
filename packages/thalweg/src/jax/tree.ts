/** Trees of arrays as jax-js has them, and the names of their leaves: the keys on the way, joined by slashes. Knows no optimizer. */
import { DType, tree, type Array as JaxArray, type JsTree } from '@jax-js/jax';
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

/** Throws an ArrayError unless the leaves of a tree have these names and shapes and are in float32. */
export function checkLeaves(owner: string, leaves: ReadonlyMap<string, JaxArray>, shapes: ReadonlyMap<string, readonly number[]>): void {
  for (const [name, shape] of shapes) {
    const found = leaves.get(name);
    if (found === undefined) throw new ArrayError(owner, name, `${name} is missing in one of the trees`);
    const words = (one: readonly number[]): string => `[${one.join(', ')}]`;
    if (words(found.shape) !== words(shape))
      throw new ArrayError(owner, name, `${name} has the shape ${words(found.shape)} in one tree and ${words(shape)} in another`);
    if (found.dtype !== DType.Float32)
      throw new ArrayError(owner, name, `${name} is ${found.dtype}; parameters and gradients are float32: astype(np.float32)`);
  }
  const extra = [...leaves.keys()].find((name) => !shapes.has(name));
  if (extra !== undefined) throw new ArrayError(owner, extra, `${extra} is in one tree and not in the others`);
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
