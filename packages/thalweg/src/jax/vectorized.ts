/** One step for several values of a hyperparameter at once, by jax-js's vmap. Knows the pure form and trees. */
import { jit, numpy as np, tree, vmap, type Array as JaxArray } from '@jax-js/jax';
import { OptionError } from '../language/error.ts';
import { checkNumber, isRecord } from '../language/options.ts';
import type { Method } from '../define/method.ts';
import { TracedMethod } from './method.ts';
import { scalarTypeOf, type State } from './state.ts';
import { transformationOf, type JaxInputs } from './transformation.ts';
import { like, type Tree } from './tree.ts';

/** A method with several values of its hyperparameters. Every array has a leading axis for them: parameters, gradients and states. */
export interface Vectorized {
  /** The number of values. */
  readonly size: number;
  /** The parameters, repeated for each value, and the state before the first step. Consumes its arguments. */
  readonly init: <P extends Tree>(params: P) => [P, State];
  /** The parameters after a step. Consumes its arguments. */
  readonly step: <P extends Tree>(params: P, gradients: P, state: State, inputs?: JaxInputs) => [P, State];
  /** The weights to evaluate the model at. */
  readonly evaluate: <P extends Tree>(params: P, state: State) => P;
  /** Frees what the compiled functions hold. */
  readonly dispose: () => void;
}

/**
 * A method for several values of a hyperparameter at once, such as learning rates to choose from. Each run takes the same steps as alone (bit for bit,
 * except for the order of summation in sums and matrix products), and all of them share every kernel. With gradients from `vmap` of the model, a search
 * over learning rates of a small model costs little more than one run.
 *
 * @param method - the method
 * @param values - lists of one length, by the names of hyperparameters that are numbers
 * @throws OptionError for a name that the method does not have, a value out of range, and lists of several lengths
 * @example
 * ```ts
 * import { grad, numpy as np, tree, vmap } from '@jax-js/jax';
 * import { adam } from 'thalweg';
 * import { vectorized } from 'thalweg/jax';
 * const rates = vectorized(adam(), { lr: [0.001, 0.01, 0.1] });
 * const gradients = vmap(grad((w: np.Array) => np.square(w.sub(3)).sum()));
 * let [w, state] = rates.init(np.zeros([2]));
 * for (let t = 0; t < 20; t++) [w, state] = rates.step(w.ref, gradients(w), state);
 * console.log(w.js()); // three rows, the last one nearest to 3
 * tree.dispose(state);
 * ```
 */
export function vectorized<N extends string>(method: Method<N>, values: Readonly<Partial<Record<N, readonly number[]>>>): Vectorized {
  const traced = new TracedMethod(method);
  traced.checkTraceable();
  const form = transformationOf(traced);
  const given: unknown = values;
  const lists = isRecord(given) ? Object.entries(given) : [];
  const size = lists.map(([, list]) => (Array.isArray(list) ? list.length : 0)).reduce((a, b) => Math.max(a, b), 0);
  if (size === 0)
    throw new OptionError(method.name, 'values', values, 'must have a list of numbers for a hyperparameter, { lr: [0.01, 0.1] }');
  const numbers = lists.map(([name, list]) => [name, checked(traced, name, list, size)] as const);
  const step = jit(vmap((params: Tree, gradients: Tree, state: State, inputs: Record<string, Tree>) => form.step(params, gradients, state, inputs))); // prettier-ignore
  const evaluate = jit(vmap((params: Tree, state: State) => form.evaluate(params, state)));
  const repeated = (one: JaxArray): JaxArray => np.broadcastTo(one, [size, ...one.shape]);
  return {
    size,
    init: <P extends Tree>(params: P): [P, State] => {
      const state = form.init(tree.ref(params));
      const type = scalarTypeOf(state);
      const all = like(state, tree.leaves<JaxArray>(state).map(repeated));
      const hyper = { ...all.hyper };
      for (const [name, list] of numbers) {
        hyper[name]?.dispose();
        hyper[name] = np.array([...list], { dtype: type });
      }
      return [like(params, tree.leaves<JaxArray>(params).map(repeated)), { ...all, hyper }];
    },
    step: <P extends Tree>(params: P, gradients: P, state: State, inputs: JaxInputs = {}): [P, State] => {
      const mapped = Object.entries(inputs).map(([name, one]) => [name, typeof one === 'number' ? repeated(np.array(one)) : one] as const);
      return step(params, gradients, state, Object.fromEntries(mapped)) as [P, State];
    },
    evaluate: <P extends Tree>(params: P, state: State): P => evaluate(params, state) as P,
    dispose: () => {
      for (const compiled of [step, evaluate, form]) compiled.dispose();
    },
  };
}

function checked(traced: TracedMethod, name: string, list: unknown, size: number): readonly number[] {
  const one = traced.hyper.find((hyper) => hyper.name === name);
  const live = traced.hyper.filter((hyper) => typeof hyper.value === 'number' && !traced.isCount(hyper)).map((hyper) => hyper.name);
  if (one === undefined || !live.includes(name))
    throw new OptionError(traced.name, name, list, `is not a hyperparameter that can have several values; those are ${live.join(', ') || 'none'}`); // prettier-ignore
  if (!Array.isArray(list) || list.length !== size)
    throw new OptionError(traced.name, name, list, `must be a list of ${String(size)} numbers, as many as the others have`);
  const range = traced.rangeOf(one);
  return list.map((value: unknown) => {
    checkNumber(traced.name, name, value, range);
    return Number(value);
  });
}
