/** One step on jax-js's arrays: from trees of parameters, gradients and states to the next ones. Pure; consumes its arguments. */
import { defaultDevice, DType, numpy as np, type Array as JaxArray } from '@jax-js/jax';
import { isReduction, topological, type Node } from '../language/graph.ts';
import { KindTable } from '../language/kind.ts';
import { inputVariable } from '../language/part.ts';
import { ArrayError } from '../language/run-error.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';
import { isSchedule } from '../define/hyper.ts';
import { JaxAlgebra, Pool, type JaxValue } from '../targets/arrays/jax.ts';
import { jointSteps, type JointCohort } from '../targets/arrays/joint.ts';
import type { ArrayStep } from '../targets/arrays/step.ts';
import type { BoundCohort, TracedMethod } from './method.ts';
import { tracedFactor, tracedSchedule } from './schedule.ts';
import { entriesOf, factorOf, scalarTypeOf, valuesOf, type Kept } from './state.ts';
import { checkLeaves } from './tree.ts';

/** Arrays by parameter. */
export type Named = ReadonlyMap<string, JaxArray>;

/** The hyperparameters of a step by name: arrays, or numbers that are known while it is traced. */
export type TracedHyper = Readonly<Record<string, JaxValue>>;

/** What a step takes besides parameters and state. */
export interface TracedInputs {
  /** Numbers, such as the loss. */
  readonly scalars: ReadonlyMap<string, JaxArray>;
  /** An array for each parameter, such as the diagonal of the Hessian. */
  readonly tensors: ReadonlyMap<string, Named>;
}

/** What a step is asked for: the changes of the parameters, the parameters themselves, or where to evaluate the model. */
export type Wanted = 'updates' | 'params' | 'evaluation';

/** What a step gives, in the order of the names that it was given. */
export interface Traced {
  readonly arrays: readonly JaxArray[];
  readonly state: Kept;
}

/** Takes a step; `params` may be left out where nothing reads them. The evaluation is at the state's own t, and changes nothing. */
export function tracedStep(
  method: TracedMethod,
  wanted: Wanted,
  params: Named | undefined,
  gradients: Named,
  state: Kept,
  given: TracedHyper,
  { scalars, tensors }: TracedInputs,
): Traced {
  const pool = new Pool();
  for (const arrays of [params ?? new Map<string, JaxArray>(), gradients, scalars, ...tensors.values()])
    for (const array of arrays.values()) pool.own(array);
  for (const array of [state.t, ...Object.values(given), ...Object.values(state.states).flatMap((one) => Object.values(one))])
    if (typeof array !== 'number') pool.own(array);
  try {
    const type = scalarTypeOf(state);
    const algebra = new JaxAlgebra(pool, type, defaultDevice());
    const shapes = new Map([...(params ?? gradients)].map(([name, { shape }]) => [name, shape]));
    const cohorts = method.bind(shapes);
    for (const one of wanted === 'evaluation' ? [params] : [params, gradients, ...tensors.values()])
      if (one !== undefined) checkLeaves(method.name, one, shapes);
    const t = wanted === 'evaluation' ? state.t : pool.own(np.add(state.t.ref, 1));
    const time = t.dtype === type ? t : pool.own(t.ref.astype(type));
    const hyper = hyperOf(method, algebra, given, time, pool, type);
    const joint = cohorts.map((cohort): JointCohort<JaxValue> => {
      const values = new Map<Variable, readonly JaxValue[]>();
      const each = (named: Named | undefined): JaxArray[] => cohort.tensors.flatMap(({ name }) => named?.get(name) ?? []);
      if (params !== undefined) values.set(parameter, each(params));
      values.set(gradient, each(gradients));
      for (const input of cohort.program.inputs) {
        const [scalar, tensor] = [scalars.get(input.name), tensors.get(input.name)];
        if (scalar !== undefined) values.set(inputVariable(input), [pool.own(scalar.ref.astype(type))]);
        else if (tensor !== undefined) values.set(inputVariable(input), each(tensor));
      }
      for (const one of cohort.program.states.keys()) values.set(one, valuesOf(method, cohort, state, one));
      const writes = writesOf(cohort, wanted);
      checkGiven(method.name, writes, values);
      return {
        program: cohort.program,
        writes,
        group: cohort.group,
        given: { tensors: cohort.tensors, time, values, ...hyper[cohort.group]! },
      };
    });
    const steps = jointSteps(algebra, joint);
    algebra.enter(joint.flatMap(({ program, writes }, c) => numbersThatMeetArrays(steps[c]!, program.states, writes)));
    const after = steps.map((step, c) => step.written(joint[c]!.writes));
    const places = new Map(cohorts.flatMap(({ tensors: own }, c) => own.map(({ name }, j) => [name, [c, j] as const])));
    const arrays = [...shapes].map(([name, shape]) => {
      const [c, j] = places.get(name)!;
      const value = after[c]!.get(parameter)?.[j] ?? params?.get(name) ?? 0;
      return typeof value === 'number' ? np.full([...shape], value) : value.ref;
    });
    return { arrays, state: stateAfter(method, cohorts, after, state, t, algebra) };
  } finally {
    pool.release();
  }
}

