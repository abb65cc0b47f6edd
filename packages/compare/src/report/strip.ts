/** The test results of each seed as dots on a line: the spread at a glance, in a row of the ranked table. Knows results; knows no table. */
import { cost } from '../quantile.ts';
import type { OptimizerResult, ProblemResult } from '../schema.ts';
import { metricFormat } from './text.ts';
import { keepFinite } from './series.ts';
import { empty, html, type Markup } from './markup.ts';

const [width, height, pad] = [122, 22, 5];

/** Places results between the best of all optimizers, on the left, and the worst; diverged runs stand apart behind it. */
export function strips(problem: ProblemResult): (one: OptimizerResult, penName: string) => Markup {
  const values = keepFinite(problem.optimizers.flatMap(({ trials }) => trials.map(({ testMetric }) => testMetric)));
  const costs = values.map((value) => cost(value, problem.testMetric));
  const [least, most] = costs.length === 0 ? [0, 1] : [Math.min(...costs), Math.max(...costs)];
  const end = problem.optimizers.some(({ summary }) => summary.diverged > 0) ? width - pad - 14 : width - pad;
  const at = (value: number): string => (pad + ((cost(value, problem.testMetric) - least) / (most - least || 1)) * (end - pad)).toFixed(1);
  const format = metricFormat(problem);
  return ({ trials, summary }, penName) => {
    const finite = keepFinite(trials.map(({ testMetric }) => testMetric));
    const lost = trials.length - finite.length;
    const label = `${finite.map((value) => format(value)).join(', ')}${lost === 0 ? '' : ` and ${String(lost)} diverged`}`;
    const middle = height / 2;
    return html`<svg class="strip ${penName}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="by seed: ${label}">
<title>${label}</title><line class="axis" x1="${pad}" x2="${end}" y1="${middle}" y2="${middle}"/>
${finite.map((value) => html`<circle cx="${at(value)}" cy="${middle}" r="3"/>`)}
${summary.median === null ? empty : html`<line class="median" x1="${at(summary.median)}" x2="${at(summary.median)}" y1="3" y2="${height - 3}"/>`}
${lost === 0 ? empty : html`<path class="lost" d="M${width - pad - 4},${middle - 4}l8,8m0,-8l-8,8"/>`}</svg>`;
  };
}
