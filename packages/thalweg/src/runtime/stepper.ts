/**
 * Takes steps: decides the host conditions, picks the variant of the plan that they ask for, compiling it when first needed, and runs
 * it. Holds the arena and the states; knows nothing of hyperparameters' names, schedules or users.
 */
import { UnsupportedError } from '../language/error.ts';
import type { Program } from '../language/program.ts';
import { compileScalars, type ScalarStep } from '../lower/scalars.ts';
import type { DType } from '../plan/dtype.ts';
import { planVariant, prepare, printPlan, type Variants } from '../plan/plan.ts';
import { Arena } from './arena.ts';
import type { Backend } from './backend.ts';
import { Leaves, type StepContext } from './leaves.ts';
import { Variant } from './variant.ts';

/** What to build a stepper from. */
export interface StepperOptions {
  readonly program: Program;
  readonly dtype: DType;
  readonly backend: Backend;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Check gradients before anything is written. */
  readonly gated: boolean;
  /** Receives the plan of each variant as text. */
  readonly trace?: ((text: string) => void) | undefined;
}

const mostConditions = 30;

/** A program bound to memory. */
export class Stepper {
  readonly arena: Arena;
  /** Scalar states: one number, or one per tensor. */
  readonly scalarStates = new Map<string, Float64Array>();
  private readonly options: StepperOptions;
  private readonly variants: Variants;
  private readonly selectors: readonly ScalarStep[];
  private readonly selectorLeaves: Leaves;
  private readonly selectorValues: Float64Array;
  private readonly conditionPlaces: readonly number[];
  private readonly compiled = new Map<number, Variant>();

  constructor(options: StepperOptions) {
    const { program, dtype, backend, shapes, gated } = options;
    this.options = options;
    this.variants = prepare(program, dtype, gated);
    if (this.variants.conditions.length > mostConditions) {
      throw new UnsupportedError(program.name, `more than ${String(mostConditions)} conditions on the host in one program`);
    }
    const states = [...program.states].filter(([, kind]) => kind === 'array').map(([name]) => name);
    const inputs = program.inputs.filter((input) => input.kind === 'tensor').map((input) => `input.${input.name}`);
    this.arena = new Arena(program.name, dtype, shapes, ['w', 'g', ...inputs, ...states], backend === 'wasm');
    for (const [name, kind] of program.states) {
      if (kind !== 'array') this.scalarStates.set(name, new Float64Array(kind === 'tensor' ? shapes.size : 1));
    }
    const scalars = compileScalars(this.variants.scalars);
    this.selectors = scalars.steps(() => true);
    this.selectorLeaves = new Leaves(this.variants.scalars);
    this.selectorValues = new Float64Array(this.variants.scalars.length);
    this.conditionPlaces = this.variants.conditions.map((condition) => scalars.place.get(condition) ?? 0);
  }

  /** Computes one step. Returns false, with nothing changed, where a gradient was not finite and the stepper is gated. */
  run(context: StepContext): boolean {
    return this.select(context).run(context);
  }

  /** Compiles what a step in this context needs, without taking it. */
  warm(context: StepContext): void {
    this.select(context);
  }

  private select(context: StepContext): Variant {
    const values = this.selectorValues;
    this.selectorLeaves.fill(values, context);
    for (const step of this.selectors) step(values);
    let outcome = 0;
    for (let i = 0; i < this.conditionPlaces.length; i++) outcome |= (values[this.conditionPlaces[i]!] === 0 ? 0 : 1) << i;
    return this.compiled.get(outcome) ?? this.compile(outcome);
  }

  private compile(outcome: number): Variant {
    const outcomes = this.conditionPlaces.map((_, i) => ((outcome >> i) & 1) === 1);
    const plan = planVariant(this.variants, outcomes);
    this.options.trace?.(printPlan(plan));
    const variant = new Variant(plan, this.arena, this.options.backend);
    this.compiled.set(outcome, variant);
    return variant;
  }
}
