/**
 * Parameters in nested objects and arrays: each is named by the keys that lead to it, joined by dots, `blocks.0.wq`. Knows no optimizer, and of parameters
 * only how to tell them from objects that contain some.
 */
import { ArrayError } from '../language/run-error.ts';
import { isKind } from '../language/brand.ts';
import { describe, isRecord } from '../language/options.ts';

/** The keys that lead to a parameter; a number is an index of an array. */
export type Path = readonly (string | number)[];

/** What was given under a name. */
export interface Leaf {
  readonly path: Path;
  readonly value: unknown;
}

/** Levels that a structure may have; a hostile one is refused before it overflows the stack. */
const deepest = 64;

/** Parameters by name. Throws an ArrayError for what holds itself, for what holds nothing, for a hole, and where two have one name. */
export function leavesOf(owner: string, given: Readonly<Record<string, unknown>>): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const branches = new Set<string>();
  const around = new Set<object>([given]);
  const take = (name: string, path: Path, value: unknown): void => {
    // An object of views would take it for its prototype.
    if (path.at(-1) === '__proto__') throw new ArrayError(owner, name, '__proto__ cannot be the name of a parameter');
    if (leaves.has(name) || branches.has(name)) throw new ArrayError(owner, name, `two entries are called ${name}: ${twice}`);
    if (!isBranch(owner, name, value)) {
      leaves.set(name, { path, value });
      return;
    }
    if (around.has(value)) throw new ArrayError(owner, name, `${name} contains itself`);
    if (path.length >= deepest)
      throw new ArrayError(owner, name, `${name.slice(0, 40)}… is nested more than ${String(deepest)} levels deep`);
    branches.add(name);
    around.add(value);
    const keys: (string | number)[] = Array.isArray(value) ? Array.from(value, (_, i) => i) : Object.keys(value);
    if (keys.length === 0) throw new ArrayError(owner, name, `${name} is empty, so there are no parameters in it to train; leave it out`);
    for (const key of keys) {
      if (!Object.hasOwn(value, key)) throw new ArrayError(owner, `${name}.${String(key)}`, `${name} has no element at ${String(key)}`);
      take(`${name}.${String(key)}`, [...path, key], Reflect.get(value, key));
    }
    around.delete(value);
  };
  for (const [key, value] of Object.entries(given)) take(key, [key], value);
  return leaves;
}

/** What to say where two things have one name. */
export const twice = 'keys with dots, as in { a: { b }, "a.b": … }, must not give the same name';

/** Whether a value holds parameters and is none itself. Throws an ArrayError for objects that could be meant as either. */
function isBranch(owner: string, name: string, value: unknown): value is Readonly<Record<string, unknown>> | readonly unknown[] {
  // A list of numbers is meant as a parameter, and refused as one.
  if (Array.isArray(value)) return value.length === 0 || typeof value[0] === 'object';
  if (!isRecord(value) || isKind(value, 'tensor') || isKind(value, 'tied')) return false;
  const { shape } = value;
  if (Array.isArray(shape) && shape.every((size) => typeof size === 'number') && 'dtype' in value) {
    const problem = `${name} is ${describe(value)} with a shape and a dtype, an array of another library; give tensor(shape, { values }) with its numbers in a Float32Array`;
    throw new ArrayError(owner, name, problem);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  throw new ArrayError(owner, name, `${name} is ${describe(value)}; parameters are nested in plain objects and arrays: { ...${name} }`);
}
