/** The two courses of a rule gone wrong as one plot: the wrong one in the colour of alarm and dashed, the right one in its own pen. */
import { figure, type Point, type SideBySide, type WrongRule } from '@thalweg/guide';
import { lookOf, penClass } from '../draw/colours.ts';
import type { Draft } from '../draw/draft.ts';
import { powerOfTen } from '../draw/series.ts';

/** How the wrong course is drawn. */
export const wrongDash = '12 4';

/** The plot; a cross marks where the wrong course stopped being a number. */
export function sideBySidePlot({ axes, optimizer }: WrongRule, { wrong, right }: SideBySide): Draft {
  return (plot) => {
    const [logX, logY] = [axes.log.includes('x'), axes.log.includes('y')];
    const drawn = (points: readonly Point[]): Point[] => points.filter(({ y }) => Number.isFinite(y) && (!logY || y > 0));
    const shown = { wrong: drawn(wrong), right: drawn(right) };
    const domain = extent([...shown.wrong, ...shown.right].map(({ y }) => y), logY); // prettier-ignore
    const lost = wrong.find(({ y }) => !Number.isFinite(y));
    const { dash } = lookOf(optimizer.id);
    return {
    x: {
      type: logX ? 'log' : 'linear',
      label: axes.x,
      tickSize: 3,
      ticks: 6,
      ...(logX ? { tickFormat: powerOfTen } : { domain: [0, Math.max(...right.map(({ x }) => x))] }),
    },
    y: {
      type: logY ? 'log' : 'linear',
      label: null,
      domain,
      tickSize: 0,
      ticks: 5,
      tickFormat: logY ? powerOfTen : (value: number) => figure(value),
    },
    marks: [
      plot.gridY({ className: 'grid', strokeOpacity: 1, ticks: 5 }),
      ...(logY ? [] : [plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.4 })]),
      plot.line(shown.right, { x: 'x', y: 'y', stroke: 'var(--c)', strokeWidth: 2, strokeDasharray: dash, className: `line right ${penClass(optimizer.id)}`, clip: true }),
      plot.line(shown.wrong, { x: 'x', y: 'y', stroke: 'var(--alarm)', strokeWidth: 2, strokeDasharray: wrongDash, className: 'line wrong', clip: true }),
      ...(lost === undefined
        ? []
        : [
            plot.ruleX([lost.x], { stroke: 'var(--alarm)', strokeOpacity: 0.4 }),
            plot.dot([lost], { x: 'x', frameAnchor: 'top', dy: 8, symbol: 'times', r: 5, stroke: 'var(--alarm)', strokeWidth: 2 }),
            plot.text([lost], { x: 'x', frameAnchor: 'top', dy: 8, dx: 9, textAnchor: 'start', text: () => 'NaN', fill: 'var(--alarm)' }),
          ]),
    ],
  }; // prettier-ignore
  };
}

/** All values, with a little room; on a logarithmic axis no more than fifteen magnitudes. */
function extent(values: readonly number[], log: boolean): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!log) return low === high ? [low - 1, high + 1] : [low - 0.04 * (high - low), high + 0.04 * (high - low)];
  const bottom = Math.max(low, high * 1e-15);
  const room = Math.max(1.15, (high / bottom) ** 0.04);
  return [bottom / room, high * room];
}
