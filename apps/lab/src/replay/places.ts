/** The ranking over time as a drawing: a line for each optimizer, from place to place. */
import * as Plot from '@observablehq/plot';
import { line, number, of, type Drawing, type Pens, type ProblemResult, type Standing } from '@thalweg/compare/replay';

interface Stop {
  readonly step: number;
  readonly y: number;
  readonly rank: number;
  readonly middle: number | null;
}

const mostDots = 3000;

/** Places against steps, the first on top; those that share a place are drawn a little apart. */
export function places({ optimizers, steps, tuningMetric }: ProblemResult, standings: readonly Standing[], all: Pens): Drawing {
  const count = optimizers.length;
  const marks = optimizers.flatMap(({ id, label }) => {
    const stops = standings.map(({ step, places: row }): Stop => {
      const tied = row.filter(({ rank }) => rank === row.find((one) => one.id === id)!.rank);
      const own = tied.findIndex((one) => one.id === id);
      const { rank, middle } = tied[own]!;
      return { step, rank, middle, y: rank + (tied.length === 1 ? 0 : (0.5 * own) / tied.length) };
    });
    const pen = all.of(id);
    const title = ({ step, rank, middle }: Stop): string =>
      `${label}, step ${String(step)}: place ${String(rank)}, ${middle === null ? 'diverged' : number(middle)}`;
    return [
      Plot.line(stops, { x: 'step', y: 'y', curve: 'bump-x', ...line(pen), strokeWidth: 2, ...of(pen, 'line') }),
      Plot.dot(count * standings.length > mostDots ? [] : stops, { x: 'step', y: 'y', r: 2.2, fill: 'var(--c)', title, ...of(pen, 'dot') }),
    ];
  });
  return {
    label: `places by ${tuningMetric.name} against steps`,
    options: {
      height: 46 + 26 * Math.min(count, 14),
      x: { domain: [0, steps], label: 'step', ticks: 5, tickSize: 4 },
      y: {
        domain: [count + 0.6, 0.6],
        label: null,
        tickSize: 0,
        ticks: Array.from({ length: count }, (_, i) => i + 1).filter((rank) => count <= 14 || rank % 5 === 1),
        tickFormat: String,
      },
      marks,
    },
  };
}
