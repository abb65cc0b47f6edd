/** What tuning costs and gains: the best so far against the number of trials, and the width of the range of good learning rates. */
import * as Plot from '@observablehq/plot';
import type { KeptOptimizer, KeptProblem } from '../kept.ts';
import { picture, type Panel } from '../picture.ts';
import { cost, entrant, middle, regret } from '../reading.ts';
import { grid, keysOf, line, type Field } from './common.ts';

/** The result of tuning with fewer trials, in the median over the problems. */
export function tries(fields: readonly Field[]): string {
  const all = fields.flatMap(({ problems }) => problems);
  const most = Math.min(...all.map(({ budget }) => budget!.tries));
  return picture('Distance from the best against the number of tuning trials, median over problems (lower is better)', keysOf(all), 2, (pens) =>
    fields.flatMap(({ title, problems, keys }) =>
      (['', '+cosine'] as const).map((schedule): Panel => {
        const rate = schedule === '' ? 'constant learning rate' : 'cosine';
        const distance = (id: string, k: number): number =>
          middle(
            problems.map((problem) => {
              const curve = problem.budget!.curves.find((one) => one.id === `${id}${schedule}`);
              return regret(problem)(curve?.middle[k] ?? null);
            }),
          );
        return {
          title: `${title}, ${rate}`,
          label: `distance from the best against tuning trials, ${title}, ${rate}`,
          options: {
            height: 300,
            x: { label: 'tuning trials', tickSize: 4, ticks: most - 1 },
            y: { label: null, tickSize: 0, domain: [0, 4], clamp: true },
            marks: [
              Plot.gridY(grid),
              ...keys.map(({ id }) => {
                const points = Array.from({ length: most }, (_, k) => ({ tries: k + 1, distance: distance(id, k) }));
                return Plot.lineY(points.filter((one) => Number.isFinite(one.distance)), { x: 'tries', y: 'distance', clip: true, ...line(pens.of(id)) });
              }),
            ],
          },
        };
      }),
    ),
  );
} // prettier-ignore

/** The ratio of the highest to the lowest learning rate whose score is within 5 % of the best, interpolated on the logarithms of the scanned rates. */
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

/** The scan's score against the learning rate as a multiple of the best one, in the median over the problems. */
export function sensitivity(fields: readonly Field[]): string {
  const offsets = Array.from({ length: 9 }, (_, i) => i - 4);
  const keys = keysOf(fields.flatMap(({ problems }) => problems));
  return picture('Sensitivity to the learning rate (constant): distance from the best, median over problems (lower is better)', keys, fields.length, (pens) =>
    fields.map(({ title, problems, keys: own }): Panel => ({
      title,
      label: `sensitivity to the learning rate, ${title}`,
      options: {
        height: 330,
        x: { type: 'log', label: 'learning rate / best learning rate', tickSize: 4, ticks: [0.01, 0.1, 1, 10, 100], tickFormat: (x: number) => String(x) },
        y: { label: null, tickSize: 0, domain: [0, 4], clamp: true },
        marks: [
          Plot.gridY(grid),
          ...own.map(({ id }) => {
            const around = problems.map((problem) => aroundBest(problem, id, offsets));
            const points = offsets.flatMap((offset, i) => {
              const known = around.flatMap((values) => values[i] ?? []);
              return known.length < around.length / 2 ? [] : [{ rate: 10 ** (offset / 2), distance: middle(known) }];
            });
            return Plot.lineY(points.filter(({ distance }) => Number.isFinite(distance)), { x: 'rate', y: 'distance', clip: true, ...line(pens.of(id)) });
          }),
        ],
      },
    })),
  );
} // prettier-ignore

/** How much worse the scan's score is at a grid offset from the best rate; 1 is the distance from the best to the median optimizer. Undefined where no rate was tried. */
function aroundBest(problem: KeptProblem, id: string, offsets: readonly number[]): (number | undefined)[] {
  const costsOf = ({ sweep }: KeptOptimizer): number[] => sweep.map(({ score }) => cost(score, problem.tuningMetric));
  const costs = costsOf(entrant(problem, id));
  const bests = problem.optimizers.map((one) => Math.min(...costsOf(one)));
  const [top, scale] = [costs.indexOf(Math.min(...costs)), middle(bests) - Math.min(...bests)];
  return offsets.map((offset) => (costs[top + offset] === undefined ? undefined : (costs[top + offset]! - costs[top]!) / scale));
}
