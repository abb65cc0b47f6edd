/** The pure form: a method as jax-js's own optimizers are, functions from trees to trees. Checks arguments, and has steps traced. */
import { defaultDevice, jit, numpy as np, tree, type Array as JaxArray, type JsTree } from '@jax-js/jax';
import { checkNumber, describe, isRecord } from '../language/options.ts';
import { OptionError, ThalwegError } from '../language/error.ts';
import { UnsupportedError } from '../language/run-error.ts';
import type { Method } from '../define/method.ts';
import { TracedMethod } from './method.ts';
import { arraysIn, checkState, firstState, isUnchanged, layoutOf, numberArray, scalarTypeOf, statesIn, type Layout, type State } from './state.ts'; // prettier-ignore
import { tracedStep, type TracedHyper, type TracedInputs, type Wanted } from './trace.ts';
import { floats, isArray, like, named, type Tree } from './tree.ts';

/** What a step needs besides gradients: a number, such as `{ loss }`, or a tree with the structure of the parameters, such as `{ hessian }`. */
export type JaxInputs = Readonly<Record<string, number | Tree>>;

/**
 * A method with the interface of jax-js's own optimizers. Every function consumes its arguments, works inside `jit`, and is compiled automatically outside.
 *
 * @typeParam N - the names of the hyperparameters
 */
export interface GradientTransformation<N extends string = string> {
  /** The state before the first step: t = 0, the hyperparameters, and states of zeros. */
  readonly init: (params: Tree) => State;
  /** Returns the updates to add to the parameters (`applyUpdates`), and the new state. `params` may be omitted if the equations do not read w. */
  readonly update: <P extends Tree>(updates: P, state: State, params?: P, inputs?: JaxInputs) => [P, State];
  /** Returns the new parameters themselves, and the new state; `update` may differ from them by one unit in the last place, since it gives w′ − w. */
  readonly step: <P extends Tree>(params: P, gradients: P, state: State, inputs?: JaxInputs) => [P, State];
  /** The weights to evaluate the model at: the parameters, or what the method says, such as an average. Consumes the state, too. */
  readonly evaluate: <P extends Tree>(params: P, state: State) => P;
  /**
   * The state with other hyperparameters, in effect from the next step. Numbers are checked. The first change recompiles the step once, with
   * hyperparameters as inputs; later changes recompile nothing.
   */
  readonly withHyper: (state: State, values: Readonly<Partial<Record<N, number | JaxArray>>>) => State;
  /** Frees what the compiled functions hold, a short array each. Call it after the last step. */
  readonly dispose: () => void;
}

/**
 * A method for jax-js as pure functions on trees, with the interface of the `GradientTransformation` of `@jax-js/optax`; it works with that package's
 * `chain` and `applyUpdates`.
 *
 * Schedules are equations of t and are traced with the step. If the equations say w ← w − X, `update` returns −X, and adding it to w gives the exact step;
 * otherwise it returns w′ − w, and the sum is w′ up to one unit in the last place. Bias corrections are −expm1(t·log β).
 *
 * @param method - an optimizer, a chain, or groups, which match names made of the tree's keys, `layers/0/wq`
 * @throws OptionError for a plain function as schedule; UnsupportedError for what jax-js has no operation for: noise, and SOAP's factors
 * @example
 * ```ts
 * import { grad, jit, numpy as np, tree } from '@jax-js/jax';
 * import { adamw, warmupCosine } from 'thalweg';
 * import { gradientTransformation } from 'thalweg/jax';
 * const adam = gradientTransformation(adamw({ lr: warmupCosine({ peak: 0.1, warmup: 10, total: 100 }) }));
 * const gradient = grad((w: np.Array) => np.square(w.sub(3)).sum());
 * let w = np.array([0, 1]);
 * let state = adam.init(w.ref);
 * for (let t = 0; t < 100; t++) [w, state] = adam.step(w.ref, gradient(w), state);
 * console.log(w.js()); // near 3
 * tree.dispose(state);
 * ```
 */
export function gradientTransformation<N extends string>(method: Method<N>): GradientTransformation<N> {
  const traced = new TracedMethod(method);
  traced.checkTraceable();
  return transformationOf(traced);
}

/** The pure form of a method that can be traced. */
export function transformationOf<N extends string>(traced: TracedMethod): GradientTransformation<N> {
  const [update, step, evaluate] = [compiled(traced, 'updates'), compiled(traced, 'params'), compiled(traced, 'evaluation')];
  return {
    init: (params) => {
      const leaves = floats(traced.name, params);
      const shapes = new Map([...leaves].map(([name, { shape }]) => [name, shape]));
      const [first] = leaves.values();
      const device = first !== undefined && 'device' in first ? first.device : defaultDevice();
      // Its shaders write out again whatever is used twice.
      if (device === 'webgl') throw new UnsupportedError(traced.name, "webgl takes minutes to compile it; optimizer(method) of thalweg/jax takes it with the engine 'arena'"); // prettier-ignore
      const made = firstState(traced, traced.bind(shapes), device);
      tree.dispose(params);
      return made;
    },
    update: <P extends Tree>(updates: P, state: State, params?: P, inputs: JaxInputs = noInputs): [P, State] =>
      update.call(params, updates, state, arraysOf(traced, inputs)) as [P, State],
    step: <P extends Tree>(params: P, gradients: P, state: State, inputs: JaxInputs = noInputs): [P, State] =>
      step.call(params, gradients, state, arraysOf(traced, inputs)) as [P, State],
    evaluate: <P extends Tree>(params: P, state: State): P => {
      const [there, after] = evaluate.call(params, [], state, {}) as [P, State];
      tree.dispose(after);
      return there;
    },
    withHyper: (state, values) => withHyper(traced, state, values),
    dispose: () => {
      for (const one of [update, step, evaluate]) one.dispose();
    },
  };
}

