/**
 * An optimizer of TF.js variables whose parameters and states lie in an arena, if TF.js computes on the CPU: gradients are copied in, the library takes its
 * own step, and parameters are copied out. So every method is exact here, and no state is a tensor.
 */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { DivergenceError } from '../language/run-error.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { Recipe } from '../define/recipe.ts';
import { startAlone } from '../optimizer/start.ts';
import type { Optimizer, StepResult } from '../optimizer/optimizer.ts';
import type { InitOptions } from '../train/init-options.ts';
import type { Inputs } from '../train/intake.ts';
import { tensor, type Declared as Declaration } from '../train/tensor.ts';
import { Bindings, noGradient, type Bound, type Declared } from './bindings.ts';
import type { Engine, GivenInputs, Left, Saved, Update } from './engine.ts';
import { readSaved } from './held-states.ts';
import { readInto, write } from './values.ts';

type Arrays = Readonly<Record<string, Float32Array>>;

/** Steps in an arena. */
export class Arena implements Engine {
  readonly name = 'arena';
  private readonly recipe: Recipe;
  private readonly options: InitOptions;
  private readonly hyper: ReadonlyMap<string, HyperValue>;
  private bindings: Bindings;
  private opt: Optimizer | undefined;
  /** The names of those that the last step trained. */
  private active: ReadonlySet<string> = new Set();

  /** `hyper` are hyperparameters that were assigned before there was an optimizer. */
  constructor(recipe: Recipe, options: InitOptions, hyper: ReadonlyMap<string, HyperValue>) {
    this.recipe = recipe;
    this.options = options;
    this.hyper = hyper;
    this.bindings = new Bindings(recipe.name);
  }

  get t(): number {
    return this.opt?.t ?? 0;
  }

  setHyper(name: string, value: HyperValue): void {
    if (this.opt !== undefined) this.opt.hyper[name] = value;
  }

  step(updates: readonly Update[], inputs: GivenInputs): StepResult {
    const given = updates.filter((one): one is Required<Update> => one.gradient !== undefined);
    const opt = this.take(given.map(({ variable }) => variable));
    const came = given.map(({ variable }) => this.bindings.of(variable));
    // What had a gradient earlier in a window of accumulation is stepped with it, and has none in this batch.
    const earlier = opt.pending === 0 ? [] : this.ofActive().filter((one) => !came.includes(one));
    const bound = [...came, ...earlier];
    this.activate(opt, bound);
    this.follow(opt, bound);
    const grads = opt.grads as Arrays;
    given.forEach(({ gradient }, i) => {
      readInto(gradient, grads[came[i]!.name]!);
    });
    for (const { name } of earlier) grads[name]!.fill(0);
    try {
      const result = opt.step(undefined, this.inputs(inputs));
      if (result === 'stepped') this.show(bound, opt.params as Arrays);
      return result;
    } catch (error) {
      // The step has been taken then, and the model is to show what became of it.
      if (error instanceof DivergenceError) this.show(bound, opt.params as Arrays);
      throw error;
    }
  }

  flush(): void {
    const { opt } = this;
    if (opt?.flush() === 'stepped') this.show(this.ofActive(), opt.params as Arrays);
  }

  moveToEvaluation(): () => void {
    const { opt } = this;
    if (opt === undefined) return () => undefined;
    const bound = this.shown();
    this.follow(opt, bound);
    const points = opt.evaluate() as Arrays;
    const params = opt.params as Arrays;
    const apart = bound.filter(({ name }) => points[name] !== params[name]);
    this.show(apart, points);
    return () => {
      this.show(apart.filter(({ variable }) => variable?.isDisposed === false), params); // prettier-ignore
    };
  }

  save(): Promise<Saved | undefined> {
    if (this.opt !== undefined) {
      this.forgetGone(this.opt);
      this.follow(this.opt, this.shown());
    }
    return Promise.resolve(this.snapshot());
  }

  leave(): Left | undefined {
    const saved = this.snapshot();
    return saved && { declared: saved.declared, held: readSaved(this.recipe, saved.declared, saved.bytes) };
  }

  async load({ declared, bytes }: Saved): Promise<void> {
    const [first = [], ...later] = inBatches(declared);
    const opt = this.begin(first);
    try {
      for (const some of later) opt.add(declarations(some));
      // A configuration is a text of its own, which has been read by now.
      await opt.load(bytes, { hyper: 'mine' });
    } catch (error) {
      opt.dispose();
      throw error;
    }
    this.opt?.dispose();
    this.opt = opt;
    this.bindings = new Bindings(this.recipe.name, declared);
    this.active = new Set(opt.trained);
  }

