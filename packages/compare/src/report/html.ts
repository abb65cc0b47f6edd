/** The report: one HTML file that needs nothing beside it. Knows results and how they are drawn; knows nothing of how they were made. */
import katex from 'katex';
import type { Comparison, OptimizerResult, ProblemResult } from '../schema.ts';
import { looks } from './palette.ts';
import { colourOf, curves, map, sensitivity } from './plots.ts';
import { script, style } from './style.ts';
import { conclusion, divergence, metric, number, rate, verdict } from './text.ts';

/** The page of a comparison. */
export function renderHtml(comparison: Comparison): string {
  const ids = [...new Set(comparison.problems.flatMap((problem) => problem.optimizers.map(({ id }) => id)))];
  const quick = comparison.protocol.preset === 'quick';
  return stableIds(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Thalweg: ${escape(comparison.problems.map(({ id }) => id).join(', '))}</title>
<style>${colours(ids)}${style}</style>
</head>
<body>
<header>
<p class="brand">Thalweg</p>
<h1>${String(ids.length)} optimizers on ${escape(comparison.problems.map(({ id }) => id).join(', '))}${quick ? ' <span class="tag">quick</span>' : ''}</h1>
<p>${quick ? 'A quick run: fewer learning rates, seeds and steps than a comparison to decide by. ' : ''}Each optimizer had the same first weights, data order and
number of tuning runs. Learning rates were chosen on validation data; what is ranked was measured on test data with fresh seeds.
Everything behind this page is in <a href="results.json">results.json</a>.</p>
</header>
<main>
${comparison.problems.map((problem) => section(problem)).join('\n')}
${configuration(comparison)}
</main>
<script>${script}</script>
</body>
</html>
`);
}

/** Plot numbers clip paths through the life of the process; here they count from 1 on each page, so that equal results make equal pages. */
function stableIds(page: string): string {
  const numbers = new Map<string, number>();
  return page.replaceAll(/plot-clip-(\d+)/g, (id) => {
    numbers.set(id, numbers.get(id) ?? numbers.size + 1);
    return `clip-${String(numbers.get(id))}`;
  });
}

function colours(ids: readonly string[]): string {
  const rules = (which: 'light' | 'dark'): string => [...looks(ids)].map(([id, look]) => `${colourOf(id).slice(4, -1)}:${look[which]}`).join(';');
  return `:root{${rules('light')}}@media (prefers-color-scheme:dark){:root{${rules('dark')}}}`;
}

function section(problem: ProblemResult): string {
  const landscape = problem.landscape === undefined ? '' : figure(map(problem), 'The paths of the first test seed on the contour map; + marks the minima.');
  return `<section>
<h2>${escape(problem.title)}</h2>
<p>${escape(problem.description)}</p>
<p class="conclusion">${escape(conclusion(problem))}</p>
${legend(problem)}
${table(problem)}
<div class="figures">
${landscape}
${figure(curves(problem, 'validation'), `${problem.tuningMetric.name} against steps: median over test seeds, band from the least to the greatest; the dotted line is the target.`)}
${problem.landscape === undefined ? figure(curves(problem, 'training'), 'Training loss against steps, averaged between measurements.') : ''}
${figure(sensitivity(problem), `${problem.tuningMetric.name} after tuning runs against the learning rate; the large dot is the chosen rate, × marks diverged runs.`)}
</div>
${equations(problem)}
</section>`;
}

function figure(svg: string, caption: string): string {
  return `<figure role="group" aria-label="${escape(caption)}">${svg}<figcaption>${escape(caption)}</figcaption></figure>`;
}

function swatch(problem: ProblemResult, id: string): string {
  const dash = looks(problem.optimizers.map((one) => one.id)).get(id)?.dash ?? '';
  return `<svg class="swatch" width="28" height="8" aria-hidden="true"><line x1="0" x2="28" y1="4" y2="4" stroke="${colourOf(id)}" stroke-width="2.5" stroke-dasharray="${dash}"/></svg>`;
}

function legend(problem: ProblemResult): string {
  const items = problem.optimizers.map(({ id, label }) => `<li>${swatch(problem, id)}${escape(label)}</li>`);
  return `<ul class="legend" aria-label="Lines">${items.join('')}</ul>`;
}

function table(problem: ProblemResult): string {
  const head = ['Rank', 'Optimizer', 'Learning rate', `${problem.testMetric.name}<br><small>median (spread)</small>`, 'Diverged', 'Steps to target', 'Gradients', 'Seconds', 'Against the best'];
  const row = (one: OptimizerResult): string => {
    const { summary } = one;
    const reached = `<small> in ${String(summary.reached)}/${String(one.trials.length)}</small>`;
    const cells = [
      `<td>${String(one.rank)}</td>`,
      `<th scope="row">${swatch(problem, one.id)} ${escape(one.label)}</th>`,
      `<td>${escape(rate(one))}</td>`,
      `<td>${escape(metric(problem, one))}</td>`,
      `<td>${escape(divergence(one))}</td>`,
      `<td>${number(summary.stepsToTarget)}${reached}</td>`,
      `<td>${number(summary.gradientsToTarget)}</td>`,
      `<td>${number(summary.secondsToTarget, 2)}</td>`,
      `<td>${escape(verdict(problem, one.id))}</td>`,
    ];
    return `<tr>${cells.join('')}</tr>`;
  };
  const spread = problem.optimizers[0]?.summary.spread ?? '';
  return `<p class="note">${escape(problem.testMetric.name)}, ${escape(spread)}; target: ${escape(problem.tuningMetric.name)} ≤ ${number(problem.target.value)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Ranking on ${escape(problem.id)}"><table>
<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>
<tbody>${problem.optimizers.map(row).join('\n')}</tbody>
</table></div>`;
}

function equations(problem: ProblemResult): string {
  const items = problem.optimizers.map(({ id, label, configuration: code, latex, hyperparameters, bestLr }) => {
    const values = Object.entries({ lr: bestLr, ...hyperparameters }).map(([name, value]) => `${name} = ${String(value)}`);
    const formula = katex.renderToString(latex, { output: 'mathml', displayMode: true, throwOnError: false });
    return `<div class="rule"><h4>${swatch(problem, id)} ${escape(label)}</h4><p><code>${escape(code)}</code> with ${escape(values.join(', '))}</p>${formula}</div>`;
  });
  return `<details><summary>Update rules and configuration</summary><div class="rules">${items.join('\n')}</div></details>`;
}

function configuration({ protocol, machine, createdAt, problems }: Comparison): string {
  const rows: [string, string][] = [
    ['Preset', protocol.preset],
    ['Learning rates', `${String(protocol.gridPoints)} at first, a factor of ${number(protocol.gridRatio)} apart; up to ${String(protocol.maxGridPoints)} while the best is on the edge`],
    ['Tuning seeds', protocol.tuningSeeds.join(', ')],
    ['Test seeds', protocol.testSeeds.join(', ')],
    ['Steps', problems.map(({ id, steps }) => `${id} ${String(steps)}`).join(', ')],
    ['Differences', `paired two-sided t-tests against the best median over test seeds, Holm-corrected, level ${String(protocol.alpha)}`],
    ['Divergence', 'a loss that is not finite, or 10⁴ times the first; counted, and ranked below every finite result'],
    ['Machine', `${machine.cpu}, ${String(machine.cores)} cores, ${String(machine.workers)} runs side by side; ${machine.os}; Node ${machine.node}; Thalweg ${machine.thalweg}`],
    ['Made', createdAt],
  ];
  const items = rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`);
  return `<section><h2>How this was made</h2><dl>${items.join('\n')}</dl></section>`;
}

/** Text as HTML: what a user's problem file says must not become markup. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
