/** What tuning costs and gains: best against tries, the width of the basin of learning rates. */
import * as Plot from '@observablehq/plot';
import type { KeptProblem } from '../kept.ts';
import { picture, type Panel } from '../picture.ts';
import { cost, entrant, middle, optimizersIn, regret } from '../reading.ts';
import { grid, keysOf, line } from './common.ts';

/** What tuning with fewer tries gives, in the mean over the problems. */
export function tries(all: readonly KeptProblem[]): string {
  const keys = keysOf(all);
  const most = Math.min(...all.map(({ budget }) => budget!.tries));
  return picture('Best so far against tries', keys, 2, (pens) =>
    (['', '+cosine'] as const).map((schedule): Panel => ({
      title: `${schedule === '' ? 'constant rate' : 'cosine'}: distance from the best, median over problems`,
      label: `distance from the best against tries, ${schedule === '' ? 'constant rate' : 'cosine'}`,
      options: {
        height: 300,
        x: { label: 'tries', tickSize: 4, ticks: most - 1 },
        y: { label: null, tickSize: 0, domain: [0, 4], clamp: true },
        marks: [
          Plot.gridY(grid),
          ...keys.map(({ id }) => {
            const own = all.filter((problem) => optimizersIn(problem).includes(id));
            const points = Array.from({ length: most }, (_, k) => ({
              tries: k + 1,
              distance: middle(
                own.map((problem) =>
                  regret(problem)(problem.budget!.curves.find((one) => one.id === `${id}${schedule}`)!.middle[k] ?? null),
                ),
              ),
            }));
            return Plot.lineY(
              points.filter(({ distance }) => Number.isFinite(distance)),
              { x: 'tries', y: 'distance', clip: true, ...line(pens.of(id)) },
            );
          }),
        ],
      },
    })),
  );
}

/** The factor from the lowest to the highest rate whose score is within 5 % of the best, between the rates that were scanned on the logarithms. */
export function widthOf(problem: KeptProblem, id: string): number {
  const points = entrant(problem, id).sweep.map(({ lr, score }) => ({ at: Math.log(lr), score: cost(score, problem.tuningMetric) }));
  const least = Math.min(...points.map(({ score }) => score));
  const bar = least + 0.05 * Math.abs(least);
  const top = points.findIndex(({ score }) => score === least);
  const reach = (step: 1 | -1): number => {
    let i = top;
    while (points[i + step] !== undefined && points[i + step]!.score <= bar) i += step;
    const [inside, outside] = [points[i]!, points[i + step]];
    if (outside === undefined || outside.score === Infinity) return inside.at;
    return inside.at + ((outside.at - inside.at) * (bar - inside.score)) / (outside.score - inside.score);
  };
  return Math.exp(reach(1) - reach(-1));
}

/** The scan's score against the rate, relative to the best rate, in the median over the problems. */
export function sensitivity(all: readonly KeptProblem[]): string {
  const keys = keysOf(all);
  const offsets = Array.from({ length: 9 }, (_, i) => i - 4);
  return picture('How much the rate matters', keys, 1, (pens) => [
    {
      title: 'distance from the best against the rate, as multiples of the best one; constant rate, median over problems',
      label: 'sensitivity to the learning rate',
      options: {
        height: 330,
        x: { type: 'log', label: 'rate / best rate', tickSize: 4, ticks: [0.01, 0.1, 1, 10, 100], tickFormat: (x: number) => String(x) },
        y: { label: null, tickSize: 0, domain: [0, 4], clamp: true },
        marks: [
          Plot.gridY(grid),
          ...keys.map(({ id }) => {
            const own = all
              .filter((problem) => optimizersIn(problem).includes(id))
              .map((problem) => {
                const { sweep } = entrant(problem, id);
                const costs = sweep.map(({ score }) => cost(score, problem.tuningMetric));
                const scans = problem.optimizers.map((one) => Math.min(...one.sweep.map(({ score }) => cost(score, problem.tuningMetric))));
                const [top, scale] = [costs.indexOf(Math.min(...costs)), middle(scans) - Math.min(...scans)];
                return offsets.map((offset) =>
                  costs[top + offset] === undefined ? undefined : (costs[top + offset]! - costs[top]!) / scale,
                );
              });
            const points = offsets.flatMap((offset, i) => {
              const known = own.flatMap((values) => (values[i] === undefined ? [] : [values[i]]));
              return known.length < own.length / 2 ? [] : [{ rate: 10 ** (offset / 2), distance: middle(known) }];
            });
            return Plot.lineY(
              points.filter(({ distance }) => Number.isFinite(distance)),
              { x: 'rate', y: 'distance', clip: true, ...line(pens.of(id)) },
            );
          }),
        ],
      },
    },
  ]);
}
