/** The state of a pure transformation: a tree of arrays that jax-js's own functions take apart and put together. Knows how it begins; steps nothing. */
import { defaultDevice, DType, numpy as np, type Array as JaxArray, type Device } from '@jax-js/jax';
import { ArrayError } from '../language/run-error.ts';
import { wholeForm } from '../language/form.ts';
import type { Variable } from '../language/variable.ts';
import type { ScalarType } from '../targets/arrays/jax.ts';
import { shapeIn } from '../targets/arrays/shape.ts';
import type { BoundCohort, TracedMethod } from './method.ts';

/** What a pure transformation keeps between steps. A tree of arrays like any other: to be traced, mapped over, saved. */
export type State = {
  /** Steps taken: in float64 where the device has it, whole numbers elsewhere. */
  readonly t: JaxArray;
  /** The hyperparameters that are numbers, live: those of the next step. */
  readonly hyper: Readonly<Record<string, JaxArray>>;
  /** The states of the equations, each by parameter; a number of a whole group is called `value`, or after its group where there are several. */
  readonly states: Readonly<Record<string, Readonly<Record<string, JaxArray>>>>;
};

/** What the factor of a hyperparameter's schedule is called in a state, where it is put there for each step. */
export function factorOf(name: string): string {
  return `${name}, factor`;
}

/** The type of numbers of the step on a device. */
export function scalarTypeOn(device: Device): ScalarType {
  return device === 'cpu' || device === 'wasm' ? DType.Float64 : DType.Float32;
}

/** The type of numbers of the step in a state. */
export function scalarTypeOf({ t }: State): ScalarType {
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
        own[name] ??= kind === 'array' ? np.zeros([...shapeIn(form, cohort.tensors[j]!)], at) : np.array(0, { dtype: type, ...at });
      });
    }
  }
  const t = np.array(0, { dtype: type === DType.Float64 ? type : DType.Int32, ...at });
  const live = method.hyper.flatMap((one) =>
    typeof one.value === 'number' && !method.isCount(one) ? [[one.name, one.value] as const] : [],
  );
  return { t, hyper: Object.fromEntries(live.map(([name, value]) => [name, np.array(value, { dtype: type, ...at })])), states };
}

/** The arrays of a state, one for each entry. Throws an ArrayError where one is missing: the state is of another method or of other parameters. */
export function valuesOf(method: TracedMethod, cohort: BoundCohort, { states }: State, state: Variable): JaxArray[] {
  return entriesOf(method, cohort, state).map((name) => {
    const entry = states[state.name];
    const found = entry !== undefined && Object.hasOwn(entry, name) ? entry[name] : undefined;
    if (found === undefined)
      throw new ArrayError(method.name, name, `the state has no ${state.name} of ${name}; it is of another method, or of other parameters`);
    return found;
  });
}
