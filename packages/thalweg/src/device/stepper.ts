/**
 * The program of one cohort bound to memory: decides the host conditions and picks the variant of the plan that they ask for, compiling it
 * when first needed. Holds the arena and the states; knows nothing of hyperparameters' names, schedules or users.
 */
import { UnsupportedError } from '../language/error.ts';
import { wholeForm, type Form } from '../language/form.ts';
import { evaluated, inputVariable, type Program } from '../language/program.ts';
import { gradient, parameter, type Variable } from '../language/variable.ts';
import { compileScalars } from '../targets/loops/scalars.ts';
import type { DType } from '../plan/dtype.ts';
import type { Bounds } from '../plan/bounds.ts';
import { evaluationProgram } from '../plan/cohort.ts';
import { plain, type Coding } from '../plan/format.ts';
import { planVariant, prepare, type Plan, type Variants } from '../plan/plan.ts';
import { watchProgram } from '../plan/watch.ts';
import { Arena } from './arena.ts';
import type { Backend } from './backend.ts';
import type { Crew } from './crew.ts';
import { Leaves, type StepContext } from './leaves.ts';
import type { MemorySource } from './memory.ts';
import { trafficOf, type Traffic } from './traffic.ts';
import { Variant } from './variant.ts';

/** What to build a stepper from. */
export interface StepperOptions {
  readonly program: Program;
  readonly dtype: DType;
  readonly backend: Backend;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Where the memory comes from, and who runs the kernels. */
  readonly source: MemorySource;
  readonly crew: Crew;
  /** The states with a format of their own. */
  readonly codings?: ReadonlyMap<Variable, Coding>;
  /** Check gradients before anything is written. */
  readonly gated: boolean;
  /** The memory of another stepper of the same tensors, to work on that. */
  readonly on?: Stepper | undefined;
  /** Have only what lasts between steps, `w` and the states. */
  readonly kept?: boolean;
  /** Have room for so many rows of each tensor, not for all. */
  readonly rows?: ReadonlyMap<string, number>;
  /** The scalar states, where another stepper keeps them. */
  readonly scalarStates?: Map<Variable, Float64Array>;
  /** Receives the plan of each variant as text. */
  readonly trace?: ((plan: Plan) => void) | undefined;
}

const mostConditions = 30;

/** A cohort's program bound to memory. */
export class Stepper {
  readonly arena: Arena;
  /** Scalar states: one number, or one per tensor. */
  readonly scalarStates: Map<Variable, Float64Array>;
  private readonly options: StepperOptions;
  private readonly variants: Variants;
  private readonly compiled = new Map<number, Variant>();
  private current: Variant | undefined;
  private watching: Stepper | undefined;

  constructor(options: StepperOptions) {
    const { program, dtype, shapes, gated, on, source, kept, rows, codings = plain } = options;
    this.options = options;
    this.variants = prepare(program, dtype, { gated, codings });
    if (this.variants.conditions.length > mostConditions) {
      throw new UnsupportedError(program.name, `more than ${String(mostConditions)} conditions on the host in one program`);
    }
    const inputs = program.inputs.filter((input) => input.kind === 'tensor').map(inputVariable);
    const given = kept === true ? [parameter] : [parameter, gradient, ...inputs];
    const arrays = new Map<Variable, Form>(given.map((array) => [array, wholeForm]));
    for (const [state, kind] of program.states) if (kind === 'array') arrays.set(state, program.forms.get(state) ?? wholeForm);
    if (program.evaluation !== undefined) arrays.set(evaluated, wholeForm);
    for (const [array, form] of this.variants.scratch) arrays.set(array, form);
    this.arena = on?.arena ?? new Arena({ owner: program.name, dtype, shapes, rows, arrays, bounds: this.bounds(), source, codings });
    const states = options.scalarStates ?? on?.scalarStates;
    this.scalarStates = states ?? new Map<Variable, Float64Array>();
    if (states !== undefined) return;
    for (const [state, kind] of program.states) {
      if (kind !== 'array') this.scalarStates.set(state, new Float64Array(kind === 'tensor' ? shapes.size : 1));
    }
  }

  /** Computes the scalars of a step that need no array, and returns the variant that computes the rest. */
  begin(context: StepContext): Variant {
    let variant = this.current ?? this.variantOf(this.decide(context));
    const outcome = variant.begin(context);
    // The last step's plan is nearly always the right one; where it is not, its scalars have shown which is.
    if (this.compiled.get(outcome) !== variant) {
      variant = this.variantOf(outcome);
      variant.begin(context);
    }
    this.current = variant;
    return variant;
  }

  /** The variant of the step that was begun. */
  get variant(): Variant {
    if (this.current === undefined) throw new RangeError('no step was begun');
    return this.current;
  }

  /** Bytes that the passes of the last step read and wrote; none before the first. */
  get traffic(): Traffic {
    const outcome = [...this.compiled].find(([, variant]) => variant === this.current)?.[0];
    return outcome === undefined ? { read: 0, written: 0 } : trafficOf(this.planOf(outcome), this.arena);
  }

  /** Watches whether the weights are finite, on the same memory. */
  get watcher(): Stepper {
    this.watching ??= new Stepper({ ...this.options, program: watchProgram(this.options.program), gated: false, on: this });
    return this.watching;
  }

  /** Gives the memory back. Nothing may be stepped afterwards. */
  release(): void {
    const { memory, release } = this.arena.region;
    this.options.crew.forget(memory);
    release?.();
  }

  /** Compiles what a step in this context needs, without taking it. */
  warm(context: StepContext): void {
    this.variantOf(this.decide(context));
  }

  /** What a pass needs at most, of the program itself, of the one that computes where to evaluate, and of that which watches the weights. */
  private bounds(): Bounds {
    const { bounds: own } = this.variants;
    const bounds = { scalars: own.scalars, sums: Math.max(own.sums, 1) };
    const evaluation = evaluationProgram(this.options.program);
    if (evaluation === undefined) return bounds;
    const other = prepare(evaluation, this.options.dtype).bounds;
    return { scalars: Math.max(bounds.scalars, other.scalars), sums: Math.max(bounds.sums, other.sums) };
  }

  /** The outcomes of the host conditions, one bit each. */
  private decide(context: StepContext): number {
    const { conditions, scalars: slots } = this.variants;
    if (conditions.length === 0) return 0;
    const scalars = compileScalars(slots);
    const values = new Float64Array(scalars.size);
    const leaves = new Leaves(slots, scalars.place);
    leaves.fillHyper(values, context);
    leaves.fill(values, context);
    for (const step of scalars.steps(() => true)) step(values);
    return conditions.reduce((outcome, condition, i) => outcome | ((values[scalars.place.get(condition) ?? 0] === 0 ? 0 : 1) << i), 0);
  }

  private variantOf(outcome: number): Variant {
    return this.compiled.get(outcome) ?? this.compile(outcome);
  }

  private planOf(outcome: number): Plan {
    return planVariant(
      this.variants,
      this.variants.conditions.map((_, i) => ((outcome >> i) & 1) === 1),
    );
  }

  private compile(outcome: number): Variant {
    const plan = this.planOf(outcome);
    this.options.trace?.(plan);
    const variant = new Variant(plan, this.arena, this.options.backend, this.options.crew);
    this.compiled.set(outcome, variant);
    return variant;
  }
}
