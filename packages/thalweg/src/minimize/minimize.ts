/**
 * Minimizes a function: the loop around an optimizer for one function and its gradient, and the entry point to deterministic methods, which evaluate the
 * function several times per step.
 */
import { OptionError } from '../language/error.ts';
import { ArrayError, DivergenceError, UnsupportedError } from '../language/run-error.ts';
import { checkParameters, isArray, type AnyArray } from '../train/arrays.ts';
import { descend, type Arrival, type Problem, type Stop } from './descent/descend.ts';
import { isMinimizer, type Minimizer } from './descent/minimizer.ts';
import type { Arrays } from './descent/space.ts';
import { normOf } from './descent/vector.ts';
import { initOptionNames, type InitOptions } from '../train/init-options.ts';
import { asMethod, Method, callIt } from '../define/method.ts';
import { directly, type Stepping } from './direct.ts';
import { Evaluation } from './objective.ts';
import type { Optimizer } from '../optimizer/optimizer.ts';
import { checkNames, checkNumber, checkWhole, describe, isCallable, isRecord, oneOf, wrongOption } from '../language/options.ts';
import { isSparse } from '../train/sparse.ts';
import type { Declared, Tensor, ViewOf } from '../train/tensor.ts';
import { checkSignal, isThenable, Turns } from './turns.ts';

/**
 * A function to minimize: writes every element of its gradient at `w` to `g`, and returns its value there, or a promise of it. Tied parameters share one
 * array, and one gradient: the sum over all uses.
 */
export type Objective<W = Float64Array> = (w: W, g: W) => number | Promise<number>;

/** Where to start: one vector, or parameters by name. */
export type Start = Float32Array | Float64Array | Readonly<Record<string, Declared>>;

/** What the objective receives for a start: an array of its type, or an array for each name. */
export type PointOf<S extends Start> = S extends Float32Array | Float64Array
  ? ViewOf<S>
  : { readonly [K in keyof S]: S[K] extends Declared ? ViewOf<S[K]> : never };

/** Options of `minimize`. */
export interface MinimizeOptions<W = Float64Array> extends Omit<InitOptions, 'half' | 'lossScale'> {
  /** The factor by which the function multiplies its loss before it computes the gradient (but not the returned value); 1 by default. */
  readonly lossScale?: number;
  /** The method, such as `adamw({ lr: 0.02 })` or `lbfgs()`. */
  readonly optimizer: Method | Minimizer;
  /** The maximum number of steps, including those skipped by `nonFinite: 'skip'`. With `accumulate: k` each step takes k evaluations. */
  readonly steps: number;
  /** Stop when the gradient's Euclidean norm is at most this; 0 by default. */
  readonly tolerance?: number;
  /**
   * Called before each step with the loss (with `accumulate`, the mean of the losses since the last step) and the point; `w` is live and must not be
   * changed. `t` is the number of steps before it, including skipped ones. If it returns a promise, that is awaited.
   */
  readonly onStep?: (step: { readonly t: number; readonly loss: number; readonly w: W }) => unknown;
  /**
   * Stops between evaluations when aborted; the point reached so far is returned. Timers and events run every few milliseconds, even if the function is
   * synchronous. If aborted from the start, the function is evaluated once there and no step is taken.
   */
  readonly signal?: AbortSignal;
}

/** The result of `minimize`. */
export interface Minimum<W = Float64Array<ArrayBuffer>> {
  /** The last point; for methods that evaluate at other weights than they step from, such as schedule-free ones and averages, `opt.evaluate()`. */
  readonly w: W;
  /** The value there. */
  readonly loss: number;
  /** The norm of the gradient there. */
  readonly gradientNorm: number;
  /** The number of steps taken. */
  readonly steps: number;
  /** The number of steps skipped because a gradient was not finite, with `nonFinite: 'skip'`. */
  readonly skipped: number;
  /** The number of evaluations of the function. */
  readonly evaluations: number;
  /**
   * Why it stopped: all steps were taken, the gradient is small enough, the value is not finite (unless `nonFinite` handles its gradient, which is not
   * finite either), the signal was aborted, or a line search found no step that lowers the value, as happens when rounding hides what is left to gain.
   */
  readonly reason: Stop;
}