/** A step that jax-js compiles for each set of shapes. */
interface Compiled {
  readonly call: (params: Tree | undefined, gradients: Tree, state: State, inputs: Record<string, Tree>) => [Tree, State];
  readonly dispose: () => void;
}

/**
 * A step for what is wanted. It is compiled with the method's hyperparameters as constants, and once more, with them as inputs, where a state has others or
 * nobody knows: in short arrays what a kernel reads besides costs as much as the step does. The states go in and out as a list: to take apart and put together
 * the objects in which they are shown costs jax-js several percent of a step of short arrays.
 */
function compiled(traced: TracedMethod, wanted: Wanted): Compiled {
  type Given = [params: readonly Tree[], gradients: Tree, t: JaxArray, states: JaxArray[], inputs: Record<string, Tree>];
  const numbers = Object.fromEntries(traced.numbers);
  const compile = (layout: Layout) => {
    const traces = (hyper: TracedHyper, [[params], gradients, t, states, inputs]: Given): [Tree, JaxArray, JaxArray[]] => {
      const known = params === undefined ? undefined : floats(traced.name, params);
      const kept = { t, states: statesIn(layout, states) };
      const { arrays, state } = tracedStep(traced, wanted, known, floats(traced.name, gradients), kept, hyper, inputsOf(traced, inputs));
      return [like(params ?? gradients, arrays), state.t, arraysIn(layout, state.states)!];
    };
    const constant = jit((...given: Given) => traces(numbers, given));
    const live = jit((hyper: State['hyper'], ...given: Given) => traces(hyper, given));
    return { layout, constant, live };
  };
  const made: ReturnType<typeof compile>[] = [];
  const compiledFor = (states: State['states']): [(typeof made)[number], JaxArray[]] => {
    for (const one of made) {
      const arrays = arraysIn(one.layout, states);
      if (arrays !== undefined) return [one, arrays];
    }
    const one = compile(layoutOf(traced.name, states));
    made.push(one);
    return [one, arraysIn(one.layout, states)!];
  };
  return {
    call: (params, gradients, state, inputs) => {
      checkState(traced.name, state);
      const { t, hyper, states } = state;
      const known = isUnchanged(traced, state);
      const [{ layout, constant, live }, arrays] = compiledFor(states);
      const given: Given = [params === undefined ? [] : [params], gradients, t, arrays, inputs];
      let lent: State['hyper'] | undefined;
      try {
        const [after, next, kept] = known ? constant(...given) : live((lent = tree.ref(hyper)), ...given);
        return [after, { t: next, hyper, states: statesIn(layout, kept) }];
      } catch (error) {
        // What is refused is not consumed. What was consumed before is told by its name.
        tree.dispose(lent);
        named(traced.name, { ...(params === undefined ? {} : { params }), gradients, state });
        throw error;
      }
    },
    dispose: () => {
      for (const { constant, live } of made.splice(0)) {
        constant.dispose();
        live.dispose();
      }
    },
  };
}

/** What a step is given that needs no more than gradients. */
const noInputs = {};

/** The inputs as arrays. Throws an OptionError for one that the method does not have or that is of another kind. */
function arraysOf(traced: TracedMethod, given: JaxInputs): Record<string, Tree> {
  if (given === noInputs) return {};
  const { name, inputs } = traced;
  if (!isRecord(given)) throw new ThalwegError('input', `${name}: inputs must be an object such as { loss }, not ${describe(given)}`);
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const kind = inputs.get(key);
      if (kind === undefined)
        throw new OptionError(name, key, value, `is not an input of this method; it has ${[...inputs.keys()].join(', ') || 'none'}`);
      return [key, typeof value === 'number' ? np.array(value) : value];
    }),
  );
}

function inputsOf({ name, inputs }: TracedMethod, given: Readonly<Record<string, Tree>>): TracedInputs {
  const scalars = new Map<string, JaxArray>();
  const tensors = new Map<string, ReadonlyMap<string, JaxArray>>();
  for (const [key, value] of Object.entries(given)) {
    const leaves = named(name, value);
    const [only] = leaves.values();
    if (inputs.get(key) === 'tensor') tensors.set(key, leaves);
    else if (only?.ndim === 0 && leaves.size === 1) scalars.set(key, only);
    else throw new OptionError(name, key, value, 'must be a number or a scalar array');
  }
  return { scalars, tensors };
}

function withHyper(traced: TracedMethod, state: State, values: Readonly<Record<string, number | JaxArray | undefined>>): State {
  checkState(traced.name, state);
  const given = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  for (const [key, value] of given) {
    if (!Object.hasOwn(state.hyper, key)) {
      const known = Object.keys(state.hyper).join(', ') || 'none';
      throw new OptionError(traced.name, key, value, `is not a hyperparameter of the state, which has ${known} and no schedules`);
    }
    const one = traced.hyper.find(({ name }) => name === key);
    // Of an array nobody knows the number.
    if (one !== undefined && !isArray(value)) checkNumber(traced.name, key, value, traced.rangeOf(one));
  }
  const hyper = { ...state.hyper };
  for (const [key, value] of given) {
    hyper[key]?.dispose();
    hyper[key] = typeof value === 'number' ? numberArray(value, { dtype: scalarTypeOf(state) }) : value;
  }
  return { ...state, hyper };
}

export type { JsTree };
