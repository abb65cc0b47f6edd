/** A method bound to plain JavaScript arrays: where everything lies that a step reads and writes, and the tapes that compute it. Not called by users. */
import { elementsOf, wholeForm } from '../language/form.ts';
import { topological } from '../language/graph.ts';
import { isRoutineOp } from '../language/op.ts';
import { inputVariable } from '../language/part.ts';
import { buildProgram, evaluated, type Program } from '../language/program.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';
import { cohorts, evaluationProgram } from '../plan/cohort.ts';
import type { DType } from '../plan/dtype.ts';
import { programOf } from '../define/program.ts';
import { hyperSlotsOf, inType, type Recipe } from '../define/recipe.ts';
import { zeros, type Place } from '../targets/arrays/tape.ts';
import { shortRoutines } from '../targets/loops/routines/short.ts';
import { ascent } from '../train/ascent.ts';
import { assignGroups, checkCommonSums, checkUsed } from '../train/assign.ts';
import { followedBy, LiveHyper } from '../train/live-hyper.ts';
import type { Tensor } from '../train/tensor.ts';
import { Recording, type Recorded } from './recording.ts';

/** Arrays by parameter. */
export type Arrays = ReadonlyMap<string, Place>;

/** A method with its arrays. */
export class Binding {
  readonly params: Arrays;
  readonly grads: Arrays;
  /** States by name, each by parameter, or under `value` or the group's name where it is a number of the whole group. */
  readonly states = new Map<string, Map<string, Place>>();
  /** Inputs by name: those that are an array for each parameter, and those that are a number. */
  readonly arrayInputs = new Map<string, Arrays>();
  readonly numberInputs = new Map<string, Place>();
  /** Where to evaluate, of those parameters that are evaluated elsewhere than they are trained. */
  readonly points = new Map<string, Place>();
  /** The hyperparameters of each group. */
  readonly live: readonly LiveHyper[];
  private readonly dtype: DType;
  private readonly tensors: ReadonlyMap<string, Tensor>;
  private readonly groups: Recipe['groups'];
  private readonly time = new Float64Array(1);
  /** Where values and factors of the hyperparameters of each group lie. */
  private readonly numbers: readonly { readonly hyper: Arrays; readonly factors: Arrays }[];
  private readonly stepping: Recording;
  private readonly evaluating: Recording;

  /** Throws where groups do not take every parameter once. */
  constructor({ name, groups }: Recipe, tensors: ReadonlyMap<string, Tensor>, dtype: DType, maximize: boolean) {
    [this.groups, this.tensors, this.dtype] = [inType(groups, dtype), tensors, dtype];
    const programs = this.groups.map((group) =>
      maximize ? buildProgram(group.name, [ascent, ...group.parts.map(({ part }) => part)]) : programOf(group),
    );
    programs.forEach(refuseLong);
    checkCommonSums(name, groups, programs);
    const chosen = assignGroups(name, groups, tensors);
    checkUsed(name, groups, chosen);
    this.live = this.groups.map((group, g) => {
      const slots = hyperSlotsOf(group);
      const values = new Map(slots.map((slot) => [slot.key, group.parts[slot.part]?.values.get(slot.name) ?? NaN]));
      return new LiveHyper(name, slots, values, followedBy(programs[g]!));
    });
    this.numbers = this.live.map(({ values }) => ({ hyper: each(values.keys(), number), factors: each(values.keys(), number) }));
    [this.params, this.grads] = [this.arrays(), this.arrays()];
    for (const [name, { values }] of tensors) if (values !== undefined) this.params.get(name)?.set(values);
    const made = programs.flatMap((program, group) => {
      const own = [...tensors].flatMap(([name, { shape }]) => (chosen.get(name) === group ? [[name, shape] as const] : []));
      return cohorts(program, new Map(own)).map((cohort) => this.cohort(cohort.program, cohort.shapes, group));
    });
    this.stepping = new Recording(dtype, made);
    this.evaluating = new Recording(dtype, made.flatMap((cohort) => this.elsewhere(cohort))); // prettier-ignore
  }

  /** Gives the hyperparameters their values at step `t`. Throws an OptionError, before any changes, where a schedule leaves its range. */
  announce(t: number): void {
    for (const live of this.live) live.advance(t);
    this.time[0] = t;
    this.live.forEach(({ values, factors }, group) => {
      const { hyper, factors: scales } = this.numbers[group]!;
      for (const [key, place] of hyper) place[0] = values.get(key)!;
      for (const [key, place] of scales) place[0] = factors.get(key)!;
    });
  }

  /** Takes the step that was announced. */
  step(): void {
    this.stepping.run();
  }

  /** Computes `points`, after the step that was announced. */
  evaluate(): void {
    this.evaluating.run();
  }

  /** An array for each parameter, all zero. */
  private arrays(): Arrays {
    return each(this.tensors.keys(), (name) => zeros(this.dtype, elementsOf(wholeForm, this.tensors.get(name)!.shape)));
  }

  private cohort(program: Program, shapes: ReadonlyMap<string, readonly number[]>, group: number): Recorded {
    const of = (arrays: Arrays): Place[] => [...shapes.keys()].map((name) => arrays.get(name)!);
    const values = new Map<Variable, readonly Place[]>([[parameter, of(this.params)], [gradient, of(this.grads)]]); // prettier-ignore
    for (const input of program.inputs) {
      if (input.kind === 'tensor') values.set(inputVariable(input), of(once(this.arrayInputs, input.name, () => this.arrays())));
      else values.set(inputVariable(input), [once(this.numberInputs, input.name, number)]);
    }
    for (const [state, { kind, form = wholeForm }] of program.states) {
      const entry = once(this.states, state.name, () => new Map<string, Place>());
      const common = this.groups.length === 1 ? 'value' : this.groups[group]!.name;
      const names = kind === 'array' || kind === 'tensor' ? [...shapes.keys()] : [common];
      const make = (name: string) => (): Place => (kind === 'array' ? zeros(this.dtype, elementsOf(form, shapes.get(name)!)) : number());
      values.set(state, names.map((name) => once(entry, name, make(name)))); // prettier-ignore
    }
    const tensors = [...shapes].map(([name, shape]) => ({ name, shape }));
    return { program, group, given: { tensors, time: this.time, values, ...this.numbers[group]! } };
  }

  /** What computes where to evaluate a cohort, if that is not at its parameters. */
  private elsewhere({ program, group, given }: Recorded): Recorded[] {
    const evaluation = evaluationProgram(program);
    if (evaluation === undefined) return [];
    const points = given.tensors.map(({ name, shape }) => {
      const point = zeros(this.dtype, elementsOf(wholeForm, shape));
      this.points.set(name, point);
      return point;
    });
    return [{ program: evaluation, group, given: { ...given, values: new Map(given.values).set(evaluated, points) } }];
  }
}

/** Throws an UnsupportedError that names what there is no room for here. */
function refuseLong({ name, writes }: Program): void {
  const found = topological(writes.values()).find(({ op }) => isRoutineOp(op) && !(op in shortRoutines));
  if (found !== undefined)
    throw new UnsupportedError(name, `has ${found.op} in its equations, which thalweg/small does not have; use await method.init(parameters) of thalweg`); // prettier-ignore
}

function each(names: Iterable<string>, make: (name: string) => Place): Arrays {
  return new Map([...names].map((name) => [name, make(name)]));
}

/** A place for a number. */
function number(): Place {
  return new Float64Array(1);
}

/** What a map has under a key, made where it has nothing. */
function once<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
