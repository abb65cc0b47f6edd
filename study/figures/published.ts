/** Two published results, tested. */
import * as Plot from '@observablehq/plot';
import type { KeptProblem } from '../kept.ts';
import { picture, type Panel } from '../picture.ts';
import { cost, entrant, middle } from '../reading.ts';
import { grid, keysOf, line } from './common.ts';

/** Test error by learning rate and weight decay. */
export function decayMaps(problem: KeptProblem): string {
  const hyper = { decoupled: 'weightDecay', coupled: 'l2' } as const;
  return picture('Test error by learning rate and weight decay: Adam with an L2 penalty, and AdamW', [], 2, () =>
    (['coupled', 'decoupled'] as const).map((id): Panel => {
      const { search, label } = entrant(problem, id);
      const points = search!.tries
        .map(({ values, testMetric, validationMetric }) => ({
          ...{ lr: values['lr']!, decay: values[hyper[id]]!, error: testMetric ?? 100 },
          chosenBy: cost(validationMetric, problem.tuningMetric),
        }))
        .toSorted((a, b) => b.chosenBy - a.chosenBy);
      const best = new Set(points.slice(-Math.round(points.length / 10)));
      return {
        title: `${label}: brighter is better; circled: best tenth in validation`,
        label: `test error of ${label} by learning rate and weight decay`,
        options: {
          height: 330,
          x: { type: 'log', label: 'learning rate', tickSize: 4, ticks: 5, tickFormat: (x: number) => String(x) },
          y: {
            type: 'log',
            label: id === 'coupled' ? 'L2 penalty λ' : 'weight decay λ',
            tickSize: 0,
            ticks: 5,
            tickFormat: (x: number) => String(x),
          },
          color: {
            type: 'log',
            scheme: 'viridis',
            reverse: true,
            domain: [Math.min(...points.map(({ error }) => error)), 60],
            clamp: true,
          },
          marks: [
            Plot.dot(points, { x: 'lr', y: 'decay', r: 3.4, fill: 'error' }),
            Plot.dot(
              points.filter((one) => best.has(one)),
              { x: 'lr', y: 'decay', r: 5.2, stroke: 'currentColor', strokeWidth: 1.3 },
            ),
          ],
        },
      };
    }),
  );
}

/** The validation loss along the run, in the median over the seeds. */
export function sparseText(problem: KeptProblem): string {
  const keys = keysOf([problem]);
  const final = middle(entrant(problem, 'sgd').trials.map(({ validationMetric }) => validationMetric ?? Infinity));
  return picture('Validation loss on sparse text', keys, 1, (pens) => [
    {
      title: `median of ${String(problem.optimizers[0]!.trials.length)} seeds; dotted line: SGD’s final loss`,
      label: 'validation loss against steps',
      options: {
        height: 330,
        x: { label: 'steps', tickSize: 4 },
        y: { type: 'log', label: null, tickSize: 0, ticks: [0.8, 1, 1.5, 2, 3], tickFormat: (y: number) => String(y) },
        marks: [
          Plot.gridY(grid),
          Plot.ruleY([final], { stroke: 'currentColor', strokeDasharray: '2 3' }),
          ...keys.map(({ id }) => {
            const { trials } = entrant(problem, id);
            const points = trials[0]!.validation.steps.map((step, i) => ({
              step,
              loss: middle(trials.map(({ validation }) => validation.values[i] ?? Infinity)),
            }));
            return Plot.lineY(
              points.filter(({ loss }) => Number.isFinite(loss)),
              { x: 'step', y: 'loss', ...line(pens.of(id)) },
            );
          }),
        ],
      },
    },
  ]);
}
