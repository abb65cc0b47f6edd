/**
 * From trials to what is drawn: bands over seeds, ranges of axes, marks of divergence. A run that has diverged counts as the worst from
 * then on. Knows results; knows no picture.
 */
import type { Budget, OptimizerResult, ProblemResult, Trial } from '../schema.ts';
import { cost, lower, quantile, type Direction } from '../quantile.ts';

/** Which of a trial's curves. */
export type Which = 'training' | 'validation';

/** One step of an optimizer's curve; a value is null where it is a diverged run. */
export interface BandPoint {
  readonly step: number;
  readonly middle: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The worst of the runs that have not diverged. */
  readonly finite: number | null;
}

/** A run that ended early. */
export interface Diverged {
  readonly seed: number;
  readonly step: number;
}

/** An axis: its ends and whether it is logarithmic. */
export interface Range {
  readonly type: 'linear' | 'log';
  readonly domain: readonly [number, number];
}

/** Median over seeds with the least and the greatest, at every step that any trial recorded. */
export function band(trials: readonly Trial[], which: Which, direction: Direction): BandPoint[] {
  const curves = trials.map((trial) => {
    const { steps, values } = trial[which];
    return { diverged: trial.diverged, last: steps.at(-1) ?? -1, at: new Map(steps.map((step, i) => [step, values[i] ?? null])) };
  });
  const steps = [...new Set(curves.flatMap(({ at }) => [...at.keys()]))].sort((a, b) => a - b);
  return steps.map((step) => {
    const values = curves.flatMap(({ at, diverged, last }) => {
      const value = at.get(step);
      if (value !== undefined) return [value];
      return diverged && step > last ? [null] : [];
    });
    const of = (q: number, from: readonly (number | null)[] = values): number | null => quantile(from, q, direction);
    return { step, middle: of(0.5), low: of(0), high: of(1), finite: of(direction.lowerIsBetter ? 1 : 0, keepFinite(values)) };
  });
}

/** Where runs of an optimizer diverged. */
export function divergences({ trials }: OptimizerResult, steps: number): Diverged[] {
  return trials.filter(({ diverged }) => diverged).map(({ seed, divergedAt }) => ({ seed, step: divergedAt ?? steps }));
}

/** The axis for curves: from the best value to where they start, so that one wild run does not flatten the others. */
export function curveRange(problem: ProblemResult, which: Which, bands: readonly (readonly BandPoint[])[]): Range {
  const extra = which === 'validation' ? [problem.target.value] : [];
  const direction = directionOf(problem, which);
  const shown = bands.flatMap((points) => points.flatMap(({ middle, low, high }) => [middle, direction.lowerIsBetter ? low : high]));
  const starts = bands.map((points) => points[0]?.middle ?? null);
  return rangeOf([...shown, ...extra], [...starts, ...extra], direction);
}

/** The axis for tuning scores, cut a little above the value before training. */
export function scoreRange(problem: ProblemResult): Range {
  const scores = problem.optimizers.flatMap(({ sweep }) => sweep.map(({ score }) => score));
  const starts = problem.optimizers.flatMap(({ trials }) => trials.map(({ validation }) => validation.values[0] ?? null));
  return rangeOf(scores, starts, problem.tuningMetric);
}

/** The axis for results after so many tries: cut a little above the medians after two, since one try may give anything. */
export function budgetRange({ curves }: Budget, direction: Direction): Range {
  const middles = curves.flatMap(({ middle, low }) => [...middle, ...low.slice(1)]);
  const starts = curves.map(({ middle }) => middle[Math.min(1, middle.length - 1)] ?? null);
  return rangeOf(middles, starts, direction);
}

/** The axis for learning rates: all that were tried. */
export function rateRange({ optimizers }: ProblemResult): Range {
  const rates = optimizers.flatMap(({ sweep }) => sweep.map(({ lr }) => lr)).filter((lr) => lr > 0 && Number.isFinite(lr));
  const [least, most] = rates.length === 0 ? [0.1, 1] : [Math.min(...rates), Math.max(...rates)];
  return least === most ? { type: 'log', domain: [least / 2, most * 2] } : padded('log', least, most);
}

/** Cuts at the worst start, or a third of the range behind it when something lies there; logarithmic when that shows more. */
function rangeOf(values: readonly (number | null)[], starts: readonly (number | null)[], direction: Direction): Range {
  const costs = keepFinite(values).map((value) => cost(value, direction));
  if (costs.length === 0) return { type: 'linear', domain: [0, 1] };
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const start = Math.max(...keepFinite(starts).map((value) => cost(value, direction)), least);
  const cut = Math.min(most, start + 0.3 * (start - least || most - least));
  if (!direction.lowerIsBetter) return padded('linear', -cut, -least);
  return padded(least > 0 && cut > 5 * least ? 'log' : 'linear', least, cut);
}

/** Whether a score is worse than an axis reaches. */
export function isBeyond(score: number, { domain }: Range, direction: Direction): boolean {
  return cost(score, direction) > Math.max(...domain.map((end) => cost(end, direction)));
}

function padded(type: Range['type'], least: number, most: number): Range {
  if (type === 'log') {
    const factor = (most / least) ** 0.05;
    return { type, domain: [least / factor, most * factor] };
  }
  const pad = 0.05 * (most - least || Math.abs(most) || 1);
  return { type, domain: [least - pad, most + pad] };
}

/** The numbers among these. */
export function keepFinite(values: readonly (number | null)[]): number[] {
  return values.flatMap((value) => (value !== null && Number.isFinite(value) ? [value] : []));
}

/** Which values of a curve are better: a training loss is always minimized. */
export function directionOf(problem: ProblemResult, which: Which): Direction {
  return which === 'training' ? lower : problem.tuningMetric;
}
