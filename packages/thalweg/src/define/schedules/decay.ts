/** Schedules of one phase: constant, linear, polynomial, exponential, inverse square root, piecewise. */
import { OptionError } from '../../language/error.ts';
import { checkNames, describe, oneOf, wrongOption } from '../../language/options.ts';
import { checkNumbers, requireNumber, Schedule } from './schedule.ts';

/**
 * A constant: η(t) = c.
 *
 * @example
 * ```ts
 * import { constant } from 'thalweg';
 * constant(1e-3).at(100); // 0.001
 * ```
 */
export function constant(value: number): Schedule {
  return new Schedule('constant', 'c', { c: value }, value);
}

/**
 * A linear schedule: η(t) = a + (b − a)·min(t, T)/T.
 *
 * @param options - `from` = a, `to` = b, and `steps` = T, after which the value stays at `to`
 * @example
 * ```ts
 * import { linear } from 'thalweg';
 * linear({ from: 1, to: 0, steps: 10 }).at(5); // 0.5
 * ```
 */
export function linear(options: { readonly from: number; readonly to: number; readonly steps: number }): Schedule {
  checkNumbers('linear', options, ['from', 'to', 'steps']);
  const { from, to, steps } = options;
  requireNumber('linear', 'steps', steps, 0, false);
  return new Schedule('linear', 'a + (b − a)·min(t, T)/T', { a: from, b: to, T: steps }, Math.max(from, to));
}

/**
 * Polynomial decay: η(t) = b + (a − b)·(1 − min(t, T)/T)ᵖ.
 *
 * @param options - `from` = a, `to` = b, `power` = p, `steps` = T
 * @example
 * ```ts
 * import { polynomial } from 'thalweg';
 * polynomial({ from: 1, to: 0, power: 2, steps: 10 }).at(5); // 0.25
 * ```
 */
export function polynomial(options: {
  readonly from: number;
  readonly to?: number;
  readonly power: number;
  readonly steps: number;
}): Schedule {
  checkNumbers('polynomial', options, ['from', 'power', 'steps'], ['to']);
  const { from, to = 0, power, steps } = options;
  requireNumber('polynomial', 'steps', steps, 0, false);
  requireNumber('polynomial', 'power', power, 0, false);
  return new Schedule('polynomial', 'b + (a − b)·(1 − min(t, T)/T)^p', { a: from, b: to, p: power, T: steps }, Math.max(from, to));
}

/**
 * Exponential decay: η(t) = a·r^(t/T), or a·r^⌊t/T⌋ with `staircase`.
 *
 * @param options - `from` = a, `rate` = r, the factor per `steps` = T steps (1 by default)
 * @example
 * ```ts
 * import { exponential } from 'thalweg';
 * exponential({ from: 1, rate: 0.5, steps: 10 }).at(20); // 0.25
 * ```
 */
export function exponential(options: {
  readonly from: number;
  readonly rate: number;
  readonly steps?: number;
  readonly staircase?: boolean;
}): Schedule {
  checkNumbers('exponential', options, ['from', 'rate'], ['steps'], ['staircase']);
  const { from, rate, steps = 1, staircase = false } = options;
  oneOf('exponential', 'staircase', staircase, [true, false]);
  requireNumber('exponential', 'rate', rate, 0, false);
  requireNumber('exponential', 'steps', steps, 0, false);
  const exponent = staircase ? 'floor(t/T)' : '(t/T)';
  return new Schedule('exponential', `a·r^${exponent}`, { a: from, r: rate, T: steps }, from);
}

/**
 * A linear warmup to `peak` at t = `warmup`, then inverse square-root decay: η(t) = p·min(t/W, √(W/t)) (Vaswani et al. 2017).
 *
 * @param options - `peak` = p and `warmup` = W steps, at least one
 * @example
 * ```ts
 * import { inverseSqrt } from 'thalweg';
 * inverseSqrt({ peak: 1, warmup: 100 }).at(400); // 0.5
 * ```
 */
export function inverseSqrt(options: { readonly peak: number; readonly warmup: number }): Schedule {
  checkNumbers('inverseSqrt', options, ['peak', 'warmup']);
  const { peak, warmup } = options;
  requireNumber('inverseSqrt', 'warmup', warmup, 1, true);
  return new Schedule('inverseSqrt', 't < W ? p·t/W : p·√(W/t)', { p: peak, W: warmup }, peak);
}

/**
 * Piecewise constant: `values[i]` from t = `boundaries[i − 1]` on.
 *
 * @param options - `values`, one more than `boundaries`; `boundaries`, increasing steps
 * @example
 * ```ts
 * import { piecewise } from 'thalweg';
 * piecewise({ values: [1, 0.1], boundaries: [100] }).at(100); // 0.1
 * ```
 */
export function piecewise(options: { readonly values: readonly number[]; readonly boundaries: readonly number[] }): Schedule {
  checkNames('piecewise', options, ['values', 'boundaries']);
  const { values, boundaries } = options;
  for (const [option, list] of Object.entries({ values, boundaries })) requireNumbers('piecewise', option, list);
  if (values.length !== boundaries.length + 1) {
    const problem = `must be one more than the ${String(boundaries.length)} boundaries, not ${String(values.length)}`;
    throw new OptionError('piecewise', 'values', values, problem);
  }
  requireAscending('piecewise', boundaries);
  const constants: Record<string, number> = {
    [`v${String(boundaries.length)}`]: values.at(-1) ?? 0,
  };
  let equation = '';
  boundaries.forEach((boundary, i) => {
    constants[`b${String(i)}`] = boundary;
    constants[`v${String(i)}`] = values[i] ?? 0;
    equation += `t < b${String(i)} ? v${String(i)} : `;
  });
  return new Schedule('piecewise', `${equation}v${String(boundaries.length)}`, constants, Math.max(...values));
}

/** Throws an OptionError unless `list` is one of finite numbers. */
function requireNumbers(owner: string, option: string, list: unknown): asserts list is readonly number[] {
  if (!Array.isArray(list)) wrongOption(owner, option, list, 'a list of numbers');
  const wrong = list.findIndex((one) => !Number.isFinite(one));
  if (wrong >= 0) throw new OptionError(owner, option, list, `must be a list of numbers, and holds ${describe(list[wrong])}`);
}

/** Throws an OptionError unless the boundaries are a list of increasing numbers. */
export function requireAscending(owner: string, boundaries: unknown): asserts boundaries is readonly number[] {
  requireNumbers(owner, 'boundaries', boundaries);
  boundaries.forEach((boundary, i) => {
    const before = boundaries[i - 1] ?? 0;
    if (!(boundary > before)) {
      throw new OptionError(
        owner,
        'boundaries',
        boundaries,
        `must increase from above 0, and ${String(boundary)} follows ${String(before)}`,
      );
    }
  });
}