/**
 * Minimizes `objective` from `start`, in the type of its arrays. A deterministic method (`lbfgs`, `conjugateGradient`, `gradientDescent`) never ends at a
 * higher value than it starts from; of the options of `init` it takes only `maximize`.
 *
 * A method evaluates at most (accumulate·steps) + 1 times, and once more if it returns an average; a deterministic method at most 1 + 2·steps·(n + 1)
 * times, where n is `maxEvaluations` of its line search.
 *
 * @param objective - writes the gradient to its second argument, every element in each evaluation, and returns the value
 * @param start - the first point, one vector or parameters by name; it is not changed
 * @param options - the method, the number of steps, and when to stop earlier
 * @returns the last point, its value and why the loop stopped
 * @throws OptionError for invalid options; ArrayError for an invalid start; ObjectiveError if the function does not return a number or leaves out elements
 * of its gradient; StartError if value or gradient is not finite at the start of a deterministic method; NonFiniteError with `nonFinite: 'throw'`; whatever
 * `objective` throws
 * @example
 * ```ts
 * import { adamw, lbfgs, minimize } from 'thalweg';
 * const bowl = (w: Float64Array, g: Float64Array) => {
 *   g[0] = 2 * (w[0]! - 3);
 *   return (w[0]! - 3) ** 2;
 * };
 * const { w } = await minimize(bowl, Float64Array.of(0), { optimizer: adamw({ lr: 0.1, weightDecay: 0 }), steps: 500 });
 * Math.abs(w[0]! - 3) < 1e-3; // true
 *
 * const line = (w: { a: Float64Array; b: Float64Array }, g: { a: Float64Array; b: Float64Array }) => {
 *   const error = w.a[0]! + w.b[0]! - 5;
 *   g.a[0] = g.b[0] = 2 * error;
 *   return error ** 2;
 * };
 * const found = await minimize(line, { a: Float64Array.of(1), b: Float64Array.of(0) }, { optimizer: lbfgs(), steps: 50, tolerance: 1e-9 });
 * [found.w.a, found.w.b, found.evaluations]; // a + b = 5
 * ```
 */
export async function minimize<const S extends Start>(
  objective: Objective<PointOf<S>>,
  start: S,
  options: MinimizeOptions<PointOf<S>>,
): Promise<Minimum<PointOf<S>>> {
  const { optimizer, steps, tolerance, onStep, signal, init } = checkOptions(options);
  if (!isCallable(objective)) wrongOption(owner, 'the objective', objective, 'a function');
  const isVector = isArray(start);
  // Inside, every point is arrays by name; what is shown of it is what PointOf says in types.
  const shown = (arrays: Readonly<Arrays>): PointOf<S> => (isVector ? arrays['w'] : arrays) as PointOf<S>;
  const { parameters, tensors } = checkStart(start);
  const problem: Problem = {
    parameters,
    objective: (w, g) => new Evaluation((point, gradient) => objective(shown(point), shown(gradient)), w, g),
    steps,
    tolerance,
    onStep: onStep === undefined ? undefined : (t, loss, w) => onStep({ t, loss, w: shown(w) }),
    turns: new Turns(signal),
  };
  const { w, ...arrival } = await (optimizer instanceof Method
    ? train(optimizer, problem, init, tensors)
    : descend(optimizer, problem, maximizes(optimizer, init)));
  return { w: shown(w), ...arrival };
}

const owner = 'minimize';

/** The options, each of the right kind. Throws an OptionError. */
function checkOptions<W>(options: MinimizeOptions<W>) {
  checkNames(owner, options, ['optimizer', 'steps', 'tolerance', 'onStep', 'signal', ...initOptionNames]);
  const { optimizer: given, steps, tolerance = 0, onStep, signal, ...init } = options;
  const optimizer = asMethod(given) ?? given;
  if (!(optimizer instanceof Method) && !isMinimizer(optimizer)) {
    const hint = typeof given === 'function' ? callIt(given) : describe(given);
    throw new OptionError(owner, 'optimizer', given, `must be a method such as adamw() or lbfgs(), not ${hint}`);
  }
  checkWhole(owner, 'steps', steps, 0);
  checkNumber(owner, 'tolerance', tolerance, '[0, ∞)');
  if (onStep !== undefined && !isCallable(onStep)) wrongOption(owner, 'onStep', onStep, 'a function');
  checkSignal(owner, signal);
  if (Reflect.get(init, 'half') !== undefined)
    throw new OptionError(
      owner,
      'half',
      'bfloat16',
      'needs a loop of your own with init and step: minimize passes the function arrays of float32 or float64',
    );
  if (init.lossScale !== undefined && typeof init.lossScale !== 'number')
    wrongOption(owner, 'lossScale', init.lossScale, 'a number, since minimize does not tell the function a dynamic scale');
  return { optimizer, steps, tolerance, onStep, signal, init };
}

/** The parameters to minimize over, by name, and as tensors where none is tied. Throws an ArrayError for what no function could be minimized over. */
function checkStart(start: unknown): { parameters: Readonly<Record<string, Declared>>; tensors: ReadonlyMap<string, Tensor> | undefined } {
  const given: unknown = isArray(start) ? { w: start } : start;
  if (!isRecord(given) || ('shape' in given && 'dtype' in given)) {
    const problem = `the start must be a Float64Array, a Float32Array or parameters by name, not ${describe(given)}`;
    throw new ArrayError(owner, '', problem);
  }
  const parameters = given as Readonly<Record<string, Declared>>;
  const { tensors, leaves, ties } = checkParameters(owner, parameters);
  const [inside] = [...leaves].find(([, { path }]) => path.length > 1) ?? [];
  if (inside !== undefined) throw new ArrayError(owner, inside, `${inside} is nested; a start is one vector, or arrays by name`);
  const [table] = [...tensors].find(([, tensor]) => isSparse(tensor)) ?? [];
  if (table !== undefined)
    throw new UnsupportedError(owner, `${table} is sparse, and the gradient of a function is dense; use tensor(shape)`);
  if ([...tensors.values()].every(({ shape }) => shape.includes(0)))
    throw new ArrayError(owner, '', 'the start has no elements, so there is nothing to minimize over');
  return { parameters, tensors: ties.size === 0 ? tensors : undefined };
}