  dispose(): void {
    this.opt?.dispose();
  }

  /** What was trained, without what was assigned to variables since the last step. */
  private snapshot(): Saved | undefined {
    if (this.opt === undefined || this.bindings.all.length === 0) return undefined;
    const chunks = [...this.opt.chunks()];
    const bytes = new Uint8Array(chunks.reduce((total, { length }) => total + length, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return { declared: this.bindings.all.map(({ name, shape, batch }) => ({ name, shape, batch })), bytes };
  }

  /** The optimizer, which has these variables among its parameters from now on. */
  private take(variables: readonly Variable[]): Optimizer {
    const changes = this.bindings.plan(variables);
    const { added } = changes;
    if (this.opt === undefined) {
      if (added.length === 0) throw noGradient(this.recipe.name);
      this.opt = this.begin(added);
    } else {
      this.forgetGone(this.opt);
      if (added.length > 0) this.opt.add(declarations(added));
    }
    if (added.length > 0) this.active = new Set(this.opt.trained);
    this.bindings.carryOut({ ...changes, gone: [] });
    return this.opt;
  }

  /** Lets go of the parameters whose variables were disposed of. */
  private forgetGone(opt: Optimizer): void {
    const leaving = this.bindings.leaving();
    if (leaving.gone.length === 0) return;
    const names = new Set(leaving.gone.map(({ name }) => name));
    opt.remove(({ name }) => names.has(name));
    this.bindings.carryOut(leaving);
    this.active = new Set(opt.trained);
  }

  private begin(some: readonly Pick<Bound, 'name' | 'shape'>[]): Optimizer {
    const opt = startAlone<Readonly<Record<string, Declaration>>, string>(this.recipe, declarations(some), this.options);
    for (const [name, value] of this.hyper) opt.hyper[name] = value;
    return opt;
  }

  /** Trains these and no others. */
  private activate(opt: Optimizer, bound: readonly Bound[]): void {
    const { active } = this;
    if (bound.length === active.size && bound.every(({ name }) => active.has(name))) return;
    const wanted = new Set(bound.map(({ name }) => name));
    const idle = new Set(this.bindings.all.flatMap(({ name }) => (wanted.has(name) ? [] : [name])));
    if (idle.size > 0) opt.freeze(({ name }) => idle.has(name));
    if (wanted.size > 0) opt.unfreeze(({ name }) => wanted.has(name));
    this.active = wanted;
  }

  /** Takes over what was assigned to variables since the last step. */
  private follow(opt: Optimizer, bound: readonly Bound[]): void {
    const params = opt.params as Arrays;
    for (const one of bound) {
      const { name, variable, data } = one;
      if (variable === undefined || variable.dataId === data) continue;
      readInto(variable, params[name]!);
      one.data = variable.dataId;
    }
  }

  private show(bound: readonly Bound[], values: Arrays): void {
    for (const one of bound) {
      const { name, variable } = one;
      if (variable === undefined) continue;
      write(variable, values[name]!);
      one.data = variable.dataId;
    }
  }

  /** Those that have a variable. */
  private shown(): Bound[] {
    return this.bindings.all.filter(({ variable }) => variable?.isDisposed === false);
  }

  private ofActive(): Bound[] {
    return this.shown().filter(({ name }) => this.active.has(name));
  }

  private inputs(given: GivenInputs): Inputs {
    const values = (arrays: ReadonlyMap<Variable, Tensor>): Arrays =>
      Object.fromEntries(
        [...arrays].map(([variable, from]) => {
          const into = new Float32Array(from.size);
          readInto(from, into);
          return [this.bindings.of(variable).name, into] as const;
        }),
      );
    const number = (value: number | Tensor): number => (typeof value === 'number' ? value : (value.dataSync()[0] ?? NaN));
    return Object.fromEntries(
      [...given].map(([name, value]) => [name, value instanceof Map ? values(value) : number(value as number | Tensor)]),
    );
  }
}

/** Parameters as `init` takes them. First values come with the first step. */
function declarations(some: readonly Pick<Bound, 'name' | 'shape'>[]): Record<string, Declaration> {
  return Object.fromEntries(some.map(({ name, shape }) => [name, tensor(shape)]));
}

/** Those that were added together, one list after the other. */
function inBatches(declared: readonly Declared[]): Declared[][] {
  const batches = new Map<number, Declared[]>();
  for (const one of declared) batches.set(one.batch, [...(batches.get(one.batch) ?? []), one]);
  return [...batches].sort(([a], [b]) => a - b).map(([, some]) => some);
}
