/**
 * The parameter registry: which group trains each parameter, in which cohort, and since which step. Builds the steppers and finds parameters by name; takes
 * no step itself.
 */
import { UnsupportedError } from '../language/run-error.ts';
import { inputVariable, type InputSymbol, type Part } from '../language/part.ts';
import { buildProgram, type Program } from '../language/program.ts';
import { parameter, type Variable } from '../language/variable.ts';
import { cohorts, evaluationProgram, type Cohort } from '../plan/cohort.ts';
import type { DType } from '../plan/dtype.ts';
import { codingsOf, type StorageType } from '../plan/format.ts';
import { halfCodings, halved, readsWholeGradient, type HalfFormat } from '../plan/half.ts';
import { whyNotLazy } from '../plan/lazy.ts';
import { observed } from '../plan/observe.ts';
import type { Plan } from '../plan/plan.ts';
import type { Active, Device } from '../device/device.ts';
import { programOf } from '../define/program.ts';
import type { MethodGroup } from '../define/recipe.ts';
import { assignGroups, checkCommonSums, checkUsed } from './assign.ts';
import { hidden } from './policy.ts';
import { isSparse } from './sparse.ts';
import type { SteppedCohort } from './step/interpreter.ts';
import type { StepContext } from './step/leaves.ts';
import { TableRows } from './step/rows.ts';
import { Stepper, type StepperOptions } from './step/stepper.ts';
import type { Tensor } from './tensor.ts';

/** Where a parameter lives. */
export interface Place {
  readonly cohort: TrainedCohort;
  /** Its number in the cohort's arena. */
  readonly index: number;
}

/** A cohort of an optimizer. `born` is the step before its first; the equations count from there. */
export interface TrainedCohort extends SteppedCohort {
  active: Active;
  born: number;
  readonly program: Program;
  /** Computes where to evaluate, if not at `w`. */
  readonly evaluator: Stepper | undefined;
  /** Steps the rows that a step is given, where the parameters are sparse; `stepper` only holds them then. */
  readonly rows: TableRows | undefined;
  readonly context: Mutable<StepContext>;
  /** For each tensor 1 where it has a gradient in the window of accumulation at hand (`window.ts`). */
  readonly came: Uint8Array;
  /** What was measured in the last step (`observation.ts`). */
  measured: Float64Array | undefined;
}

type Made = Pick<TrainedCohort, 'stepper' | 'program' | 'evaluator' | 'rows' | 'context'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How every stepper of an optimizer is made. */
export interface RegistryOptions {
  readonly owner: string;
  readonly dtype: DType;
  readonly state: StorageType;
  readonly half: HalfFormat | undefined;
  readonly device: Device;
  readonly gated: boolean;
  /** Put before the parts of each group: negation and the like. */
  readonly before: readonly Part[];
  /** Whether to measure each step, and sign flips with it. */
  readonly observe: { readonly signFlips: boolean } | undefined;
  readonly trace: ((plan: Plan) => void) | undefined;
}

/** Everything that an optimizer trains. */
export class ParameterRegistry {
  readonly cohorts: TrainedCohort[] = [];
  /** The cohorts that have something to step. */
  running: readonly TrainedCohort[] = [];
  /** What takes part in a step for each of them. */
  stepping: readonly SteppedCohort[] = [];
  /** Whether some parameters are sparse. */
  hasTables = false;
  readonly places = new Map<string, Place>();
  /** The groups' programs, with what was put before them. */
  readonly programs: readonly Program[];
  /** The inputs that a step needs from the user. */
  readonly inputs: readonly InputSymbol[];
  private readonly groups: readonly MethodGroup[];
  private readonly options: RegistryOptions;

  constructor(groups: readonly MethodGroup[], options: RegistryOptions) {
    this.groups = groups;
    this.options = options;
    const { before, observe } = options;
    this.programs = groups
      .map((group) =>
        before.length === 0 ? programOf(group) : buildProgram(group.name, [...before, ...group.parts.map(({ part }) => part)]),
      )
      .map((program) => (observe === undefined ? program : observed(program, observe.signFlips)));
    const inputs = new Map(this.programs.flatMap(({ inputs }) => inputs.map((input) => [inputVariable(input), input] as const)));
    this.inputs = [...inputs.values()].filter((input) => input.hidden !== true);
    checkCommonSums(options.owner, groups, this.programs);
  }

  /** Finds a group for each parameter and makes steppers for them, which `register` takes in. Throws before anything changes. */
  make(
    tensors: ReadonlyMap<string, Tensor>,
    ties: ReadonlyMap<string, string>,
    born: number,
    contextOf: (group: number) => StepContext,
  ): TrainedCohort[] {
    const { owner } = this.options;
    const chosen = assignGroups(owner, this.groups, tensors, ties);
    if (this.cohorts.length === 0) checkUsed(owner, this.groups, chosen);
    return this.groups.flatMap((_, group) => {
      const program = this.programs[group];
      const shapesOf = (tables: boolean): Map<string, readonly number[]> =>
        new Map([...tensors].flatMap(([name, one]) => (chosen.get(name) === group && isSparse(one) === tables ? [[name, one.shape]] : [])));
      if (program === undefined) return [];
      const [dense, tables] = [cohorts(program, shapesOf(false)), cohorts(program, shapesOf(true))];
      const base = { group, active: undefined, born, measured: undefined };
      const began = ({ shapes }: Cohort): Pick<TrainedCohort, 'came'> => ({ came: new Uint8Array(shapes.size) });
      return [
        ...dense.map((cohort) => ({ ...base, ...began(cohort), ...this.whole(cohort, contextOf(group)) })),
        ...tables.map((cohort) => ({ ...base, ...began(cohort), ...this.sparse(cohort, group, contextOf(group)) })),
      ];
    });
  }

