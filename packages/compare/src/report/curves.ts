/** Learning curves: the median over seeds with a band from the least to the greatest. Knows results; knows no page. */
import * as Plot from '@observablehq/plot';
import type { ProblemResult, Trial } from '../schema.ts';
import { number } from './number.ts';
import { countsGradients } from './text.ts';
import { ink, type Pens } from './pens.ts';
import { axis, laneHeight, line, margins, of, type Drawing } from './plot.ts';
import { band, curveRange, directionOf, divergences, type BandPoint, type Diverged, type Which } from './series.ts';

const mostTouched = 3000;

/**
 * Training loss or validation metric against steps; runs that diverged are crosses above, one row for each
 * optimizer that has any. `seeds` adds a thin line for each run.
 */
export function curves(problem: ProblemResult, which: Which, all: Pens, height: number, seeds = false): Drawing {
  const direction = directionOf(problem, which);
  const [best, worst] = direction.lowerIsBetter ? (['low', 'high'] as const) : (['high', 'low'] as const);
  const series = problem.optimizers.map((one) => ({ one, pen: all.of(one.id), points: band(one.trials, which, direction) }));
  const range = curveRange(problem, which, series.map(({ points }) => points)); // prettier-ignore
  const scale = axis(range);
  const [bottom, top] = range.domain;
  const lanes = problem.optimizers.map((one) => ({ one, pen: all.of(one.id), lost: divergences(one, problem.steps) })).filter(({ lost }) => lost.length > 0);
  const name = which === 'training' ? 'training loss' : problem.tuningMetric.name;
  const drawn = series.filter(({ points }) => points.some(({ middle }) => middle !== null));
  // Points to touch, for what they say; too many to tell apart would only be slow.
  const isDense = drawn.reduce((sum, { points }) => sum + points.length, 0) > mostTouched;
  const options: Plot.PlotOptions = {
    height: height + lanes.length * laneHeight,
    marginTop: margins.marginTop + lanes.length * laneHeight,
    x: { label: countsGradients(problem) ? 'gradients' : 'step', domain: [0, problem.steps], tickSize: 4 },
    y: { label: null, tickSize: 0, ...scale },
    marks: [
      Plot.gridY({ className: 'grid', strokeOpacity: 1, ticks: scale.ticks }),
      ...drawn.flatMap(({ points, pen }) => [
        Plot.areaY(points, { x: 'step', y1: best, y2: 'finite', fill: ink, fillOpacity: 0.12, clip: true, ...of(pen, 'band') }),
        // Where a run has diverged the band is open to the bad end, but only faintly, or it would hide the rest.
        Plot.areaY(points, {
          x: 'step', y1: 'finite', y2: (point: BandPoint) => (point[worst] === null && point.finite !== null ? (direction.lowerIsBetter ? top : bottom) : NaN), fill: ink, fillOpacity: 0.05, clip: true, ...of(pen, 'band open'),
        }),
      ]),
      ...(which === 'validation' ? [Plot.ruleY([problem.target.value], { className: 'target', stroke: 'currentColor', strokeDasharray: '1 3' })] : []),
      ...(seeds ? drawn : []).map(({ pen, one }) =>
        Plot.lineY(one.trials.flatMap((trial) => courseOf(trial, which)), {
          x: 'step', y: 'value', z: 'seed', clip: true, stroke: ink, strokeWidth: 0.7, strokeOpacity: 0.7, ...of(pen, 'seed'),
          title: ({ seed }: SeedPoint) => `${one.label}, seed ${String(seed)}`,
        }),
      ),
      ...drawn.map(({ points, pen, one }) =>
        Plot.lineY(points, { x: 'step', y: 'middle', clip: true, strokeLinejoin: 'round', ...line(pen), ...of(pen, 'line'), title: () => one.label }),
      ),
      ...(isDense ? [] : drawn).map(({ points, pen, one }) =>
        Plot.dot(points.filter(({ middle }) => middle !== null && middle >= bottom && middle <= top), {
          x: 'step', y: 'middle', r: 4, fill: 'transparent', ...of(pen, 'touch'),
          title: (point: BandPoint) => `${one.label}, step ${String(point.step)}: ${number(point.middle)} (${orDiverged(point.low)} to ${orDiverged(point.high)})`,
        }),
      ),
      ...lanes.map(({ lost, pen, one }, i) =>
        Plot.dot(lost, {
          x: 'step', frameAnchor: 'top', dy: -laneHeight * (lanes.length - i - 0.3), symbol: 'times', r: 3.6, stroke: ink, strokeWidth: 1.5, ...of(pen, 'cross'),
          title: ({ seed, step }: Diverged) => `${one.label}, seed ${String(seed)}: diverged at step ${String(step)}`,
        }),
      ),
    ],
  }; // prettier-ignore
  return { label: `${name} against steps`, options };
}

function orDiverged(value: number | null): string {
  return value === null ? 'diverged' : number(value);
}

/** A point of one run's curve. */
interface SeedPoint {
  readonly seed: number;
  readonly step: number;
  readonly value: number | null;
}

function courseOf(trial: Trial, which: Which): SeedPoint[] {
  const { steps, values } = trial[which];
  return steps.map((step, i) => ({ seed: trial.seed, step, value: values[i] ?? null }));
}
