/**
 * What happens to a gradient before the method's equations, as parts like any other: the mean over accumulated gradients, the division by the loss scale,
 * the sign for `maximize`; and the rule by which a dynamic loss scale changes.
 */
import { OptionError } from '../language/error.ts';
import { inputVariable, type InputSymbol, type Part } from '../language/part.ts';
import { ascent } from './ascent.ts';
import { checkNames, checkNumber, checkWhole, isRecord, wrongOption } from '../language/options.ts';

const input = (name: string, kind: InputSymbol['kind']): InputSymbol => ({ name, symbol: name, kind, hidden: true });

const inputs = {
  accumulated: input('accumulated', 'tensor'),
  batches: input('batches', 'scalar'),
  unscale: input('unscale', 'scalar'),
} as const;

/** The variables of inputs that the optimizer fills itself. */
export const hidden = {
  accumulated: inputVariable(inputs.accumulated),
  batches: inputVariable(inputs.batches),
  unscale: inputVariable(inputs.unscale),
} as const;

/**
 * A dynamic loss scale, like PyTorch's `GradScaler`: it is multiplied by `growth` after `interval` steps in a row with finite gradients, and by `backoff`
 * after a gradient that was not finite, whose step is skipped.
 */
export interface DynamicLossScale {
  /** The initial scale; 65536 by default. */
  readonly initial?: number;
  /** A factor above 1; 2 by default. */
  readonly growth?: number;
  /** A factor below 1; 0.5 by default. */
  readonly backoff?: number;
  /** A number of steps; 2000 by default. */
  readonly interval?: number;
  /**
   * The lower bound of the scale; 1 by default (or `initial`, if that is smaller). A gradient that is not finite even at the lowest scale means that the
   * model has diverged; `opt.skipped` keeps counting.
   */
  readonly min?: number;
  /** The upper bound of the scale; 2¹²⁷ by default, the largest power of two in float32. */
  readonly max?: number;
}

const scaleOptions = ['initial', 'growth', 'backoff', 'interval', 'min', 'max'] satisfies (keyof DynamicLossScale)[];

const part = (name: string, equations: string, given: Part['inputs'] = []): Part => ({
  name,
  equations,
  hyper: [],
  inputs: given,
  init: {},
});

/** The parts to put before a method, in the order in which they see the gradient. */
export function policyParts(accumulate: number, scaled: boolean, maximize: boolean): Part[] {
  return [
    ...(accumulate > 1 ? [part('accumulate', 'g = accumulated / batches', [inputs.accumulated, inputs.batches])] : []),
    ...(scaled ? [part('unscale', 'g = g·unscale', [inputs.unscale])] : []),
    ...(maximize ? [ascent] : []),
  ];
}

/** The number by which the user's loss is multiplied, and how it changes. */
export class LossScale {
  /** The scale of the next loss. */
  value: number;
  /** Steps in a row that found every gradient finite. */
  streak = 0;
  private readonly growth: number;
  private readonly backoff: number;
  private readonly interval: number;
  private readonly min: number;
  private readonly max: number;

  constructor(owner: string, given: number | DynamicLossScale) {
    const fixed = typeof given === 'number';
    if (!fixed && !isRecord(given)) wrongOption(owner, 'lossScale', given, `a number or { ${scaleOptions.join(', ')} }`);
    if (!fixed) checkNames(`${owner}, lossScale`, given, scaleOptions);
    const options: DynamicLossScale = fixed ? { initial: given, growth: 1, backoff: 1 } : given;
    const { initial = 65536, growth = 2, backoff = 0.5, interval = 2000 } = options;
    checkNumber(owner, fixed ? 'lossScale' : 'lossScale.initial', initial, '(0, ∞)');
    checkNumber(owner, 'lossScale.growth', growth, '[1, ∞)');
    checkNumber(owner, 'lossScale.backoff', backoff, '(0, 1]');
    checkWhole(owner, 'lossScale.interval', interval, 1);
    const { min = Math.min(1, initial), max = Math.max(2 ** 127, initial) } = options;
    checkNumber(owner, 'lossScale.min', min, '(0, ∞)');
    checkNumber(owner, 'lossScale.max', max, '(0, ∞)');
    if (!(min <= initial && initial <= max))
      throw new OptionError(
        owner,
        'lossScale.initial',
        initial,
        `must lie between min and max, ${String(min)} and ${String(max)}, and ${String(initial)} does not`,
      );
    [this.value, this.growth, this.backoff, this.interval, this.min, this.max] = [initial, growth, backoff, interval, min, max];
  }

  /** Learns whether the step was taken or skipped. */
  update(taken: boolean): void {
    this.streak = taken ? this.streak + 1 : 0;
    if (!taken) this.value = Math.max(this.value * this.backoff, Math.min(this.value, this.min));
    else if (this.streak % this.interval === 0) this.value = Math.min(this.value * this.growth, Math.max(this.value, this.max));
  }
}
