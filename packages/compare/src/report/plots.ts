/**
 * The plots of a report as SVG text, by Observable Plot on a small DOM. Colours are CSS variables, so that one picture serves paper and
 * night. Knows results; knows no page around it.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Curve, OptimizerResult, ProblemResult, Trial } from '../schema.ts';
import { quantile } from '../statistics.ts';
import { looks } from './palette.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

const shared = { document, width: 460, height: 310, marginLeft: 52, marginBottom: 38, style: { background: 'none' } } as const;

/** The CSS variable with an optimizer's colour. */
export function colourOf(id: string): string {
  return `var(--${id.replaceAll(/[^a-z0-9-]/g, '-')})`;
}

interface BandPoint {
  readonly id: string;
  readonly label: string;
  readonly step: number;
  readonly middle: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Median over seeds with a band from the least to the greatest; a seed that has diverged counts as worst from then on. */
function bandsOf(optimizers: readonly OptimizerResult[], curveOf: (trial: Trial) => Curve): BandPoint[] {
  return optimizers.flatMap(({ id, label, trials }) => {
    const steps = trials.map((trial) => curveOf(trial).steps).reduce((longest, one) => (one.length > longest.length ? one : longest), []);
    return steps.map((step, i) => {
      const values = trials.map((trial) => curveOf(trial).values[i] ?? null);
      return { id, label, step, middle: quantile(values, 0.5), low: quantile(values, 0), high: quantile(values, 1) };
    });
  });
}

/** Learning curves: training loss or validation metric against steps. */
export function curves(problem: ProblemResult, which: 'training' | 'validation'): string {
  const points = bandsOf(problem.optimizers, (trial) => trial[which]).filter((point) => point.middle !== null);
  const values = points.map((point) => point.middle ?? 0);
  const isLog = values.every((value) => value > 0) && Math.max(...values) > 4 * Math.min(...values);
  const name = which === 'training' ? 'training loss' : problem.tuningMetric.name;
  const top = ceiling(problem, which, points);
  return draw({
    y: {
      label: name,
      type: isLog ? 'log' : 'linear',
      grid: true,
      clamp: true,
      ...(isLog ? { tickFormat: '~g' } : {}),
      ...(isLog || top === undefined ? {} : { domain: top }),
    },
    x: { label: 'step' },
    marks: [
      ...problem.optimizers.map(({ id }) => {
        const own = points.filter((point) => point.id === id && point.low !== null && point.high !== null);
        return Plot.areaY(own, { x: 'step', y1: 'low', y2: 'high', fill: colourOf(id), fillOpacity: 0.13, clip: true });
      }),
      ...(which === 'validation' ? [Plot.ruleY([problem.target.value], { stroke: 'currentColor', strokeDasharray: '1 3', strokeOpacity: 0.7 })] : []),
      ...problem.optimizers.map(({ id, label }) =>
        Plot.lineY(
          points.filter((point) => point.id === id),
          { x: 'step', y: 'middle', stroke: colourOf(id), strokeWidth: 1.8, strokeDasharray: dashOf(problem, id), clip: true, title: () => label },
        ),
      ),
    ],
  });
}

/** Where a linear axis is cut, so that one wild start does not flatten every other curve. */
function ceiling(problem: ProblemResult, which: 'training' | 'validation', points: readonly BandPoint[]): [number, number] | undefined {
  if (problem.landscape !== undefined || which === 'training') return undefined;
  const finite = points.map((point) => point.middle ?? 0);
  const start = Math.max(0, ...points.filter((point) => point.step === 0).map((point) => point.middle ?? 0));
  const least = Math.min(...finite);
  return [Math.min(least, problem.target.value) - 0.04 * (start - least), Math.max(start, problem.target.value) * 1.06];
}

/** The tuning metric against the learning rate; rates at which runs diverged are crosses along the top. */
export function sensitivity(problem: ProblemResult): string {
  const points = problem.optimizers.flatMap(({ id, label, sweep, bestLr }) =>
    sweep.map((point) => ({ id, label, ...point, best: point.lr === bestLr })),
  );
  const finite = points.filter((point) => point.score !== null).map((point) => point.score ?? 0);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const start = problem.landscape === undefined ? firstValue(problem) : high;
  const cut = problem.landscape === undefined ? Math.min(high, start + 0.3 * (start - low)) : high;
  const top = cut + 0.12 * (cut - low || 1);
  const rows = points.map((point) => ({ ...point, shown: point.score === null ? top : Math.min(point.score, cut) }));
  return draw({
    x: { type: 'log', label: 'learning rate', tickFormat: '~g' },
    y: { label: problem.tuningMetric.name, grid: true, domain: [low - 0.05 * (cut - low || 1), top] },
    marks: [
      ...problem.optimizers.map(({ id }) =>
        Plot.lineY(
          rows.filter((point) => point.id === id),
          { x: 'lr', y: 'shown', stroke: colourOf(id), strokeWidth: 1.6, strokeDasharray: dashOf(problem, id) },
        ),
      ),
      Plot.dot(rows.filter((point) => point.score !== null), {
        x: 'lr', y: 'shown', r: (point: { best: boolean }) => (point.best ? 5 : 2.5), fill: (point: { id: string }) => colourOf(point.id),
        title: (point: { label: string; lr: number; score: number }) => `${point.label}, lr ${String(point.lr)}: ${String(Number(point.score.toPrecision(4)))}`,
      }),
      Plot.dot(rows.filter((point) => point.diverged > 0), {
        x: 'lr', y: top, symbol: 'times', r: 5, strokeWidth: 1.8, stroke: (point: { id: string }) => colourOf(point.id),
        title: (point: { label: string; lr: number; diverged: number }) => `${point.label}, lr ${String(point.lr)}: ${String(point.diverged)} diverged`,
      }),
    ],
  }); // prettier-ignore
}

function firstValue(problem: ProblemResult): number {
  return Math.max(...problem.optimizers.flatMap(({ trials }) => trials.map((trial) => trial.validation.values[0] ?? 0)));
}

/** A contour map with the paths of the first test seed, each step a dot on close look. */
export function map(problem: ProblemResult): string {
  const { landscape } = problem;
  if (landscape === undefined) return '';
  const lowest = Math.min(...landscape.values.map((value) => value ?? Infinity));
  const heights = landscape.values.map((value) => Math.log10((value ?? NaN) - lowest + 1e-2));
  const [x1, x2] = landscape.x;
  const [y1, y2] = landscape.y;
  return draw({
    x: { domain: [x1, x2], label: 'w₁' },
    y: { domain: [y1, y2], label: 'w₂' },
    color: { type: 'linear', interpolate: (t: number) => `color-mix(in oklab, var(--high) ${String(Math.round(100 * t))}%, var(--low))` },
    marks: [
      Plot.contour(heights, {
        width: landscape.columns, height: landscape.rows, x1, y1, x2, y2, fill: (d: number) => d, thresholds: 14,
        stroke: 'var(--contour)', strokeWidth: 0.5,
      } as Plot.ContourOptions),
      ...problem.optimizers.flatMap(({ id, label, trials }) => {
        const path = (trials[0]?.path ?? []).filter((point): point is [number, number] => point[0] !== null && point[1] !== null);
        return [
          Plot.line(path, { stroke: colourOf(id), strokeWidth: 1.8, clip: true, strokeLinejoin: 'round', title: () => label }),
          Plot.dot(path.slice(0, 60), { r: 1.4, fill: colourOf(id), clip: true }),
        ];
      }),
      Plot.dot(landscape.minima, { symbol: 'plus', r: 5, stroke: 'currentColor', strokeWidth: 1.5 }),
    ],
  }); // prettier-ignore
}

function dashOf(problem: ProblemResult, id: string): string {
  return looks(problem.optimizers.map((one) => one.id)).get(id)?.dash ?? '';
}

function draw(options: Plot.PlotOptions): string {
  return Plot.plot({ ...shared, ...options }).outerHTML.replaceAll('font-family: system-ui, sans-serif;', '');
}