/** The loop around a method: an evaluation, and a step with its gradient or, with `accumulate`, with those of several. */
async function train(
  method: Method,
  problem: Problem,
  init: InitOptions,
  tensors: ReadonlyMap<string, Tensor> | undefined,
): Promise<Arrival> {
  const missing = method.inputs.find((name) => name !== 'loss');
  if (missing !== undefined) {
    const needs = `needs ${missing} in each step, which a function and its gradient do not give; write the loop with init and step`;
    throw new OptionError(owner, 'optimizer', method, `${method.name} ${needs}`);
  }
  const isPlain = Object.values(init).every((option) => option === undefined);
  const direct = isPlain && tensors !== undefined ? directly(method, tensors, problem.steps) : undefined;
  // Awaited, so that the stack of an error leads to the line that called.
  if (direct !== undefined) return await steps(direct, problem, init);
  const opt = await method.init(problem.parameters, init);
  try {
    return await steps(stepping(opt, method.inputs.length > 0), problem, init);
  } finally {
    opt.dispose();
  }
}

async function steps(opt: Stepping, problem: Problem, init: InitOptions): Promise<Arrival> {
  const { accumulate = 1, lossScale, nonFinite } = init;
  const refuses = nonFinite === 'skip' || nonFinite === 'throw';
  const { params: w, grads: g } = opt;
  const gradients = [...new Set(Object.values(g))];
  const evaluation = problem.objective(w, g);
  const scale = typeof lossScale === 'number' ? lossScale : 1;
  // Losses of the evaluations since the last step.
  let sum = 0;
  let leftFinite = true;
  for (let evaluations = 1; ; evaluations++) {
    const value = evaluation.at();
    const loss = typeof value === 'number' ? value : await value;
    const gradientNorm = normOf(gradients) / scale;
    if (Number.isNaN(gradientNorm) && Number.isFinite(loss)) evaluation.checkWritten();
    const turn = problem.turns.due();
    if (turn !== undefined) await turn;
    // What the optimizer will skip or refuse, as it was asked to, does not end the loop.
    const isRefused = refuses && !Number.isFinite(gradientNorm);
    const reason =
      !leftFinite || (!Number.isFinite(loss) && !isRefused)
        ? 'diverged'
        : problem.turns.aborted
          ? 'aborted'
          : gradientNorm <= problem.tolerance
            ? 'tolerance'
            : 'steps';
    const tried = Math.floor((evaluations - 1) / accumulate);
    if (reason !== 'steps' || tried === problem.steps) {
      const arrival = { w: copies(w, w), loss, gradientNorm, steps: opt.t, skipped: tried - opt.t, evaluations, reason } as const;
      const point = opt.t === 0 ? w : opt.evaluate();
      return point === w ? arrival : { ...arrival, ...(await evaluated(copies(point, w), problem, scale)), evaluations: evaluations + 1 };
    }
    sum += loss;
    if (evaluations % accumulate === 0) {
      const seen = problem.onStep?.(tried, sum / accumulate, w);
      if (isThenable(seen)) await seen;
      sum = 0;
    }
    leftFinite = opt.step(loss);
  }
}

/** An optimizer as the loop steps it: divergence is a reason to stop there, and no error. */
function stepping(opt: Optimizer, needsLoss: boolean): Stepping {
  return {
    params: opt.params,
    grads: opt.grads,
    get t() {
      return opt.t;
    },
    step: (loss) => {
      try {
        opt.step(undefined, needsLoss ? { loss } : undefined);
        return true;
      } catch (error) {
        if (error instanceof DivergenceError) return false;
        throw error;
      }
    },
    evaluate: () => opt.evaluate(),
  };
}

/** The loss at a point other than that which the method steps from. */
async function evaluated(w: Arrays, { objective }: Problem, scale: number): Promise<Pick<Arrival, 'w' | 'loss' | 'gradientNorm'>> {
  const g = copies(w, w);
  const evaluation = objective(w, g);
  const loss = await evaluation.at();
  const gradientNorm = normOf([...new Set(Object.values(g))]) / scale;
  if (Number.isNaN(gradientNorm) && Number.isFinite(loss)) evaluation.checkWritten();
  return { w, loss, gradientNorm };
}

/** Copies by name, one for all names that have one array in `owners`. */
function copies(arrays: Readonly<Arrays>, owners: Readonly<Arrays>): Arrays {
  const made = new Map<AnyArray | undefined, AnyArray>();
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const copy = made.get(owners[name]) ?? array.slice();
      made.set(owners[name], copy);
      return [name, copy];
    }),
  );
}

/** Whether a minimizer is to ascend. Throws an OptionError for the options of `init` that only kernels have. */
function maximizes({ name }: Minimizer, init: InitOptions): boolean {
  checkNames(name, init, ['maximize']);
  const { maximize = false } = init;
  return oneOf(name, 'maximize', maximize, [true, false]);
}
