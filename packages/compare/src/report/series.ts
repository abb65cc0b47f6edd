/**
 * From trials to what is drawn: bands over seeds, ranges of axes, marks of divergence. A run that has diverged counts as the worst from
 * then on. Knows results; knows no picture.
 */
import type { Metric, OptimizerResult, ProblemResult, Trial } from '../schema.ts';
import { quantile } from '../quantile.ts';

/** Which of a trial's curves. */
export type Which = 'training' | 'validation';

/** One step of an optimizer's curve; a value is null where it is a diverged run. */
export interface BandPoint {
  readonly step: number;
  readonly middle: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The greatest of the runs that have not diverged. */
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
export function band(trials: readonly Trial[], which: Which): BandPoint[] {
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
    return { step, middle: quantile(values, 0.5), low: quantile(values, 0), high: quantile(values, 1), finite: quantile(keepFinite(values), 1) };
  });
}

/** Where runs of an optimizer diverged. */
export function divergences({ trials }: OptimizerResult, steps: number): Diverged[] {
  return trials.filter(({ diverged }) => diverged).map(({ seed, divergedAt }) => ({ seed, step: divergedAt ?? steps }));
}

/** The axis for curves: from the best value to where they start, so that one wild run does not flatten the others. */
export function curveRange(problem: ProblemResult, which: Which, bands: readonly (readonly BandPoint[])[]): Range {
  const extra = which === 'validation' ? [problem.target.value] : [];
  const shown = bands.flatMap((points) => points.flatMap(({ middle, low }) => [middle, low]));
  const starts = bands.map((points) => points[0]?.middle ?? null);
  return rangeOf([...shown, ...extra], [...starts, ...extra], metricOf(problem, which));
}

/** The axis for tuning scores, cut a little above the value before training. */
export function scoreRange(problem: ProblemResult): Range {
  const scores = problem.optimizers.flatMap(({ sweep }) => sweep.map(({ score }) => score));
  const starts = problem.optimizers.flatMap(({ trials }) => trials.map(({ validation }) => validation.values[0] ?? null));
  return rangeOf(scores, starts, problem.tuningMetric);
}

/** The axis for learning rates: all that were tried. */
export function rateRange({ optimizers }: ProblemResult): Range {
  const rates = optimizers.flatMap(({ sweep }) => sweep.map(({ lr }) => lr)).filter((lr) => lr > 0 && Number.isFinite(lr));
  const [least, most] = rates.length === 0 ? [0.1, 1] : [Math.min(...rates), Math.max(...rates)];
  return least === most ? { type: 'log', domain: [least / 2, most * 2] } : padded('log', least, most);
}

/** Cuts at the worst start, or a third of the range behind it when something lies there; logarithmic when that shows more. */
function rangeOf(values: readonly (number | null)[], starts: readonly (number | null)[], { lowerIsBetter }: Metric): Range {
  const finite = keepFinite(values);
  if (finite.length === 0) return { type: 'linear', domain: [0, 1] };
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  if (!lowerIsBetter) return padded('linear', least, most);
  const start = Math.max(...keepFinite(starts), least);
  const cut = Math.min(most, start + 0.3 * (start - least || most - least));
  return padded(least > 0 && cut > 5 * least ? 'log' : 'linear', least, cut);
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

function metricOf(problem: ProblemResult, which: Which): Metric {
  return which === 'training' ? { name: 'training loss', lowerIsBetter: true, unit: '' } : problem.tuningMetric;
}
