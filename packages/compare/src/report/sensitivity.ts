/** The tuning score against the learning rate. Knows results; knows no page. */
import * as Plot from '@observablehq/plot';
import type { OptimizerResult, ProblemResult, SweepPoint } from '../schema.ts';
import { number, rateText } from './number.ts';
import { ink, type Pens } from './pens.ts';
import { axis, laneHeight, line, margins, of, type Drawing } from './plot.ts';
import { isBeyond, rateRange, scoreRange } from './series.ts';

interface Scored extends SweepPoint {
  readonly score: number;
}

/**
 * One line for each optimizer, a ring around the chosen rate. Rates at which runs diverged are crosses above the plot, one row for each
 * optimizer that has any; scores worse than the axis reaches are triangles on its edge.
 */
export function sensitivity(problem: ProblemResult, all: Pens, height: number): Drawing {
  const range = scoreRange(problem);
  const rates = rateRange(problem);
  const scale = axis(range);
  const [bottom, top] = range.domain;
  const shown = ({ score }: Scored): number => Math.min(top, Math.max(bottom, score));
  const isWorse = ({ score }: Scored): boolean => isBeyond(score, range, problem.tuningMetric);
  const series = problem.optimizers.map((one) => ({ one, pen: all.of(one.id), points: one.sweep.filter(hasScore) }));
  const isEmpty = series.every(({ points }) => points.length === 0);
  const lanes = problem.optimizers
    .map((one) => ({ one, pen: all.of(one.id), lost: one.sweep.filter((point) => point.diverged > 0) }))
    .filter(({ lost }) => lost.length > 0);
  const about = ({ label }: OptimizerResult, { lr, scores, score, diverged, extension }: SweepPoint): string =>
    `${label}, learning rate ${rateText(lr)}${extension ? ' (added to the grid)' : ''}: ${score === null ? '' : number(score)}${diverged === 0 ? '' : `${score === null ? '' : ', '}${String(diverged)} of ${String(scores.length)} diverged`}`;
  const options: Plot.PlotOptions = {
    height: height + lanes.length * laneHeight,
    marginTop: margins.marginTop + lanes.length * laneHeight,
    x: { label: 'learning rate', tickSize: 4, ...axis(rates), tickFormat: rateText },
    y: { label: null, tickSize: 0, ...scale, ...(isEmpty ? { axis: null } : {}) },
    marks: [
      ...(isEmpty ? [] : [Plot.gridY({ className: 'grid', strokeOpacity: 1, ticks: scale.ticks })]),
      // Runs of a search that are neighbours by their learning rate are none by the rest.
      ...series.filter(({ one }) => one.search === undefined).map(({ points, pen, one }) => Plot.lineY(points, { x: 'lr', y: shown, ...line(pen), ...of(pen, 'line'), title: () => one.label })),
      ...series.map(({ points, pen, one }) =>
        Plot.dot(points.filter((point) => !isWorse(point)), { x: 'lr', y: shown, r: 2.4, fill: ink, ...of(pen, 'dot'), title: (point: SweepPoint) => about(one, point) }),
      ),
      ...series.map(({ points, pen, one }) =>
        Plot.dot(points.filter(isWorse), { x: 'lr', y: shown, r: 4, symbol: 'triangle', rotate: problem.tuningMetric.lowerIsBetter ? 0 : 180, fill: ink, ...of(pen, 'dot'), title: (point: SweepPoint) => about(one, point) }),
      ),
      ...series.map(({ points, pen, one }) =>
        Plot.dot(points.filter(({ lr }) => lr === one.bestLr), { x: 'lr', y: shown, r: 5.5, stroke: ink, strokeWidth: 1.6, ...of(pen, 'chosen'), title: (point: SweepPoint) => `${about(one, point)}, chosen` }),
      ),
      ...lanes.map(({ lost, pen, one }, i) =>
        Plot.dot(lost, {
          x: 'lr', frameAnchor: 'top', dy: -laneHeight * (lanes.length - i - 0.3), symbol: 'times', r: 3.6, stroke: ink, strokeWidth: 1.5, ...of(pen, 'cross'),
          title: (point: SweepPoint) => about(one, point),
        }),
      ),
      // With one seed a cross says it all; with several, how many of them.
      ...lanes.map(({ lost, pen }, i) =>
        Plot.text(lost.filter(({ scores }) => scores.length > 1), {
          x: 'lr', frameAnchor: 'top', dy: -laneHeight * (lanes.length - i - 0.3), dx: 6, textAnchor: 'start', fill: ink, ...of(pen, 'count'),
          text: ({ diverged }: SweepPoint) => String(diverged),
        }),
      ),
    ],
  }; // prettier-ignore
  return { label: `${problem.tuningMetric.name} against the learning rate`, options };
}

function hasScore(point: SweepPoint): point is Scored {
  return point.score !== null;
}
