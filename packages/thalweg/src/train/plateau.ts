/** Lowers the learning rate when a metric stops improving: a policy of the host, for it needs what no equation of a step knows. */
import { OptionError } from '../language/error.ts';
import type { HyperValue } from './hyper.ts';
import { checkNames, checkNumber, checkWhole, describe, oneOf, wrongOption } from './options.ts';

/** When to lower the learning rate, and by how much. */
export interface PlateauOptions {
  /** Whether the metric should fall (a loss; the default) or rise (an accuracy). */
  readonly mode?: 'min' | 'max';
  /** What the rate is multiplied by, above 0 and below 1; 0.1 by default. */
  readonly factor?: number;
  /** The values in a row without improvement that are borne; one more lowers the rate. 10 by default. */
  readonly patience?: number;
  /** The values after a reduction that do not count; 0 by default. */
  readonly cooldown?: number;
  /** By how much a value must beat the best one to be an improvement; 1e-4 by default. */
  readonly threshold?: number;
  /** Whether `threshold` is a share of the best value (the default) or a difference from it. */
  readonly thresholdMode?: 'rel' | 'abs';
  /** The lowest rate; 0 by default. */
  readonly minLr?: number;
  /** A reduction by this or less is not made; 1e-8 by default. */
  readonly eps?: number;
  /** Where a policy left off: its `state`. */
  readonly state?: PlateauState;
}

/** What a policy remembers; survives JSON. */
export interface PlateauState {
  /** The best value so far, or null before the first. */
  readonly best: number | null;
  /** Values in a row without improvement. */
  readonly bad: number;
  /** Values that will not count. */
  readonly cooling: number;
}

/** A policy bound to an optimizer. */
export interface Plateau {
  /** Takes the next value of the metric and returns whether the learning rate was lowered. NaN is no improvement. */
  step(metric: number): boolean;
  /** What to hand to a new policy so that it goes on where this one is. */
  readonly state: PlateauState;
}

/**
 * Multiplies `opt.hyper.lr` by `factor` when the metric has not improved for more than `patience` values, as PyTorch's
 * `ReduceLROnPlateau` does. Between reductions the rate is yours to set.
 *
 * A value is an improvement if it is below best·(1 − threshold), or best − threshold with `'abs'`; for `'max'` above best·(1 + threshold)
 * or best + threshold.
 *
 * @param opt - an optimizer whose `lr` is a number
 * @param options - `mode`, `factor`, `patience`, `cooldown`, `threshold`, `thresholdMode`, `minLr`, `eps`, `state`
 * @throws OptionError for options that make no sense, and for an `lr` that is a schedule or a function
 * @example
 * ```ts
 * import { adam, reduceOnPlateau } from 'thalweg';
 * const opt = await adam({ lr: 0.01 }).init({ w: Float64Array.of(1) });
 * const plateau = reduceOnPlateau(opt, { factor: 0.5, patience: 1 });
 * for (const validationLoss of [3, 2, 2, 2]) plateau.step(validationLoss);
 * opt.hyper.lr; // 0.005
 * ```
 */
export function reduceOnPlateau(opt: { readonly hyper: { lr: HyperValue } }, options: PlateauOptions = {}): Plateau {
  const { mode, factor, patience, cooldown, threshold, thresholdMode, minLr, eps, state } = complete(options);
  const sign = mode === 'min' ? 1 : -1;
  const bar = (best: number): number => (thresholdMode === 'rel' ? best * (1 - sign * threshold) : best - sign * threshold);
  let { best, bad, cooling } = state;
  rateOf(opt);

  const reduce = (): boolean => {
    const lr = rateOf(opt);
    const next = Math.max(lr * factor, minLr);
    if (!(lr - next > eps)) return false;
    opt.hyper.lr = next;
    return true;
  };

  return {
    step(metric) {
      if (typeof metric !== 'number') wrongOption(owner, 'metric', metric, 'a number');
      if (sign * metric < sign * bar(best ?? sign * Infinity)) [best, bad] = [metric, 0];
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

function complete(options: PlateauOptions): Required<PlateauOptions> {
  const defaults: Required<PlateauOptions> = {
    mode: 'min',
    factor: 0.1,
    patience: 10,
    cooldown: 0,
    threshold: 1e-4,
    thresholdMode: 'rel',
    minLr: 0,
    eps: 1e-8,
    state: { best: null, bad: 0, cooling: 0 },
  };
  checkNames(owner, options, Object.keys(defaults));
  const given = { ...defaults, ...options };
  const { mode, factor, patience, cooldown, threshold, thresholdMode, minLr, eps } = given;
  oneOf(owner, 'mode', mode, ['min', 'max']);
  oneOf(owner, 'thresholdMode', thresholdMode, ['rel', 'abs']);
  checkNumber(owner, 'factor', factor, '(0, 1)');
  for (const [option, value] of Object.entries({ patience, cooldown })) checkWhole(owner, option, value, 0);
  for (const [option, value] of Object.entries({ threshold, minLr, eps })) checkNumber(owner, option, value, '[0, ∞)');
  return given;
}

function rateOf(opt: { readonly hyper: { lr: HyperValue } }): number {
  const { lr } = opt.hyper;
  if (typeof lr === 'number') return lr;
  throw new OptionError(owner, 'lr', lr, `must be a number, not ${describe(lr)}, which has a course of its own`);
}
