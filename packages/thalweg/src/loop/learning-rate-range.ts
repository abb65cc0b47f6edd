/** Smith's learning-rate range test: one short run with an increasing learning rate, and what its losses tell. */
import { OptionError } from '../language/error.ts';
import { DivergenceError } from '../language/run-error.ts';
import { ObjectiveError } from '../language/runtime-error.ts';
import { checkNames, isCallable, checkNumber, checkWhole, describe, wrongOption } from '../language/options.ts';
import { rateNames, type Rated } from './rates.ts';
import { checkSignal, Turns } from '../minimize/turns.ts';

/** What the test needs of an optimizer. */
export interface Tunable extends Rated {
  /** Frees its memory. */
  dispose(): void;
}

/** Options of the range test. */
export interface RangeOptions<O extends Tunable> {
  /** Makes a fresh optimizer for the run: the test changes its `lr`, trains it, and disposes of it. */
  readonly make: () => O | Promise<O>;
  /** Takes one training step with `opt`, including the gradient and `opt.step`, and returns its loss. `t` counts from 1. */
  readonly train: (opt: O, t: number) => number | Promise<number>;
  /**
   * Which learning rates to vary, such as `'body.lr'` or a list; the others stay as they are. By default all hyperparameters called `lr`, including those
   * of groups and of later parts of a chain, all to the same value. Schedules and functions are replaced by numbers.
   */
  readonly hyper?: string | readonly string[];
  /** The learning rate of the first step, above 0; 1e-6 by default. */
  readonly from?: number;
  /** The learning rate of the last step, above `from`; 1 by default. */
  readonly to?: number;
  /** The number of steps, at least 3; 100 by default. */
  readonly steps?: number;
  /** β of the moving average of the losses, in [0, 1); 0.9 by default. */
  readonly smoothing?: number;
  /** d, above 1; 4 by default: stop if the average l̄ exceeds its lowest value by more than (d − 1)·|lowest|. */
  readonly divergence?: number;
  /** Stops between steps when aborted. Timers and events run every few milliseconds, even if `train` is synchronous. */
  readonly signal?: AbortSignal;
}

/** A step of the test. */
export interface RangePoint {
  /** The learning rate of the step. */
  readonly lr: number;
  /** What `train` returned. */
  readonly loss: number;
  /** The moving average of the losses up to this step, bias-corrected. */
  readonly smoothed: number;
}

/** What the test found. */
export interface LearningRateRange {
  /** Every step with a finite loss, in order. */
  readonly curve: readonly RangePoint[];
  /** The learning rate at which the average falls fastest (per factor of the rate); undefined if it never falls. */
  readonly suggested: number | undefined;
  /** The learning rate at which the average is lowest: too high to train with, but an upper bound for schedules. */
  readonly lowest: number | undefined;
  /** Why it stopped: all steps were taken, the loss grew or was not finite, or the signal was aborted. */
  readonly reason: 'steps' | 'diverged' | 'aborted';
}

/**
 * The learning-rate range test (Smith 2017, arXiv:1506.01186; with smoothing and the steepest point as in Howard & Gugger's fastai): trains with a learning
 * rate that increases from step to step, and finds where the loss falls fastest.
 *
 * η = from·(to/from)^((t − 1)/(steps − 1)); the losses are averaged as l̄ = (β·l̄ + (1 − β)·l)/(1 − βᵗ); the suggestion is the η at which the central
 * difference of l̄, up to its lowest value, is most negative. For an optimizer with `maximize`, all of this applies to −l: the suggestion is where the
 * average rises fastest, `lowest` where it is highest; the curve holds the losses as returned.
 *
 * The test changes nothing but the optimizer that `make` returns, which it disposes of. It restores nothing: whatever else `train` changes, such as the
 * position in a data set or the state of a random generator, stays changed.
 *
 * @param options - `make`, `train`, `hyper`, `from`, `to`, `steps`, `smoothing`, `divergence`, `signal`
 * @returns the curve, the suggestion, the rate of the lowest average, and why it stopped
 * @throws OptionError for invalid options; ObjectiveError if `train` does not return a number; whatever `make` and `train` throw
 * @example
 * ```ts
 * import { learningRateRange, sgd } from 'thalweg';
 * const { suggested } = await learningRateRange({
 *   make: () => sgd().init({ w: Float64Array.of(3) }),
 *   train: (opt) => {
 *     const w = opt.params.w[0]!;
 *     opt.step({ w: Float64Array.of(2 * w) });
 *     return w ** 2;
 *   },
 *   from: 1e-4,
 *   to: 10,
 * });
 * suggested !== undefined && suggested < 1; // w² diverges at 1
 * ```
 */
