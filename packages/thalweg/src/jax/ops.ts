/** An optimizer of jax-js's arrays by jax-js's operations: the pure form with its state held, where functions as schedules are called before each step. */
import { numpy as np, tree } from '@jax-js/jax';
import { UnsupportedError } from '../language/run-error.ts';
import { DisposedError } from '../language/runtime-error.ts';
import type { HyperValue } from '../define/hyper.ts';
import type { Method } from '../define/method.ts';
import type { HyperName } from '../define/recipe.ts';
import type { StepResult } from '../optimizer/optimizer.ts';
import { hyperView } from '../train/hyper-view.ts';
import { heldHyper, type HeldHyper } from './held-hyper.ts';
import { TracedMethod } from './method.ts';
import type { JaxOptimizer } from './held.ts';
import { factorOf, scalarTypeOf, type State } from './state.ts';
import { transformationOf, type GradientTransformation, type JaxInputs } from './transformation.ts';
import type { Tree } from './tree.ts';

/** Binds a method to parameters, which are consumed. */
export function startOps<P extends Tree, N extends string>(method: Method<N>, params: P): JaxOptimizer<P, N> {
  return new OpsOptimizer<P, N>(new TracedMethod(method), params);
}

class OpsOptimizer<P extends Tree, N extends string> implements JaxOptimizer<P, N> {
  readonly engine = 'ops';
  readonly hyper: Record<N, HyperValue>;
  outcome: StepResult | undefined;
  t = 0;
  private readonly traced: TracedMethod;
  private readonly form: GradientTransformation;
  private readonly live: readonly HeldHyper[];
  private held: { readonly params: P; readonly state: State } | undefined;

  constructor(traced: TracedMethod, params: P) {
    this.traced = traced;
    this.form = transformationOf(traced);
    this.live = heldHyper(traced);
    const hyperValue = ({ slots: [slot] }: HyperName): HyperValue => this.live[slot!.group]!.get(slot!.key);
    this.hyper = hyperView<N>({ name: traced.name, names: traced.hyper, live: this.live, hyperValue });
    const lent = tree.ref(params);
    try {
      this.held = { params, state: this.form.init(lent) };
    } catch (error) {
      // What is refused is not consumed.
      tree.dispose(lent);
      throw error;
    }
  }

  async step(gradients: P, inputs?: JaxInputs): Promise<P> {
    await Promise.resolve();
    const { params, state } = this.holding('step');
    // Before anything changes: a schedule may leave its range.
    for (const live of this.live) live.advance(this.t + 1);
    const type = scalarTypeOf(state);
    const fresh = Object.fromEntries([...this.put()].map(([name, value]) => [name, np.array(value, { dtype: type })]));
    for (const name of Object.keys(fresh)) state.hyper[name]?.dispose();
    const current = { ...state, hyper: { ...state.hyper, ...fresh } };
    this.held = { params, state: current };
    const [after, next] = this.form.step(params, gradients, current, inputs);
    this.held = { params: after, state: next };
    this.t += 1;
    this.outcome = 'stepped';
    return tree.ref(after);
  }

  params(): P {
    return tree.ref(this.holding('params').params);
  }

  evaluate(): P {
    const { params, state } = this.holding('evaluate');
    // Before the first step that is at the parameters, and a function has no value yet.
    if (this.t === 0) return tree.ref(params);
    return this.form.evaluate(tree.ref(params), tree.ref(state));
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.reject(this.unsupported('save'));
  }

  load(): Promise<never> {
    return Promise.reject(this.unsupported('load'));
  }

  dispose(): void {
    if (this.held === undefined) return;
    tree.dispose(this.held.params);
    tree.dispose(this.held.state);
    this.form.dispose();
    this.held = undefined;
  }

  private unsupported(use: string): UnsupportedError {
    const problem = `${use} needs the engine 'arena'; to save states of the engine 'ops', use gradientTransformation, whose state is a tree of arrays`;
    return new UnsupportedError(this.traced.name, problem);
  }

  private holding(use: string): { readonly params: P; readonly state: State } {
    if (this.held === undefined) throw new DisposedError(this.traced.name, use);
    return this.held;
  }

  /** What is put into the state before each step: functions, and what was assigned since the beginning, with the factor where equations read it. */
  private *put(): Iterable<[string, number]> {
    for (const one of this.traced.hyper) {
      const [slot] = one.slots;
      const live = this.live[slot!.group]!;
      if (typeof one.value !== 'function' && !live.isAssigned(slot!.key)) continue;
      yield [one.name, live.values.get(slot!.key)!];
      if (live.factored.has(slot!.key)) yield [factorOf(one.name), live.factors.get(slot!.key)!];
    }
  }
}
