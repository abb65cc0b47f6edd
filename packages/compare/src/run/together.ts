/**
 * Runs of one optimizer that differ only in their learning rates, made together if the problem's loss is written in jax-js: all gradients by vmap of the
 * loss, all steps by `vectorized` of thalweg/jax, in one compiled function each. Each run is recorded as if it were alone (`trial.ts`), and may diverge by
 * itself. Knows no protocol.
 */
import { jit, numpy as np, tree, valueAndGrad, vmap } from '@jax-js/jax';
import { Method, ThalwegError } from 'thalweg';
import { vectorized, type Vectorized } from 'thalweg/jax';
import type { Contestant } from '../contestants.ts';
import { lost } from '../lost.ts';
import type { Arrays, Problem, Traced } from '../problem.ts';
import type { Trial } from '../schema.ts';
import type { CheckedModel } from './checked.ts';
import { tablesOf } from './tables.ts';
import { follow, isRefusedRate, type TrialRequest } from './trial.ts';

type Tree = Record<string, np.Array>;

/** The trials of one request at its learning rates; undefined where they have to be run one by one. */
export async function runTogether(
  problem: Problem,
  model: CheckedModel,
  { create, around }: Contestant,
  request: TrialRequest,
): Promise<Trial[] | undefined> {
  const { rates = [], steps, hyper = {}, schedule, seed } = request;
  const { traced } = model;
  if (traced === undefined || around !== undefined || schedule !== 'constant') return undefined;
  const made = rates.map((lr) => methodAt(create, lr, steps, hyper));
  const kept = made.flatMap((method, i) => (method === undefined ? [] : [{ method, lr: rates[i]! }]));
  const form = formOf(kept.map(({ method }) => method));
  if (form === undefined) return undefined;
  const start = await model.start(seed);
  // They would be stepped whole.
  if (tablesOf(start).size > 0) return undefined;
  const lanes = new Lanes(form, traced, seed, treeOf(start), kept[0]!.method.inputs.includes('loss'));
  try {
    const trials = await Promise.all(
      kept.map(({ lr }, k) =>
        follow(
          problem,
          { ...model, gradient: async (_, __, ___, step) => ({ loss: await lanes.arrive(k, step), rows: {} }) },
          lanes.lane(k),
          false,
          {
            ...request,
            lr,
          },
        ).finally(() => {
          lanes.leave(k);
        }),
      ),
    );
    return rates.map((lr) => trials.find((one) => one.lr === lr) ?? lost({ ...request, lr }));
  } finally {
    lanes.dispose();
  }
}

function methodAt(create: Contestant['create'], lr: number, steps: number, hyper: Readonly<Record<string, number>>): Method | undefined {
  try {
    const made = create(lr, { steps, hyper });
    return made instanceof Method ? made : undefined;
  } catch (error) {
    if (isRefusedRate(error, hyper)) return undefined;
    throw error;
  }
}

/** The methods as one with several values of what differs; undefined where more than numbers differ, or where jax-js cannot carry it. */
function formOf(methods: readonly Method[]): Vectorized | undefined {
  const [first, ...others] = methods;
  if (first === undefined || others.length === 0) return undefined;
  const shape = ({ name, equations, groups, hyper }: Method): string =>
    JSON.stringify([name, equations, groups.map((one) => [one.name, one.match instanceof RegExp ? one.match.source : typeof one.match === 'object' ? one.match : String(one.match)]), [...hyper].map(([key, value]) => [key, typeof value === 'number' ? 0 : value])]); // prettier-ignore
  if (others.some((one) => shape(one) !== shape(first))) return undefined;
  const values = [...first.hyper.keys()].map((key) => [key, methods.map(({ hyper }) => hyper.get(key))] as const);
  const differing = values.filter(([, list]) => list.some((value) => typeof value === 'number' && value !== list[0]));
  try {
    return vectorized(first, Object.fromEntries(differing) as Record<string, number[]>);
  } catch (error) {
    if (error instanceof ThalwegError) return undefined;
    throw error;
  }
}

