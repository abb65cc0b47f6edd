/**
 * An optimizer of TF.js variables by TF.js's own operations, for backends that compute on a GPU: a step reads nothing back. States are tensors; scalars of
 * the step are computed here in float64, unless they depend on sums. Throws for operations that TF.js does not have.
 */
import { clone, keep, tidy, zeros, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { wholeForm } from '../language/form.ts';
import { FormTable } from '../language/form-table.ts';
import type { Node } from '../language/graph.ts';
import { inputVariable } from '../language/part.ts';
import { evaluated, type Program } from '../language/program.ts';
import { gradient, parameter, type Variable as Role } from '../language/variable.ts';
import { cohorts, evaluationProgram } from '../plan/cohort.ts';
import { plainWrites } from '../plan/plain.ts';
import { hostConditions, specialize } from '../plan/specialize.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { Recipe } from '../define/recipe.ts';
import type { StepResult } from '../optimizer/optimizer.ts';
import { jointSteps, type JointCohort } from '../targets/arrays/joint.ts';
import { ArrayStep, type Given } from '../targets/arrays/step.ts';
import { shapeIn } from '../targets/arrays/shape.ts';
import { tensors, type TfValue } from '../targets/arrays/tfjs.ts';
import { assignGroups, checkUsed } from '../train/assign.ts';
import { Bindings, noGradient, type Bound } from './bindings.ts';
import type { Engine, GivenInputs, Left, Saved, Update } from './engine.ts';
import { isEach, Traced } from './traced.ts';

/** What a step writes, and the conditions of the step that decide it. */
interface Planned {
  readonly writes: ReadonlyMap<Role, Node>;
  readonly conditions: readonly Node[];
}

/** Parameters that share a program, with what is known of it. */
interface Cohort {
  readonly group: number;
  /** The step before its first. */
  readonly born: number;
  readonly program: Program;
  readonly planned: Planned;
  readonly names: readonly string[];
  /** States that are numbers of the whole group. */
  readonly common: Map<Role, TfValue>;
}

/** Steps in TF.js's operations. */
export class Operations implements Engine {
  readonly name = 'ops';
  t = 0;
  private readonly traced: Traced;
  private bindings: Bindings;
  private cohorts: Cohort[] = [];
  /** The states of each parameter, arrays and numbers. */
  private states = new Map<string, Map<Role, TfValue>>();

  /** Throws an UnsupportedError for equations that TF.js has no operations for. */
  constructor(recipe: Recipe, maximize: boolean, hyper: ReadonlyMap<string, HyperValue>) {
    this.traced = new Traced(recipe, maximize);
    for (const [name, value] of hyper) this.setHyper(name, value);
    this.bindings = new Bindings(recipe.name);
  }

  setHyper(name: string, value: HyperValue): void {
    this.traced.setHyper(name, value);
  }

  step(updates: readonly Update[], inputs: GivenInputs): StepResult {
    const given = updates.filter((one): one is Required<Update> => one.gradient !== undefined);
    this.traced.checkInputs(given, inputs);
    for (const live of this.traced.live) live.advance(this.t + 1);
    this.take(given.map(({ variable }) => variable));
    const gradients = new Map(given.map(({ variable, gradient }) => [this.bindings.of(variable).name, gradient]));
    const ofEach = (some: ReadonlyMap<Variable, Tensor>): ReadonlyMap<string, Tensor> =>
      new Map([...some].map(([variable, tensor]) => [this.bindings.of(variable).name, tensor]));
    const named = new Map([...inputs].map(([name, value]) => [name, isEach(value) ? ofEach(value) : value] as const));
    tidy(() => {
      const running = this.cohorts
        .map((cohort) => ({ cohort, bound: this.boundOf(cohort).filter(({ name }) => gradients.has(name)) }))
        .filter(({ bound }) => bound.length > 0);
      const joint = running.map(({ cohort, bound }) => this.joint(cohort, bound, this.t + 1, gradients, named));
      const after = jointSteps(tensors, joint).map((step, c) => step.written(joint[c]!.writes));
      running.forEach(({ cohort, bound }, c) => {
        this.keepStates(cohort, bound, after[c]!);
      });
    });
    this.t += 1;
    return 'stepped';
  }

  flush(): void {
    // Every batch is a step.
  }

  moveToEvaluation(): () => void {
    const moved: { readonly variable: Variable; readonly training: Tensor }[] = [];
    if (this.t > 0) for (const live of this.traced.live) live.advance(this.t);
    tidy(() => {
      for (const cohort of this.cohorts) {
        const program = evaluationProgram(cohort.program);
        if (program === undefined || cohort.born >= this.t) continue;
        const bound = this.boundOf(cohort);
        const { given } = this.joint(cohort, bound, this.t, new Map(), new Map());
        const writes = decided(program, plannedOf(program), given);
        const points = new ArrayStep(tensors, program, given).written(writes).get(evaluated) ?? [];
        bound.forEach(({ variable }, j) => {
          const point = points[j];
          if (variable === undefined || point === undefined || typeof point === 'number') return;
          moved.push({ variable, training: keep(clone(variable)) });
          variable.assign(point);
        });
      }
    });
    return () => {
      for (const { variable, training } of moved) {
        if (!variable.isDisposed) variable.assign(training);
        training.dispose();
      }
    };
  }

  async save(): Promise<Saved | undefined> {
    this.change(this.bindings.leaving());
    if (this.bindings.all.length === 0) return undefined;
    const { t, traced } = this;
    const declared = this.bindings.all.map(({ name, shape, batch }) => ({ name, shape, batch }));
    // Whatever steps are taken while the checkpoint's code is loaded and values come from a GPU, this is what is saved.
    const copies = new Map(declared.map(({ name }) => [name, this.copiesOf(name)]));
    const births = new Map(declared.map(({ name }) => [name, this.cohortOf(name).born]));
    try {
      const { writeSaved } = await import('./held-states.ts');
      const held = {
        t,
        bornOf: (name: string) => births.get(name) ?? 0,
        valueOf: (name: string, role: Role) => copies.get(name)?.get(role) ?? 0,
      };
      return { declared, bytes: await writeSaved(traced.recipe, declared, held) };
    } finally {
      for (const values of copies.values()) for (const value of values.values()) release(value);
    }
  }

  async load({ declared, bytes }: Saved): Promise<void> {
    const { readSaved } = await import('./held-states.ts');
    this.goOn({ declared, held: readSaved(this.traced.recipe, declared, bytes) });
  }

  /** Goes on with what another engine has left, or a file. */
  goOn({ declared, held }: Left): void {
    this.dispose();
    this.bindings = new Bindings(this.traced.recipe.name, declared);
    this.t = held.t;
    this.cohorts = [];
    const births = new Map(declared.map(({ name }) => [name, held.bornOf(name)]));
    for (const born of new Set(births.values())) this.group(declared.filter(({ name }) => births.get(name) === born), born); // prettier-ignore
    for (const cohort of this.cohorts) {
      for (const name of cohort.names) {
        const own = this.states.get(name)!;
        for (const [state, { kind }] of cohort.program.states) {
          const value = held.valueOf(name, state);
          const states = kind === 'array' || kind === 'tensor' ? own : cohort.common;
          release(states.get(state) ?? 0);
          states.set(state, value);
        }
        // Until its variable comes.
        own.set(parameter, held.valueOf(name, parameter));
      }
    }
  }

  dispose(): void {
    for (const states of [...this.states.values(), ...this.cohorts.map(({ common }) => common)])
      for (const value of states.values()) release(value);
    this.states.clear();
    this.cohorts = [];
  }

  /** The parameter and its states as they are now, in tensors that are kept. */
  private copiesOf(name: string): Map<Role, TfValue> {
    const variable = this.bindings.all.find((one) => one.name === name)?.variable;
    const values = new Map<Role, TfValue>([...this.cohortOf(name).common, ...(this.states.get(name) ?? [])]);
    if (variable !== undefined) values.set(parameter, variable);
    return new Map([...values].map(([role, value]) => [role, typeof value === 'number' ? value : keep(clone(value))]));
  }

  /** Takes new variables in, and lets go of those that were disposed of. */
  private take(variables: readonly Variable[]): void {
    const { bindings } = this;
    if (variables.length === 0 && bindings.all.length === 0) throw noGradient(this.traced.recipe.name);
    this.change(bindings.plan(variables));
  }

  private change(changes: ReturnType<Bindings['plan']>): void {
    const { added, gone, found } = changes;
    for (const { name } of gone) {
      for (const value of this.states.get(name)?.values() ?? []) release(value);
      this.states.delete(name);
    }
    if (gone.length > 0) {
      const left = new Set(gone.map(({ name }) => name));
      this.cohorts = this.cohorts.map((one) => ({ ...one, names: one.names.filter((name) => !left.has(name)) }));
    }
    if (added.length > 0) this.group(added, this.t);
    this.bindings.carryOut(changes);
    for (const { name } of found) {
      release(this.states.get(name)?.get(parameter) ?? 0);
      this.states.get(name)?.delete(parameter);
    }
  }

  /** Puts parameters into cohorts, with states of zero. */
  private group(added: readonly Pick<Bound, 'name' | 'shape'>[], born: number): void {
    const { name: owner, groups } = this.traced.recipe;
    const shapes = new Map(added.map(({ name, shape }) => [name, { shape }]));
    const chosen = assignGroups(owner, groups, shapes);
    if (this.cohorts.length === 0) checkUsed(owner, groups, chosen);
    // Whatever is refused is refused here, before anything is kept.
    const made = this.traced.programs.flatMap((program, group) => {
      const own = new Map([...shapes].flatMap(([name, { shape }]) => (chosen.get(name) === group ? [[name, shape] as const] : [])));
      return cohorts(program, own).map((cohort) => ({ ...cohort, group, planned: plannedOf(cohort.program) }));
    });
    for (const { program, planned, group, shapes: own } of made) {
      const common = new Map<Role, TfValue>();
      for (const [name, shape] of own) {
        const states = new Map<Role, TfValue>();
        for (const [state, { kind, form }] of program.states) {
          if (kind === 'array') states.set(state, keep(tidy(() => zeros([...shapeIn(form ?? wholeForm, { shape })]))));
          else if (kind === 'tensor') states.set(state, 0);
          else common.set(state, 0);
        }
        this.states.set(name, states);
      }
      this.cohorts.push({ group, born, program, planned, names: [...own.keys()], common });
    }
  }

  private boundOf({ names }: Cohort): Bound[] {
    const own = new Set(names);
    return this.bindings.all.filter(({ name, variable }) => own.has(name) && variable?.isDisposed === false);
  }

  private cohortOf(name: string): Cohort {
    return this.cohorts.find(({ names }) => names.includes(name))!;
  }

  /** What a step of these parameters is given, and what it writes with the conditions of the step decided. */
  private joint(
    { program, planned, group, born, common }: Cohort,
    bound: readonly Bound[],
    t: number,
    gradients: ReadonlyMap<string, Tensor>,
    inputs: ReadonlyMap<string, TfValue | ReadonlyMap<string, Tensor>>,
  ): JointCohort<TfValue> {
    const values = new Map<Role, readonly TfValue[]>();
    values.set(parameter, bound.flatMap(({ variable }) => variable ?? [])); // prettier-ignore
    values.set(gradient, bound.flatMap(({ name }) => gradients.get(name) ?? [])); // prettier-ignore
    for (const [state, { kind }] of program.states) {
      const each = kind === 'array' || kind === 'tensor';
      values.set(state, each ? bound.map(({ name }) => this.states.get(name)?.get(state) ?? 0) : [common.get(state) ?? 0]);
    }
    for (const input of program.inputs) {
      const value = inputs.get(input.name);
      if (value === undefined) continue;
      values.set(inputVariable(input), isEach(value) ? bound.flatMap(({ name }) => value.get(name) ?? []) : [value]);
    }
    const live = this.traced.live[group]!;
    const given: Given<TfValue> = {
      tensors: bound.map(({ name, shape }) => ({ name, shape })),
      time: t - born,
      hyper: live.values,
      factors: live.factors,
      values,
    };
    return { program, group, given, writes: decided(program, planned, given) };
  }

  /**
   * Keeps what the states are from now on, and assigns the variables. A value may be the variable, a gradient or another state as it was before the step, so
   * everything is cloned before anything is let go of or assigned.
   */
  private keepStates({ program, common }: Cohort, bound: readonly Bound[], after: ReadonlyMap<Role, readonly TfValue[]>): void {
    const kept: { readonly states: Map<Role, TfValue>; readonly role: Role; readonly value: TfValue }[] = [];
    for (const [role, values] of after) {
      if (role === parameter) continue;
      const kind = program.states.get(role)?.kind;
      const owners = kind === 'array' || kind === 'tensor' ? bound.map(({ name }) => this.states.get(name)!) : [common];
      owners.forEach((states, j) => {
        const value = values[j] ?? 0;
        kept.push({ states, role, value: typeof value === 'number' ? value : keep(clone(value)) });
      });
    }
    for (const { states, role, value } of kept) {
      release(states.get(role) ?? 0);
      states.set(role, value);
    }
    bound.forEach(({ variable }, j) => {
      const next = after.get(parameter)?.[j];
      if (next !== undefined && typeof next !== 'number') variable?.assign(next);
    });
  }
}

function plannedOf(program: Program): Planned {
  const writes = plainWrites(program, 'float32');
  return { writes, conditions: hostConditions(writes.values(), program.states) };
}

/** What is written with the conditions of the step decided, which are known before any array is. */
function decided(program: Program, { writes, conditions }: Planned, given: Given<TfValue>): Map<Role, Node> {
  const step = new ArrayStep(tensors, program, given);
  const outcomes = new Map(conditions.map((condition) => [condition, step.of(condition)[0] !== 0]));
  return specialize(program.graph, writes, outcomes, new FormTable(program.states));
}

function release(value: TfValue): void {
  if (typeof value !== 'number') value.dispose();
}