  /** Takes in what was made. */
  register(made: readonly TrainedCohort[], tensors: ReadonlyMap<string, Tensor>): void {
    for (const cohort of made) {
      this.cohorts.push(cohort);
      cohort.stepper.arena.tensors.forEach(({ name }, index) => {
        this.places.set(name, { cohort, index });
        const values = tensors.get(name)?.values;
        if (values !== undefined) cohort.stepper.arena.view(parameter, index).set(values);
      });
    }
  }

  /** Forgets a parameter, so that its name is free, and with the last of a cohort the cohort and its memory. */
  forget(name: string): void {
    const cohort = this.places.get(name)?.cohort;
    this.places.delete(name);
    if (cohort === undefined || cohort.stepper.arena.tensors.some((_, index) => this.holds(cohort, index))) return;
    this.cohorts.splice(this.cohorts.indexOf(cohort), 1);
    (cohort.rows ?? cohort.stepper).release();
  }

  /** Whether tensor number `index` of a cohort is a parameter still. */
  holds(cohort: TrainedCohort, index: number): boolean {
    const name = cohort.stepper.arena.tensors[index]?.name ?? '';
    return this.places.get(name)?.cohort === cohort;
  }

  private halved(program: Program): Program {
    if (readsWholeGradient(program)) {
      const problem = 'has matrix operations on gradients, which must be in float32; half is for elementwise methods';
      throw new UnsupportedError(program.name, problem);
    }
    return halved(program);
  }

  /** Which tensors of a cohort are parameters still; undefined for all. */
  held(cohort: TrainedCohort): readonly boolean[] | undefined {
    const held = cohort.stepper.arena.tensors.map((_, index) => this.holds(cohort, index));
    return held.every(Boolean) ? undefined : held;
  }

  /**
   * Parts some parameters of a cohort from the others, so that they count t by themselves from the step `born`, and have scalars of a group of their
   * own. They stay in the same memory, so that every view is what it was.
   */
  part(cohort: TrainedCohort, names: ReadonlySet<string>, born: number): void {
    const { stepper, program, context } = cohort;
    const { tensors } = stepper.arena;
    const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
    const own = ([state, numbers]: readonly [Variable, Float64Array]) =>
      [state, program.states.get(state)?.kind === 'tensor' ? numbers : new Float64Array(1)] as const;
    const beside = { on: stepper, scalarStates: new Map([...stepper.scalarStates].map(own)) };
    const parted = { ...cohort, born, measured: undefined, ...this.whole({ program, shapes }, context, beside) };
    this.cohorts.push(parted);
    tensors.forEach(({ name }, index) => {
      if (names.has(name)) this.places.set(name, { cohort: parted, index });
    });
  }

  /** What steps a cohort as a whole, in a memory of its own or in another's. */
  private whole(
    { program, shapes }: Pick<Cohort, 'program' | 'shapes'>,
    given: StepContext,
    beside?: Pick<StepperOptions, 'on' | 'scalarStates'>,
  ): Made {
    const { dtype, device, gated, trace, state, half } = this.options;
    const states = codingsOf(program, state);
    const quantizations = half === undefined ? states : halfCodings(states, half);
    const options = { shapes, dtype, quantizations, device, trace };
    const stepper = new Stepper({ ...options, ...beside, program: half === undefined ? program : this.halved(program), gated });
    const context = { ...given, scalarStates: stepper.scalarStates };
    const evaluation = evaluationProgram(program);
    const evaluator = evaluation === undefined ? undefined : new Stepper({ ...options, program: evaluation, gated: false, on: stepper });
    return { stepper, program, evaluator, rows: undefined, context };
  }

  /** What steps a cohort of tables by rows. */
  private sparse({ program, shapes }: Cohort, group: number, given: StepContext): Made {
    const { owner, dtype, device, gated, trace, half } = this.options;
    const [name = ''] = shapes.keys();
    if (half !== undefined) throw new UnsupportedError(owner, `${name} is sparse, and half precision is for dense parameters`);
    if (program.inputs.some((input) => inputVariable(input) === hidden.accumulated))
      throw new UnsupportedError(
        owner,
        `${name} is sparse, and gradients are accumulated; give the rows of several batches in one step instead`,
      );
    const problem = whyNotLazy(program);
    if (problem !== undefined)
      throw new UnsupportedError(owner, `${name} is sparse and ${problem}; give it to another optimizer with groups`);
    const rows = new TableRows({ program, shapes, dtype, device, gated, trace }, group, given);
    return { stepper: rows.whole, program, evaluator: undefined, rows, context: rows.cohort.context };
  }

  /** The names of the groups. */
  get groupNames(): readonly string[] {
    return this.groups.map(({ name }) => name);
  }

  /** Which parameters are stepped: those that `runs` says. */
  activate(runs: (name: string) => boolean): void {
    for (const cohort of this.cohorts) {
      const active = cohort.stepper.arena.tensors.map(({ name }, index) => this.holds(cohort, index) && runs(name));
      cohort.active = active.every(Boolean) ? undefined : active;
    }
    this.hasTables = this.cohorts.some(({ rows }) => rows !== undefined);
    this.running = this.cohorts.filter(({ active }) => active === undefined || active.includes(true));
    this.stepping = this.running.map((cohort) => cohort.rows?.cohort ?? cohort);
  }
}