export async function learningRateRange<O extends Tunable>(options: RangeOptions<O>): Promise<LearningRateRange> {
  check(options);
  const { make, train, hyper, from = 1e-6, to = 1, steps = 100, smoothing = 0.9, divergence = 4, signal } = options;
  const turns = new Turns(signal);
  const curve: RangePoint[] = [];
  let reason: LearningRateRange['reason'] = 'steps';
  let [average, lowest] = [0, Infinity];
  if (signal?.aborted === true) return { curve, suggested: undefined, lowest: undefined, reason: 'aborted' };
  const opt = await make();
  if (typeof (opt as { readonly dispose?: unknown } | undefined)?.dispose !== 'function')
    throw new OptionError(owner, 'make', make, `must return an optimizer, and returned ${describe(opt)}`);
  // Losses below are those of what descends.
  const sign = opt.maximize === true ? -1 : 1;
  try {
    const rates = rateNames(owner, opt, hyper);
    for (let t = 1; t <= steps && reason === 'steps'; t++) {
      await turns.due();
      if (turns.aborted) {
        reason = 'aborted';
        break;
      }
      const lr = from * (to / from) ** ((t - 1) / (steps - 1));
      for (const name of rates) opt.hyper[name] = lr;
      const loss = await trained(train, opt, t);
      average = smoothing * average + (1 - smoothing) * sign * loss;
      const smoothed = average / (1 - smoothing ** t);
      if (!Number.isFinite(smoothed)) {
        reason = 'diverged';
        break;
      }
      curve.push({ lr, loss, smoothed: sign * smoothed });
      lowest = Math.min(lowest, smoothed);
      const bar = lowest > 0 ? divergence * lowest : (2 - divergence) * lowest;
      if (lowest !== 0 && smoothed > bar) reason = 'diverged';
    }
  } finally {
    opt.dispose();
  }
  const falling = curve.map(({ smoothed }) => sign * smoothed);
  return { curve, suggested: curve[steepest(falling)]?.lr, lowest: curve[falling.indexOf(lowest)]?.lr, reason };
}

const owner = 'learningRateRange';

/** What `train` returned, which is to be its loss. */
function lossOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new ObjectiveError(`${owner}: train must return its loss, a number, and returned ${describe(value)}`);
}

/** The loss of a step; NaN where it left weights that are not finite, which is to diverge. */
async function trained<O extends Tunable>(train: RangeOptions<O>['train'], opt: O, t: number): Promise<number> {
  try {
    return lossOf(await train(opt, t));
  } catch (error) {
    if (error instanceof DivergenceError) return NaN;
    throw error;
  }
}

/** The place of the most negative central difference before the lowest point; −1 where there is none. */
function steepest(values: readonly number[]): number {
  const bottom = values.reduce((least, value, i) => (value < values[least]! ? i : least), 0);
  let [slope, place] = [0, -1];
  for (let i = 1; i < values.length - 1 && i <= bottom; i++) {
    const difference = (values[i + 1]! - values[i - 1]!) / 2;
    if (difference < slope) [slope, place] = [difference, i];
  }
  return place;
}

function check<O extends Tunable>(options: RangeOptions<O>): void {
  checkNames(owner, options, ['make', 'train', 'hyper', 'from', 'to', 'steps', 'smoothing', 'divergence', 'signal']);
  const { make, train, from = 1e-6, to = 1, steps = 100, smoothing = 0.9, divergence = 4, signal } = options;
  for (const [option, value] of Object.entries<unknown>({ make, train })) {
    if (!isCallable(value)) wrongOption(owner, option, value, 'a function');
  }
  checkNumber(owner, 'from', from, '(0, ∞)');
  checkNumber(owner, 'to', to, `(${String(from)}, ∞)`);
  checkWhole(owner, 'steps', steps, 3);
  checkNumber(owner, 'smoothing', smoothing, '[0, 1)');
  checkNumber(owner, 'divergence', divergence, '(1, ∞)');
  checkSignal(owner, signal);
}
