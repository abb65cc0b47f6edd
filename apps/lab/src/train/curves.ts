/** The curves of a training as plots: a thin line for each seed, the median of the seeds in the pen of the optimizer. */
import type { Markish } from '@observablehq/plot';
import { lookOf, penClass } from '../draw/colours.ts';
import type { Draft } from '../draw/draft.ts';
import { medians, type Point, type Quantity } from './median.ts';
import { nets, type Setup } from './setup.ts';
import type { Curve } from './training.svelte.ts';

/** A plot of one quantity of every optimizer. */
export function curvesPlot(setup: Setup, curves: readonly Curve[], quantity: Quantity): Draft {
  return (plot) => {
    const { scale } = nets[setup.net];
    const all = curves.flatMap(({ marks }) => marks.map((mark) => mark[quantity]));
    const domain = extent(all, scale, quantity);
    const ticks = scale === 'log' ? [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100] : undefined;
    const shown = ticks?.filter((tick) => tick >= domain[0] && tick <= domain[1]);
    const marks = setup.entrants.flatMap(({ key }, entrant): Markish[] => {
      const own = curves.filter((curve) => curve.entrant === entrant);
      const line = (points: readonly Point[], width: number, opacity: number): Markish =>
        plot.line(points, {
          x: 'x',
          y: 'y',
          stroke: 'var(--c)',
          strokeWidth: width,
          strokeOpacity: opacity,
          strokeDasharray: opacity === 1 ? lookOf(key).dash : '',
          className: penClass(key),
          clip: true,
        });
      // A run that diverged leaves by the upper edge.
      const lost = own.flatMap(({ divergedAt }) => (divergedAt === undefined ? [] : [{ x: divergedAt, y: domain[1] }]));
      const path = ({ marks: has, divergedAt }: Curve): Point[] => [
        ...has.map((mark) => ({ x: mark.step, y: mark[quantity] })),
        ...(divergedAt === undefined ? [] : [{ x: divergedAt, y: domain[1] }]),
      ];
      return [
        ...(own.length > 1 ? own.map((curve) => line(path(curve), 0.8, 0.45)) : []),
        line(own.length === 1 ? path(own[0]!) : medians(own, quantity), 1.9, 1),
        plot.dot(lost, { x: 'x', y: 'y', symbol: 'times', r: 6, stroke: 'var(--c)', strokeWidth: 2.4, className: penClass(key) }),
      ];
    });
    return {
      marginRight: 20,
      x: { domain: [0, setup.steps], label: 'step', ticks: 5, tickSize: 3 },
      y: {
        type: scale,
        domain: [...domain],
        label: null,
        tickSize: 0,
        ...(shown === undefined ? { ticks: 6 } : { ticks: shown, tickFormat: String }),
      },
      marks: [plot.gridY(shown ?? [], { className: 'grid', strokeOpacity: 1, ...(shown === undefined ? { ticks: 6 } : {}) }), ...marks],
    };
  };
}

/** All values, but a run that flies off must not press the others flat: at most four times the first. */
function extent(values: readonly number[], scale: 'log' | 'linear', quantity: Quantity): [number, number] {
  if (values.length === 0)
    return quantity === 'error' ? [scale === 'log' ? 5 : 40, scale === 'log' ? 100 : 60] : scale === 'log' ? [0.1, 3] : [0.4, 0.8];
  const top = quantity === 'error' ? 100 : 4 * values[0]!;
  let [low, high] = [Infinity, 0];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, Math.min(top, value))];
  const room = scale === 'log' ? 1 : 0.04 * (high - low);
  return scale === 'log' ? [Math.max(1e-4, low * 0.9), high * 1.1] : [Math.max(0, low - room), high + room];
}