/** What is computed for a cohort, with what is wanted in the place of w. */
function writesOf({ writes, change, evaluation, program }: BoundCohort, wanted: Wanted): Map<Variable, Node> {
  if (wanted === 'evaluation') return new Map([[parameter, evaluation ?? program.graph.variable('array', parameter)]]);
  return wanted === 'params' ? new Map(writes) : new Map(writes).set(parameter, change);
}

/** The values and factors of hyperparameters for each group, by the keys of its program. */
function hyperOf(
  method: TracedMethod,
  algebra: JaxAlgebra,
  given: TracedHyper,
  time: JaxValue,
  pool: Pool,
  type: DType.Float32 | DType.Float64,
): { readonly hyper: Map<string, JaxValue>; readonly factors: Map<string, JaxValue> }[] {
  const out = method.groups.map(() => ({ hyper: new Map<string, JaxValue>(), factors: new Map<string, JaxValue>() }));
  for (const one of method.hyper) {
    const { name, value, slots } = one;
    const typed = (key: string): JaxValue | undefined => {
      const found = Object.hasOwn(given, key) ? given[key] : undefined;
      return found === undefined || typeof found === 'number' ? found : pool.own(found.ref.astype(type));
    };
    const [live, factor] = [typed(name), typed(factorOf(name))];
    let now = live;
    if (now === undefined && typeof value === 'number' && method.isCount(one)) now = value;
    if (now === undefined && isSchedule(value)) now = tracedSchedule(algebra, value, time);
    if (now === undefined)
      throw new ArrayError(method.name, name, `the state has no hyperparameter ${name}; it was made by another method`);
    if (method.isGuard(one)) now = algebra.scalar('max', [now, 2 ** -126]);
    for (const { group, key } of slots) {
      out[group]?.hyper.set(key, now);
      if (live === undefined && isSchedule(value)) out[group]?.factors.set(key, tracedFactor(algebra, value, now));
      if (factor !== undefined) out[group]?.factors.set(key, factor);
    }
  }
  return out;
}

/** The numbers that are known before any sum is and that meet arrays: one kernel computes them. */
function numbersThatMeetArrays(
  step: ArrayStep<JaxValue>,
  states: ConstructorParameters<typeof KindTable>[0],
  writes: ReadonlyMap<Variable, Node>,
): JaxValue[] {
  const kinds = new KindTable(states);
  const met = topological(writes.values()).flatMap((node) => (kinds.of(node) === 'array' || isReduction(node) ? node.operands : []));
  return [...new Set(met)].filter((node) => kinds.of(node) === 'host').flatMap((node) => step.of(node));
}

/** Throws an ArrayError where the equations read something that was not given. */
function checkGiven(owner: string, writes: ReadonlyMap<Variable, Node>, values: ReadonlyMap<Variable, unknown>): void {
  for (const { op, attribute } of topological(writes.values())) {
    if ((op !== 'array' && op !== 'input') || typeof attribute !== 'object' || values.has(attribute)) continue;
    const problem =
      attribute === parameter
        ? 'the equations read w, so update needs params, as the third argument'
        : `each step needs ${attribute.name}, as its last argument: { ${attribute.name} }`;
    throw new ArrayError(owner, String(attribute), problem);
  }
}

/** The state after a step, in which what the equations do not assign stays. */
function stateAfter(
  method: TracedMethod,
  cohorts: readonly BoundCohort[],
  after: readonly ReadonlyMap<Variable, readonly JaxValue[]>[],
  state: Kept,
  t: JaxArray,
  algebra: JaxAlgebra,
): Kept {
  const states = Object.fromEntries(Object.entries(state.states).map(([name, entry]) => [name, { ...entry }]));
  cohorts.forEach((cohort, c) => {
    for (const [written, values] of after[c]!) {
      if (written === parameter) continue;
      entriesOf(method, cohort, written).forEach((name, j) => (states[written.name]![name] = algebra.wide(values[j] ?? NaN)));
    }
  });
  const ref = (entry: Readonly<Record<string, JaxArray>>): Record<string, JaxArray> =>
    Object.fromEntries(Object.entries(entry).map(([name, array]) => [name, array.ref]));
  return { t: t.ref, states: Object.fromEntries(Object.entries(states).map(([name, one]) => [name, ref(one)])) };
}
