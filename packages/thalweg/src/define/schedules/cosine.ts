/** Schedules made of half cosines and their warm-ups: cosine, warm-up + cosine, one-cycle, restarts; and warm-up–stable–decay. */
import { OptionError } from '../../language/error.ts';
import { checkNumbers, requireNumber, Schedule } from './schedule.ts';

/**
 * Half a cosine from `peak` down to `end`: η(t) = e + (p − e)·(1 + cos(π·min(t, T)/T))/2 (Loshchilov & Hutter 2017).
 *
 * @param options - `peak` = p, `end` = e (0), `total` = T steps
 * @example
 * ```ts
 * import { cosine } from 'thalweg';
 * cosine({ peak: 1, total: 100 }).at(50); // 0.5
 * ```
 */
export function cosine(options: { readonly peak: number; readonly end?: number; readonly total: number }): Schedule {
  checkNumbers('cosine', options, ['peak', 'total'], ['end']);
  const { peak, end = 0, total } = options;
  requireNumber('cosine', 'total', total, 0, false);
  return new Schedule('cosine', 'e + (p − e)·(1 + cos(π·min(t, T)/T))/2', { p: peak, e: end, T: total }, Math.max(peak, end));
}

/**
 * A linear warmup from `start` to `peak` at t = `warmup`, then half a cosine to `end` at t = `total`.
 *
 * @param options - `total` includes the warmup and must be larger than it; `start` and `end` are 0 by default
 * @example
 * ```ts
 * import { adamw, warmupCosine } from 'thalweg';
 * adamw({ lr: warmupCosine({ peak: 3e-4, warmup: 100, total: 10_000 }) });
 * ```
 */
export function warmupCosine(options: {
  readonly peak: number;
  readonly warmup: number;
  readonly total: number;
  readonly start?: number;
  readonly end?: number;
}): Schedule {
  checkNumbers('warmupCosine', options, ['peak', 'warmup', 'total'], ['start', 'end']);
  const { peak, warmup, total, start = 0, end = 0 } = options;
  requireNumber('warmupCosine', 'warmup', warmup, 0, true);
  if (!(total > warmup))
    throw new OptionError('warmupCosine', 'total', total, `must be above warmup (${String(warmup)}), not ${String(total)}`);
  const equation = 't < W ? a + (p − a)·t/W : e + (p − e)·(1 + cos(π·min(t − W, T − W)/(T − W)))/2';
  return new Schedule('warmupCosine', equation, { p: peak, a: start, e: end, W: warmup, T: total }, peak);
}

/**
 * Warmup–stable–decay (Hu et al. 2024, MiniCPM): rises linearly to `peak` in `warmup` steps, stays there for `stable` steps, then falls linearly to `end`
 * in `decay` steps.
 *
 * @param options - lengths in steps; `start` and `end` are 0 by default
 * @example
 * ```ts
 * import { warmupStableDecay } from 'thalweg';
 * warmupStableDecay({ peak: 1, warmup: 10, stable: 80, decay: 10 }).at(95); // 0.5
 * ```
 */
export function warmupStableDecay(options: {
  readonly peak: number;
  readonly warmup: number;
  readonly stable: number;
  readonly decay: number;
  readonly start?: number;
  readonly end?: number;
}): Schedule {
  checkNumbers('warmupStableDecay', options, ['peak', 'warmup', 'stable', 'decay'], ['start', 'end']);
  const { peak, warmup, stable, decay, start = 0, end = 0 } = options;
  requireNumber('warmupStableDecay', 'warmup', warmup, 0, true);
  requireNumber('warmupStableDecay', 'stable', stable, 0, true);
  requireNumber('warmupStableDecay', 'decay', decay, 0, false);
  const equation = 't < W ? a + (p − a)·t/W : p + (e − p)·min(max(t − W − S, 0), D)/D';
  return new Schedule('warmupStableDecay', equation, { p: peak, a: start, e: end, W: warmup, S: stable, D: decay }, peak);
}

/**
 * One cycle of two half cosines (Smith & Topin 2017): from peak/divide up to `peak`, then down to peak/(divide·finalDivide).
 *
 * @param options - `rise` is the fraction of `total` spent rising, 0.3 by default; `divide` is 25 and `finalDivide` 1e4 by default
 * @example
 * ```ts
 * import { oneCycle } from 'thalweg';
 * oneCycle({ peak: 1, total: 100 }).at(30); // 1
 * ```
 */
export function oneCycle(options: {
  readonly peak: number;
  readonly total: number;
  readonly rise?: number;
  readonly divide?: number;
  readonly finalDivide?: number;
}): Schedule {
  checkNumbers('oneCycle', options, ['peak', 'total'], ['rise', 'divide', 'finalDivide']);
  const { peak, total, rise = 0.3, divide = 25, finalDivide = 1e4 } = options;
  requireNumber('oneCycle', 'total', total, 0, false);
  if (!(rise > 0 && rise < 1)) throw new OptionError('oneCycle', 'rise', rise, `must lie in (0, 1), not ${String(rise)}`);
  requireNumber('oneCycle', 'divide', divide, 0, false);
  requireNumber('oneCycle', 'finalDivide', finalDivide, 0, false);
  const up = 'p + (a − p)·(1 + cos(π·t/R))/2';
  const down = 'e + (p − e)·(1 + cos(π·min(t − R, T − R)/(T − R)))/2';
  const start = peak / divide;
  return new Schedule(
    'oneCycle',
    `t < R ? ${up} : ${down}`,
    { p: peak, a: start, e: start / finalDivide, R: rise * total, T: total },
    peak,
  );
}

/**
 * Cosine annealing with warm restarts (SGDR, Loshchilov & Hutter 2017): half cosines, the first of `period` steps, each next one `growth` times longer.
 *
 * @param options - `growth` is 1 by default, `end` 0
 * @example
 * ```ts
 * import { cosineRestarts } from 'thalweg';
 * cosineRestarts({ peak: 1, period: 10, growth: 2 }).at(20); // 0.5: the second period runs from 10 to 30
 * ```
 */
export function cosineRestarts(options: {
  readonly peak: number;
  readonly period: number;
  readonly growth?: number;
  readonly end?: number;
}): Schedule {
  checkNumbers('cosineRestarts', options, ['peak', 'period'], ['growth', 'end']);
  const { peak, period, growth = 1, end = 0 } = options;
  requireNumber('cosineRestarts', 'period', period, 0, false);
  requireNumber('cosineRestarts', 'growth', growth, 1, true);
  const shape = (phase: string): string => `e + (p − e)·(1 + cos(π·${phase}))/2`;
  if (growth === 1) return new Schedule('cosineRestarts', shape('(t mod T)/T'), { p: peak, e: end, T: period }, peak);
  // q = mⁿ of the cycle at hand, n = ⌊log_m(1 + t·(m − 1)/T)⌋; the 1e-9 keeps rounding from ending a cycle a step late.
  const q = 'm^floor(log(1 + t·(m − 1)/T)/log(m) + 1e-9)';
  const phase = `(t − T·(${q} − 1)/(m − 1))/(T·${q})`;
  return new Schedule('cosineRestarts', shape(`(${phase})`), { p: peak, e: end, T: period, m: growth }, peak);
}
