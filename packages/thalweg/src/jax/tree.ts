/** Trees of jax-js arrays, and the names of their leaves: the keys of the path, joined by slashes. Knows no optimizer. */
import { DType, tree, type Array as JaxArray, type JsTree } from '@jax-js/jax';
import { describe } from '../language/options.ts';
import { ArrayError } from '../language/run-error.ts';

/** A tree of arrays: objects and lists, nested to any depth. */
export type Tree = JsTree<JaxArray>;

/** What a parameter is called that is no part of a tree. */
const alone = 'w';

/**
 * The leaves of a tree by name, in order. Throws an ArrayError for a leaf that is no array, or none any more since a call consumed it, and where two have one
 * name, which a slash in a key can bring about.
 */
export function named(owner: string, whole: Tree): Map<string, JaxArray> {
  const leaves = new Map<string, JaxArray>();
  const visit = (one: Tree, name: string): void => {
    const below = (key: string): string => (name === '' ? key : `${name}/${key}`);
    const fault = (problem: string): ArrayError => new ArrayError(owner, name, `${name === '' ? alone : name} ${problem}`);
    if (isList(one))
      one.forEach((part, i) => visit(part, below(String(i)))); // prettier-ignore
    else if (isBranch(one)) for (const [key, part] of Object.entries(one)) visit(part, below(key));
    else if (leaves.has(name))
      throw new ArrayError(owner, name, `two arrays of the tree are called ${name}; leave slashes out of its keys`);
    else if (!isArray(one)) throw fault(`is ${describe(one)}, not an array of jax-js: np.array(…)`);
    else if (one.refCount === 0)
      throw fault('was consumed by an earlier call; pass array.ref or tree.ref(…) to that call, or use what it returned'); // prettier-ignore
    else leaves.set(name === '' ? alone : name, one);
  };
  visit(whole, '');
  return leaves;
}

/** The leaves of a tree of parameters or gradients. Throws an ArrayError unless they are in float32. */
export function floats(owner: string, whole: Tree): Map<string, JaxArray> {
  const leaves = named(owner, whole);
  for (const [name, one] of leaves) checkFloat(owner, name, one);
  return leaves;
}

/** Throws an ArrayError unless an array is in float32. */
export function checkFloat(owner: string, name: string, { dtype }: JaxArray): void {
  if (dtype === DType.Float32) return;
  throw new ArrayError(owner, name, `${name} is ${dtype}; parameters and gradients must be float32: astype(np.float32)`);
}

/** Throws an ArrayError unless the leaves of a tree have these names and shapes. */
export function checkLeaves(owner: string, leaves: ReadonlyMap<string, JaxArray>, shapes: ReadonlyMap<string, readonly number[]>): void {
  for (const [name, shape] of shapes) {
    const found = leaves.get(name);
    if (found === undefined)
      throw new ArrayError(
        owner,
        name,
        `${name} is missing in one of the trees, which has ${[...leaves.keys()].join(', ') || 'no arrays'}`,
      );
    checkShape(owner, name, found, shape);
  }
  const extra = [...leaves.keys()].find((name) => !shapes.has(name));
  if (extra !== undefined) throw new ArrayError(owner, extra, `${extra} is in one tree and not in the others`);
}

/** Throws an ArrayError unless an array of a tree has the shape that it has in another. */
export function checkShape(owner: string, name: string, { shape: found }: JaxArray, shape: readonly number[]): void {
  const words = (one: readonly number[]): string => `[${one.join(', ')}]`;
  if (words(found) !== words(shape))
    throw new ArrayError(owner, name, `${name} has the shape ${words(found)} in one tree and ${words(shape)} in another`);
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

/** Whether a value is an array of jax-js, traced or not. */
export function isArray(value: unknown): value is JaxArray {
  return typeof value === 'object' && value !== null && 'ref' in value && 'dtype' in value;
}

// What jax-js itself takes for inner nodes of a tree.
function isList(one: Tree): one is Tree[] {
  return Array.isArray(one);
}

function isBranch(one: unknown): one is Record<string, Tree> {
  return typeof one === 'object' && one !== null && one.constructor === Object;
}