/** First weights as arrays of jax-js. */
function treeOf(start: Awaited<ReturnType<CheckedModel['start']>>): Tree {
  return Object.fromEntries(
    Object.entries(start).map(([name, one]) => {
      const [shape, values] = 'shape' in one ? [one.shape, one.values] : [[one.length], one];
      return [name, values === undefined ? np.zeros([...shape]) : np.array(Float32Array.from(values), { shape: [...shape] })];
    }),
  );
}

/** Several runs that wait for each other before every step. */
class Lanes {
  private readonly form: Vectorized;
  private readonly traced: Traced;
  private readonly seed: number;
  private readonly readsLoss: boolean;
  private readonly gradient: ReturnType<typeof jit<(params: Tree, ...batch: np.Array[]) => [np.Array, Tree]>>;
  private held: [Tree, Parameters<Vectorized['evaluate']>[1]];
  /** Those that go on, and of them those that wait for the step at hand. */
  private readonly running: Set<number>;
  private readonly waiting = new Map<number, { readonly step: number; readonly done: (loss: number) => void }>();
  /** The points where the model is evaluated after the last step, as numbers of all runs. */
  private points: Record<string, Float32Array> | undefined;

  constructor(form: Vectorized, traced: Traced, seed: number, params: Tree, readsLoss: boolean) {
    [this.form, this.traced, this.seed, this.readsLoss] = [form, traced, seed, readsLoss];
    this.running = new Set(Array.from({ length: form.size }, (_, k) => k));
    this.held = form.init(params);
    const axes = (batch: readonly np.Array[]): (number | null)[] => [0, ...batch.map(() => null)];
    const one = valueAndGrad((given: Tree, ...batch: np.Array[]) => traced.loss(given, ...batch));
    this.gradient = jit(
      (given: Tree, ...batch: np.Array[]): [np.Array, Tree] => vmap(one, axes(batch))(given, ...batch) as [np.Array, Tree],
    );
  }

  /** The loss of a run before a step, which is taken when all of them have asked for theirs. */
  arrive(k: number, step: number): Promise<number> {
    return new Promise((done) => {
      this.waiting.set(k, { step, done });
      this.advance();
    });
  }

  /** A run has ended. */
  leave(k: number): void {
    this.running.delete(k);
    this.advance();
  }

  /** What a run is followed by. */
  lane(k: number): Parameters<typeof follow>[2] {
    return {
      params: {},
      grads: {},
      step: () => 'stepped',
      evaluate: () => this.pointsOf(k),
      dispose: () => undefined,
    };
  }

  dispose(): void {
    this.running.clear();
    tree.dispose(this.held);
    this.gradient.dispose();
    this.form.dispose();
  }

  private advance(): void {
    if (this.running.size === 0 || this.waiting.size < this.running.size) return;
    const waiting = [...this.waiting];
    this.waiting.clear();
    const [params, state] = this.held;
    const [losses, gradients] = this.gradient(tree.ref(params), ...this.traced.batch(this.seed, waiting[0]![1].step));
    const values = losses.ref.dataSync();
    this.held = this.form.step(params, gradients, state, this.readsLoss ? { loss: losses.ref } : {});
    losses.dispose();
    this.points = undefined;
    for (const [k, { done }] of waiting) done(Number(values[k]));
  }

  private pointsOf(k: number): Arrays {
    const [params, state] = this.held;
    this.points ??= Object.fromEntries(
      Object.entries(this.form.evaluate(tree.ref(params), tree.ref(state))).map(([name, array]) => [
        name,
        Float32Array.from(array.dataSync()),
      ]),
    );
    return Object.fromEntries(
      Object.entries(this.points).map(([name, all]) => {
        const each = all.length / this.form.size;
        return [name, all.subarray(k * each, (k + 1) * each)];
      }),
    );
  }
}
