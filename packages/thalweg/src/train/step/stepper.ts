/**
 * The program of one cohort bound to memory: evaluates the host conditions and selects their specialization, compiling it when first needed. Holds the
 * arena and the states; knows nothing of hyperparameters' names, schedules or users.
 */
import { UnsupportedError } from '../../language/run-error.ts';
import { wholeForm, type Form } from '../../language/form.ts';
import { inputVariable } from '../../language/part.ts';
import { evaluated, type Program } from '../../language/program.ts';
import { gradient, parameter, type Variable } from '../../language/variable.ts';
import { compileScalars } from '../../targets/loops/scalars.ts';
import type { DType } from '../../plan/dtype.ts';
import { evaluationProgram } from '../../plan/cohort.ts';
import { plain, type Quantization } from '../../plan/format.ts';
import { prepare, type Plan, type Prepared } from '../../plan/plan.ts';
import type { Arena } from '../../device/arena.ts';
import type { Device } from '../../device/device.ts';
import { Leaves, type StepContext } from './leaves.ts';
import { planOf, variantsOf, watchOf } from './planned.ts';
import { Specialization } from './specialization.ts';
import { trafficOf, type Traffic } from './traffic.ts';

/** What to build a stepper from. */
export interface StepperOptions {
  readonly program: Program;
  readonly dtype: DType;
  /** Where the arrays are to lie, and what runs the passes. */
  readonly device: Device;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The states with a format of their own. */
  readonly quantizations?: ReadonlyMap<Variable, Quantization>;
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
  /** Receives the plan of each specialization. */
  readonly trace?: ((plan: Plan) => void) | undefined;
}

const mostConditions = 30;

/** A cohort's program bound to memory. */
export class Stepper {
  readonly arena: Arena;
  /** Scalar states: one number, or one per tensor. */
  readonly scalarStates: Map<Variable, Float64Array>;
  private readonly options: StepperOptions;
  private readonly variants: Prepared;
  private readonly compiled = new Map<number, Specialization>();
  private current: Specialization | undefined;
  private watching: Stepper | undefined;

  constructor(options: StepperOptions) {
    const { program, dtype, shapes, gated, on, quantizations = plain } = options;
    this.options = options;
    this.variants = variantsOf(program, dtype, gated, quantizations);
    if (this.variants.conditions.length > mostConditions) {
      throw new UnsupportedError(program.name, `more than ${String(mostConditions)} conditions on the host in one program`);
    }
    this.arena = on?.arena ?? this.allocate();
    const states = options.scalarStates ?? on?.scalarStates;
    this.scalarStates = states ?? new Map<Variable, Float64Array>();
    if (states !== undefined) return;
    for (const [state, { kind }] of program.states) {
      if (kind !== 'array') this.scalarStates.set(state, new Float64Array(kind === 'tensor' ? shapes.size : 1));
    }
  }

  /** Computes the scalars of a step that need no array, and with them decides which specialization computes the rest: this one. */
  decide(context: StepContext): Specialization {
    const last = (this.current ??= this.specializationOf(this.outcomeOf(context)));
    const outcome = last.decide(context);
    // The last step's is nearly always the right one; where it is not, its scalars have shown which is.
    if (last.outcome === outcome) return last;
    const next = this.specializationOf(outcome);
    this.current = next;
    next.decide(context);
    return next;
  }

  /** What the last step was decided to be. */
  get specialization(): Specialization {
    if (this.current === undefined) throw new RangeError('no step was begun');
    return this.current;
  }

  /** Whether a specialization is one of this program on these arrays. */
  has(specialization: Specialization): boolean {
    return this.compiled.get(specialization.outcome) === specialization;
  }

  /** Bytes that the passes of the last step read and wrote; none before the first. */
  get traffic(): Traffic {
    return this.current === undefined ? { read: 0, written: 0 } : trafficOf(this.current.plan, this.arena);
  }

  /** Watches whether the weights are finite, on the same memory. */
  get watcher(): Stepper {
    this.watching ??= new Stepper({ ...this.options, program: watchOf(this.options.program), gated: false, on: this });
    return this.watching;
  }

  /** Gives the memory back. Nothing may be stepped afterwards. */
  release(): void {
    this.options.device.release(this.arena);
  }

  /** Compiles what a step in this context needs, without taking it. */
  warm(context: StepContext): void {
    this.specializationOf(this.outcomeOf(context));
  }

  /** Lays out what the program needs, and what the one needs besides that computes where to evaluate and works on the same memory. */
  private allocate(): Arena {
    const { program, dtype, shapes, device, kept, rows, quantizations = plain } = this.options;
    const inputs = program.inputs.filter((input) => input.kind === 'tensor').map(inputVariable);
    const given = kept === true ? [parameter] : [parameter, gradient, ...inputs];
    const arrays = new Map<Variable, Form>(given.map((array) => [array, wholeForm]));
    for (const [state, { kind, form = wholeForm }] of program.states) if (kind === 'array') arrays.set(state, form);
    const evaluation = evaluationProgram(program);
    if (evaluation !== undefined) arrays.set(evaluated, wholeForm);
    const all = evaluation === undefined ? [this.variants] : [this.variants, prepare(evaluation, dtype)];
    for (const { scratch } of all) for (const [array, form] of scratch) arrays.set(array, form);
    // The watch over the weights needs a sum.
    const bounds = { scalars: Math.max(...all.map((one) => one.bounds.scalars)), sums: Math.max(1, ...all.map((one) => one.bounds.sums)) };
    return device.allocate({ owner: program.name, dtype, shapes, rows, arrays, bounds, quantizations });
  }

  /** The outcomes of the host conditions, one bit each. */
  private outcomeOf(context: StepContext): number {
    const { conditions, scalars: slots } = this.variants;
    if (conditions.length === 0) return 0;
    const scalars = compileScalars(slots);
    const values = new Float64Array(scalars.size);
    const leaves = new Leaves(slots, scalars.place);
    leaves.fillHyper(values, context);
    leaves.fill(values, context);
    scalars.step(() => true)(values);
    return conditions.reduce((outcome, condition, i) => outcome | ((values[scalars.place.get(condition) ?? 0] === 0 ? 0 : 1) << i), 0);
  }

  private specializationOf(outcome: number): Specialization {
    return this.compiled.get(outcome) ?? this.compile(outcome);
  }

  private compile(outcome: number): Specialization {
    const plan = planOf(this.variants, outcome);
    this.options.trace?.(plan);
    const made = new Specialization(plan, outcome, this.arena, this.options.device);
    this.compiled.set(outcome, made);
    return made;
  }
}
