/** An optimizer of jax-js's arrays by operations of jax-js: the pure form with its state held, and functions as schedules called before each step. */
import { numpy as np, tree } from '@jax-js/jax';
import { OptionError } from '../language/error.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { DisposedError } from '../language/runtime-error.ts';
import { checkHyper, isSchedule, type HyperValue } from '../define/hyper.ts';
import type { Method } from '../define/method.ts';
import type { StepResult } from '../optimizer/optimizer.ts';
import { TracedMethod } from './method.ts';
import type { JaxOptimizer } from './held.ts';
import { scalarTypeOf, type State } from './state.ts';
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
  /** What the user set each hyperparameter to. */
  private readonly values: Map<string, HyperValue>;
  /** Those whose value is put into the state before each step: functions, and what was set since the beginning. */
  private readonly put = new Set<string>();
  private held: { readonly params: P; readonly state: State } | undefined;

  constructor(traced: TracedMethod, params: P) {
    this.traced = traced;
    this.form = transformationOf(traced);
    this.values = new Map(traced.hyper.map(({ name, value }) => [name, value]));
    for (const [name, value] of this.values) if (typeof value === 'function') this.put.add(name);
    this.hyper = this.view();
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
    const hyper = Object.fromEntries([...this.put].map((name) => [name, this.valueAt(name, this.t + 1)]));
    const type = scalarTypeOf(state);
    const fresh = Object.fromEntries(Object.entries(hyper).map(([name, value]) => [name, np.array(value, { dtype: type })]));
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
    const problem = `${use} is of the engine 'arena', whose files hold everything; the pure form, gradientTransformation, has its state as a tree of arrays`;
    return new UnsupportedError(this.traced.name, problem);
  }

  private holding(use: string): { readonly params: P; readonly state: State } {
    if (this.held === undefined) throw new DisposedError(this.traced.name, use);
    return this.held;
  }

  /** Properties that read and set the hyperparameters. */
  private view(): Record<N, HyperValue> {
    const accessors: Record<string, HyperValue> = {};
    for (const one of this.traced.hyper) {
      const { name } = one;
      const set = (value: unknown): void => {
        if (this.traced.isCount(one)) throw new OptionError(this.traced.name, name, value, 'says how often something is done, which is fixed when a step is traced'); // prettier-ignore
        this.values.set(name, checkHyper(this.traced.name, name, value, this.traced.rangeOf(one)));
        this.put.add(name);
      };
      Object.defineProperty(accessors, name, { enumerable: true, get: () => this.values.get(name), set });
    }
    return Object.preventExtensions(accessors);
  }

  private valueAt(name: string, t: number): number {
    const value = this.values.get(name) ?? NaN;
    return typeof value === 'number' ? value : isSchedule(value) ? value.at(t) : value(t);
  }
}
