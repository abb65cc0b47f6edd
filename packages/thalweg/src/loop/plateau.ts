/** Lowers the learning rate when a metric stops improving. Runs outside of the step, since the equations of a step do not know the metric. */
import { OptionError } from '../language/error.ts';
import { checkNames, checkNumber, checkWhole, describe, oneOf, wrongOption } from '../language/options.ts';
import { rateNames, type Rated } from './rates.ts';

/** Options of `reduceOnPlateau`. */
export interface PlateauOptions {
  /**
   * Which learning rates to lower, such as `'body.lr'` or a list; by default all hyperparameters called `lr`, including those of groups and of later parts
   * of a chain.
   */
  readonly hyper?: string | readonly string[];
  /** Whether the metric should fall (`'min'`, for a loss; the default) or rise (`'max'`, for an accuracy; the default with `maximize`). */
  readonly mode?: 'min' | 'max';
  /** The factor by which the learning rate is multiplied, between 0 and 1; 0.1 by default. */
  readonly factor?: number;
  /** How many values in a row without improvement are tolerated; the next one lowers the learning rate. 10 by default. */
  readonly patience?: number;
  /** How many values after a reduction are ignored; 0 by default. */
  readonly cooldown?: number;
  /** θ, by how much a value must improve on the best one to count; 1e-4 by default. */
  readonly threshold?: number;
  /** Whether `threshold` is relative to the magnitude of the best value (the default) or absolute. */
  readonly thresholdMode?: 'rel' | 'abs';
  /** The lower bound of each learning rate; 0 by default. */
  readonly minLr?: number;
  /** A reduction by at most this is not made; 1e-8 by default. */
  readonly eps?: number;
  /** The `state` of an earlier policy, to continue from. */
  readonly state?: PlateauState;
}

/** What a policy remembers; can be stored as JSON. */
export interface PlateauState {
  /** The best value so far, or null before the first. */
  readonly best: number | null;
  /** How many values in a row did not improve. */
  readonly bad: number;
  /** How many of the next values will be ignored. */
  readonly cooling: number;
}

/** A policy bound to an optimizer. */
export interface Plateau {
  /** Takes the next value of the metric and returns whether a learning rate was lowered. NaN counts as no improvement. */
  step(metric: number): boolean;
  /** Pass it to a new policy, which then continues from here. */
  readonly state: PlateauState;
}

/**
 * Multiplies the learning rates by `factor` when the metric has not improved for more than `patience` values, like PyTorch's `ReduceLROnPlateau`. Between
 * reductions you may set the rates yourself.
 *
 * A value is an improvement if it is below best − θ·|best|, or best − θ with `'abs'`; for `'max'` above best + θ·|best| or best + θ. (PyTorch's bound for
 * the first is best·(1 − θ). A negative metric that stays the same is always below it, so PyTorch never lowers the rate then.)
 *
 * @param opt - an optimizer whose learning rates are numbers
 * @param options - `hyper`, `mode`, `factor`, `patience`, `cooldown`, `threshold` θ, `thresholdMode`, `minLr`, `eps`, `state`
 * @throws OptionError for invalid options, and for a learning rate that is a schedule or a function; nothing has changed then
 * @example
 * ```ts
 * import { adam, reduceOnPlateau } from 'thalweg';
 * const opt = await adam({ lr: 0.01 }).init({ w: Float64Array.of(1) });
 * const plateau = reduceOnPlateau(opt, { factor: 0.5, patience: 1 });
 * for (const validationLoss of [3, 2, 2, 2]) plateau.step(validationLoss);
 * opt.hyper.lr; // 0.005
 * ```
 */
export function reduceOnPlateau(opt: Rated, options: PlateauOptions = {}): Plateau {
  checkNames(owner, options, names);
  const rates = rateNames(owner, opt, options.hyper);
  const { mode, factor, patience, cooldown, threshold, thresholdMode, minLr, eps, state } = complete(options, opt.maximize === true);
  const sign = mode === 'min' ? 1 : -1;
  const bar = (best: number): number =>
    thresholdMode === 'rel' ? best * (1 - sign * Math.sign(best) * threshold) : best - sign * threshold;
  let { best, bad, cooling } = state;
  numbers(opt, rates);

  const reduce = (): boolean => {
    let lowered = false;
    for (const [name, lr] of numbers(opt, rates)) {
      const next = Math.max(lr * factor, minLr);
      if (!(lr - next > eps)) continue;
      opt.hyper[name] = next;
      lowered = true;
    }
    return lowered;
  };

  return {
    step(metric) {
      if (typeof metric !== 'number') wrongOption(owner, 'metric', metric, 'a number');
      numbers(opt, rates);
      const isBetter = sign * metric < sign * (best === null ? sign * Infinity : bar(best));
      if (isBetter) [best, bad] = [metric, 0];
      else bad += 1;
      if (cooling > 0) [cooling, bad] = [cooling - 1, 0];
      if (bad <= patience) return false;
      [cooling, bad] = [cooldown, 0];
      return reduce();
    },
    get state() {
      return { best, bad, cooling };
    },
  };
}

const owner = 'reduceOnPlateau';

const names = [
  'hyper',
  'mode',
  'factor',
  'patience',
  'cooldown',
  'threshold',
  'thresholdMode',
  'minLr',
  'eps',
  'state',
] satisfies (keyof PlateauOptions)[];

function complete(options: PlateauOptions, ascends: boolean): Required<Omit<PlateauOptions, 'hyper'>> {
  const {
    mode = ascends ? 'max' : 'min',
    factor = 0.1,
    patience = 10,
    cooldown = 0,
    threshold = 1e-4,
    thresholdMode = 'rel',
    minLr = 0,
    eps = 1e-8,
    state = { best: null, bad: 0, cooling: 0 },
  } = options;
  oneOf(owner, 'mode', mode, ['min', 'max']);
  oneOf(owner, 'thresholdMode', thresholdMode, ['rel', 'abs']);
  checkNumber(owner, 'factor', factor, '(0, 1)');
  for (const [option, value] of Object.entries({ patience, cooldown })) checkWhole(owner, option, value, 0);
  for (const [option, value] of Object.entries({ threshold, minLr, eps })) checkNumber(owner, option, value, '[0, ∞)');
  checkState(state);
  return { mode, factor, patience, cooldown, threshold, thresholdMode, minLr, eps, state };
}

/** Throws an OptionError where `state` is not what a policy's `state` is. */
function checkState(state: PlateauState): void {
  const given: unknown = state;
  if (typeof given !== 'object' || given === null) wrongOption(owner, 'state', given, "a policy's state, { best, bad, cooling }");
  checkNames(`${owner}, state`, given, ['best', 'bad', 'cooling']);
  if (state.best !== null && (typeof state.best !== 'number' || Number.isNaN(state.best)))
    wrongOption(owner, 'state.best', state.best, 'a number or null');
  checkWhole(owner, 'state.bad', state.bad, 0);
  checkWhole(owner, 'state.cooling', state.cooling, 0);
}

/** The rates, each with its name. Throws an OptionError where one is not a number. */
function numbers({ hyper }: Rated, rates: readonly string[]): (readonly [name: string, value: number])[] {
  return rates.map((name) => {
    const value = hyper[name];
    if (typeof value === 'number') return [name, value];
    throw new OptionError(owner, name, value, `must be a number, not ${describe(value)}, which changes with t by itself`);
  });
}
