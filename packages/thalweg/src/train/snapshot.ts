/** Copies of the parameters, independent of the optimizer's memory, and restoring them; `structuredClone` of live views does not give that. */
import { ArrayError } from '../language/run-error.ts';
import { checkArray, checkByName, type AnyArray } from './arrays.ts';
import type { Core } from './core.ts';
import { givenFor, placeOf } from './intake.ts';
import type { ArrayOf, ParameterTree, Tied, Tensor } from './tensor.ts';
import type { Named } from './views.ts';
import type { DType } from '../plan/dtype.ts';

/** Copies of the parameters by name, in their types; nested ones as `blocks.0.wq`. */
export type Snapshot<P extends ParameterTree> = CopiesOf<Named<P>>;

type CopiesOf<P> = {
  readonly [K in keyof P]: P[K] extends Tied
    ? ArrayOf<DType>
    : P[K] extends Float64Array | Tensor<'float64'>
      ? Float64Array<ArrayBuffer>
      : Float32Array<ArrayBuffer>;
};

/** Copies of all parameters; names that are tied have the same copy. */
export function snapshotOf(core: Core): Record<string, AnyArray> {
  const copies = new Map([...core.registry.places.keys()].map((name) => [name, core.named.params[name]?.slice()]));
  // Not by assignment: a parameter may have any name.
  return Object.fromEntries([...core.named.tree.names].map((name) => [name, copies.get(core.named.ownName(name))])) as Record<
    string,
    AnyArray
  >;
}

/** Sets the parameters to copies. Throws an ArrayError, with nothing changed, where they are not those of all parameters. */
export function restoreSnapshot(core: Core, snapshot: unknown): void {
  const { name: owner, registry, named } = core;
  checkByName(owner, 'copies of parameters are', snapshot);
  for (const name of Object.keys(snapshot)) {
    placeOf(core, name);
    checkArray(owner, 'copy', name, snapshot[name], named.params[name]);
  }
  const own = new Set(registry.cohorts.map(({ stepper }) => stepper.arena.buffer));
  const chosen = [...registry.places.keys()].map((name) => {
    const [first, ...others] = givenFor(core, name, snapshot) as AnyArray[];
    if (first === undefined) throw new ArrayError(owner, name, `the copy of ${name} is missing`);
    if (others.some((other) => other.some((x, i) => !Object.is(x, first[i]))))
      throw new ArrayError(owner, name, `${core.named.namesOf(name).join(' and ')} are one parameter, and their copies differ`);
    // Views of another parameter may be among them, which would be overwritten before their turn.
    return [named.params[name], own.has(first.buffer) ? first.slice() : first] as const;
  });
  for (const [view, values] of chosen) view?.set(values);
  core.roundHalves();
}
