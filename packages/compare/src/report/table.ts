/** The tables of the page: the ranking of a problem and, where there are several problems, the overview. Knows results and pens. */
import type { OptimizerResult, ProblemResult } from '../schema.ts';
import { empty, html, type Markup } from './markup.ts';
import { column, durations, none, rateText, sentence, type Format } from './number.ts';
import type { Pen, Pens } from './pens.ts';
import { strips } from './strip.ts';
import { comparisonOf, difference, divergence, metricFormat, spread, targetText, unitOf, verdict } from './text.ts';

/** A short piece of an optimizer's line. */
export function swatch({ name, look }: Pen): Markup {
  return html`<svg class="swatch ${name}" width="34" height="8" viewBox="0 0 34 8" aria-hidden="true"><line x1="1" x2="33" y1="4" y2="4" stroke-dasharray="${look.dash}"/></svg>`;
}

/** The ranking: a row for each optimizer, the best first. */
export function ranking(problem: ProblemResult, all: Pens): Markup {
  const { optimizers, testMetric } = problem;
  const of = (pick: (summary: OptimizerResult['summary']) => number | null): Format => column(optimizers.map(({ summary }) => pick(summary)));
  const time = durations(optimizers.map(({ summary }) => summary.secondsToTarget));
  const formats = { metric: metricFormat(problem), steps: of((s) => s.stepsToTarget), gradients: of((s) => s.gradientsToTarget), time: time.format };
  const strip = strips(problem);
  const rows = optimizers.map((one) => {
    const { summary } = one;
    const pen = all.of(one.id);
    const { runs, rates } = divergence(one);
    const more = difference(problem, one);
    return html`<tr class="row ${pen.name}">
<td class="rank">${one.rank}</td>
<th scope="row">${swatch(pen)}${one.label}</th>
<td class="number result">${summary.median === null ? 'diverged' : html`<b>${formats.metric(summary.median)}</b>${unitOf(problem)}`} <small>${summary.median === null ? '' : spread(problem, summary)}</small></td>
<td>${strip(one, pen.name)}</td>
<td>${verdict(problem, one)}${more === '' ? empty : html`<br><small>${more}</small>`}</td>
<td class="number">${one.fixed === true ? none : one.tuning === 'all-diverged' ? html`<small>all diverged</small>` : rateText(one.bestLr)}${one.tuning === 'edge' ? html`<br><small>(edge)</small>` : empty}</td>
<td class="number">${formats.steps(summary.stepsToTarget)}</td>
<td class="number">${formats.gradients(summary.gradientsToTarget)}</td>
<td class="number">${formats.time(summary.secondsToTarget)}</td>
<td class="number">${share(summary.reached, one.trials.length)}</td>
<td class="number">${share(summary.diverged, one.trials.length, runs)}</td>
<td class="number">${quiet(rates.startsWith('0/') || rates === none, rates)}</td>
</tr>`;
  }); // prettier-ignore
  return scroller(`Ranking on ${problem.title}`, html`<table class="ranking">
<caption>${sentence(testMetric.name)}, ${optimizers[0]?.summary.spread ?? ''}; ${testMetric.lowerIsBetter ? 'lower' : 'higher'} is better. The target is ${targetText(problem)}.</caption>
<thead>
<tr><th scope="col" rowspan="2" class="rank"><abbr title="Rank">#</abbr></th><th scope="col" rowspan="2">Optimizer</th><th scope="col" rowspan="2" class="number">Median <small>(spread)</small></th><th scope="col" rowspan="2">Each seed</th><th scope="col" rowspan="2">Against the reference</th><th scope="col" rowspan="2" class="number">Learning<br>rate</th><th scope="colgroup" colspan="4" class="group">To the target</th><th scope="colgroup" colspan="2" class="group">Diverged</th></tr>
<tr><th scope="col" class="number">steps</th><th scope="col" class="number">gradients</th><th scope="col" class="number">${time.unit === 's' ? 'seconds' : time.unit}</th><th scope="col" class="number">runs</th><th scope="col" class="number">runs</th><th scope="col" class="number">rates</th></tr>
</thead>
<tbody>${rows}</tbody>
</table>`); // prettier-ignore
}

/** Medians of all problems side by side, with links to them. */
export function overview(problems: readonly ProblemResult[], all: Pens): Markup {
  const ids = [...new Map(problems.flatMap(({ optimizers }) => optimizers.map(({ id, label }) => [id, label] as const)))];
  const cell = (problem: ProblemResult, id: string): Markup => {
    const one = problem.optimizers.find((each) => each.id === id);
    if (one === undefined) return html`<td class="number"></td>`;
    const isSame = one.summary.median !== null && ['no detectable difference', 'equal'].includes(comparisonOf(problem, one)?.verdict ?? '');
    const text = one.summary.median === null ? 'diverged' : metricFormat(problem)(one.summary.median);
    const value = one.rank === 1 && one.summary.median !== null ? html`<b>${text}</b>` : html`${text}`;
    return html`<td class="number">${isSame ? html`<abbr title="no detectable difference from the reference">≈</abbr> ` : empty}${value}</td>`;
  };
  const head = problems.map(({ title, testMetric }, i) => html`<th scope="col" class="number"><a href="#problem-${i + 1}">${title.split(':')[0] ?? title}</a><br><small>${testMetric.name}${testMetric.unit === '' ? '' : `, ${testMetric.unit}`}</small></th>`); // prettier-ignore
  const rows = ids.map(([id, label]) => html`<tr><th scope="row">${swatch(all.of(id))}${label}</th>${problems.map((problem) => cell(problem, id))}</tr>`); // prettier-ignore
  return scroller('Overview', html`<table class="overview"><caption><span>Medians over seeds. Bold: the best; ≈: no detectable difference from the reference, which is the best on validation data.</span></caption>
<thead><tr><th scope="col">Optimizer</th>${head}</tr></thead><tbody>${rows}</tbody></table>`); // prettier-ignore
}

/** A table that scrolls on its own where the page is narrow, by keyboard too. */
export function scroller(label: string, table: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
}

function share(count: number, of: number, text = `${String(count)}/${String(of)}`): Markup {
  return quiet(count === 0, text);
}

function quiet(isQuiet: boolean, text: string): Markup {
  return isQuiet ? html`<span class="none">${text}</span>` : html`${text}`;
}
