/** The state of a pure transformation: a tree of arrays that jax-js's own functions can map over. Knows how it starts; takes no step. */
import { defaultDevice, DType, numpy as np, type Array as JaxArray, type Device } from '@jax-js/jax';
import { ArrayError } from '../language/run-error.ts';
import { wholeForm } from '../language/form.ts';
import type { Variable } from '../language/variable.ts';
import type { ScalarType } from '../targets/arrays/jax.ts';
import { shapeIn } from '../targets/arrays/shape.ts';
import { describe, isRecord } from '../language/options.ts';
import type { BoundCohort, TracedMethod } from './method.ts';
import { checkShape } from './tree.ts';

/** What a pure transformation keeps between steps: a tree of arrays, which can be traced, mapped over and saved like any other. */
export type State = {
  /** The number of steps taken: float64 where the device has it, an integer elsewhere. */
  readonly t: JaxArray;
  /** The hyperparameters that are numbers, as the next step uses them. */
  readonly hyper: Readonly<Record<string, JaxArray>>;
  /** The states of the equations, each by parameter. A number per group is stored under `value`, or under the group's name if there are several groups. */
  readonly states: Readonly<Record<string, Readonly<Record<string, JaxArray>>>>;
};

/** The part of a state that a step changes. */
export type Kept = Omit<State, 'hyper'>;

/** The numbers of which arrays were made here. Arrays do not change, so each is its number for good. */
const numbers = new WeakMap<JaxArray, number>();

/** A hyperparameter as an array, whose number is known from here on. */
export function numberArray(value: number, options: { readonly dtype: ScalarType; readonly device?: Device }): JaxArray {
  const made = np.array(value, options);
  numbers.set(made, value);
  return made;
}

/** Whether the hyperparameters are known to be the method's numbers. In float64 alone: there 1 − β is the same on the host and on the device. */
export function isUnchanged(method: TracedMethod, { t, hyper }: State): boolean {
  if (t.dtype !== DType.Float64) return false;
  let count = 0;
  for (const name in hyper) {
    const value = numbers.get(hyper[name]!);
    if (value === undefined || !Object.is(value, method.numbers.get(name))) return false;
    count += 1;
  }
  return count === method.numbers.size;
}

/** What the factor of a hyperparameter's schedule is called in a state, where it is put there for each step. */
export function factorOf(name: string): string {
  return `${name}, factor`;
}

/** The type of numbers of the step on a device. */
export function scalarTypeOn(device: Device): ScalarType {
  return device === 'cpu' || device === 'wasm' ? DType.Float64 : DType.Float32;
}

/** The type of numbers of the step in a state. */
export function scalarTypeOf({ t }: Kept): ScalarType {
  return t.dtype === DType.Float64 ? DType.Float64 : DType.Float32;
}

/** Where a state of a cohort stands in the tree: an entry for each tensor, or one. */
export function entriesOf({ groups }: TracedMethod, cohort: BoundCohort, state: Variable): readonly string[] {
  const kind = cohort.program.states.get(state)?.kind;
  if (kind === 'array' || kind === 'tensor') return cohort.tensors.map(({ name }) => name);
  return [groups.length === 1 ? 'value' : (groups[cohort.group]?.name ?? '')];
}

/** The state before the first step, of parameters with these shapes. */
export function firstState(method: TracedMethod, cohorts: readonly BoundCohort[], device: Device): State {
  const type = scalarTypeOn(device);
  // An array that is made for the device that is default anyway stays free to follow others.
  const at = device === defaultDevice() ? {} : { device };
  const states: Record<string, Record<string, JaxArray>> = {};
  for (const cohort of cohorts) {
    for (const [state, { kind, form = wholeForm }] of cohort.program.states) {
      const own = (states[state.name] ??= {});
      entriesOf(method, cohort, state).forEach((name, j) => {
        if (!Object.hasOwn(own, name))
          own[name] = kind === 'array' ? np.zeros([...shapeIn(form, cohort.tensors[j]!)], at) : np.array(0, { dtype: type, ...at });
      });
    }
  }
  const t = np.array(0, { dtype: type === DType.Float64 ? type : DType.Int32, ...at });
  const hyper = [...method.numbers].map(([name, value]) => [name, numberArray(value, { dtype: type, ...at })] as const);
  return { t, hyper: Object.fromEntries(hyper), states };
}

/** Throws an ArrayError for what `init` or a step did not give as a state. */
export function checkState(owner: string, state: unknown): asserts state is State {
  if (typeof state !== 'object' || state === null || !('t' in state && 'hyper' in state && 'states' in state))
    throw new ArrayError(
      owner,
      'state',
      `the state is ${describe(state)}, not what init or the last step returned: [params, state] = step(params, gradients, state)`,
    );
}

/** The names under which a state's arrays stand, in their order. */
export type Layout = readonly (readonly [state: string, names: readonly string[]])[];

/** How states are laid out. Throws an ArrayError for what does not hold arrays by state and parameter. */
export function layoutOf(owner: string, states: unknown): Layout {
  const entries = isRecord(states) ? Object.entries(states) : undefined;
  if (entries?.every(([, entry]) => isRecord(entry)) === true) return entries.map(([name, entry]) => [name, Object.keys(entry as object)]);
  throw new ArrayError(owner, 'state', `state.states is ${describe(states)}, not an object with the arrays of each state`);
}

/** The arrays of states in the order of a layout; undefined where they have other names. */
export function arraysIn(layout: Layout, states: State['states']): JaxArray[] | undefined {
  const arrays: JaxArray[] = [];
  if (countOf(states) !== layout.length) return undefined;
  for (const [state, names] of layout) {
    const entry = states[state];
    if (entry === undefined || countOf(entry) !== names.length) return undefined;
    for (const name of names) {
      const array = entry[name];
      if (array === undefined) return undefined;
      arrays.push(array);
    }
  }
  return arrays;
}

function countOf(record: object): number {
  return Object.keys(record).length;
}

/** States that are laid out so, of arrays in order. */
export function statesIn(layout: Layout, arrays: readonly JaxArray[]): State['states'] {
  const states: Record<string, Record<string, JaxArray>> = {};
  let at = 0;
  for (const [name, names] of layout) {
    const entry: Record<string, JaxArray> = (states[name] = {});
    for (const one of names) entry[one] = arrays[at++]!;
  }
  return states;
}

/** The arrays of a state, one for each entry. Throws an ArrayError where one is missing: the state is of another method or of other parameters. */
export function valuesOf(method: TracedMethod, cohort: BoundCohort, { states }: Kept, state: Variable): JaxArray[] {
  const { kind, form = wholeForm } = cohort.program.states.get(state)!;
  return entriesOf(method, cohort, state).map((name, j) => {
    const entry = states[state.name];
    const found = entry !== undefined && Object.hasOwn(entry, name) ? entry[name] : undefined;
    if (found === undefined)
      throw new ArrayError(
        method.name,
        name,
        `the state has no ${state.name} of ${name}; it was made by another method or for other parameters`,
      );
    if (kind === 'array') checkShape(method.name, `${state.name} of ${name}`, found, shapeIn(form, cohort.tensors[j]!));
    return found;
  });
}
