/** The report: one self-contained HTML file. Knows results and how they are drawn; not how they were made. */
import type { Comparison, OptimizerResult, ProblemResult } from '../schema.ts';
import { counted } from '../shown.ts';
import { budgetCurves } from './budget.ts';
import { curves } from './curves.ts';
import { defaultsTable } from './defaults.ts';
import { numbers, protocolOf, rules } from './details.ts';
import { draw } from './draw.ts';
import { legend } from './legend.ts';
import { map, type DrawnMap } from './map.ts';
import { empty, html, Markup } from './markup.ts';
import { list, number, sentence } from './number.ts';
import { penNames, pens, type Pens } from './pens.ts';
import { figureWidth } from './plot.ts';
import { sensitivity } from './sensitivity.ts';
import { isBeyond, scoreRange } from './series.ts';
import { highlighting, script, style } from './style.ts';
import { overview, ranking, swatch } from './table.ts';
import { advice, cautions, conclusion, countsGradients, quickNote, targetText, warning } from './text.ts';

/** The page of a comparison. */
export function renderHtml(comparison: Comparison): string {
  const { problems, protocol } = comparison;
  const ids = problems.flatMap(({ optimizers }) => optimizers.map(({ id }) => id));
  const all = pens(ids);
  const names = penNames(ids, all);
  const quick = protocol.preset === 'quick';
  const subject = list(problems.map(({ id }) => id));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Thalweg: ${subject}</title>
<style>${new Markup(`${all.css}${style}${highlighting(names)}`)}</style>
</head>
<body>
<header>
<div>
<p class="brand">Thalweg</p>
<h1>${counted(names.length, 'optimizer')} on ${subject}${quick ? html` <span class="tag">quick</span>` : empty}</h1>
<p>${quick ? `${quickNote} ` : ''}Each optimizer had the same initial weights, the same data in the same order and the same number of runs.
For each seed separately, hyperparameters were chosen on validation data; optimizers are ranked by the test metric of the chosen runs, which therefore includes the noise of tuning. All curves and numbers are
in <a href="results.json">results.json</a>.</p>
</div>
${problems.length > 1 ? overview(problems, all) : empty}
</header>
<main>
${problems.map((problem, i) => section(problem, i + 1, all, protocol))}
${protocolOf(comparison)}
</main>
<script>${new Markup(script)}</script>
</body>
</html>
`;
  return page.text;
}

function section(problem: ProblemResult, place: number, all: Pens, protocol: Comparison['protocol']): Markup {
  const drawn = map(problem, all);
  const table = ranking(problem, all);
  const marks = legend(problem, protocol, table.text.replace(/^[^]*<tbody>/, '').replaceAll(/<svg[^]*?<\/svg>|<[^>]*>/g, '\n'));
  return html`<section class="problem" id="problem-${place}">
<h2>${problem.title}</h2>
${warning(problem) === '' ? empty : html`<p class="caution"><b>${warning(problem)}</b></p>`}
<p class="advice">${advice(problem)}</p>
<p>${problem.description}</p>
<p class="facts">${facts(problem)}</p>
${conclusion(problem) === '' ? empty : html`<p class="conclusion">${conclusion(problem)}</p>`}
${table}
${marks.length === 0 ? empty : html`<ul class="marks">${marks.map((text) => html`<li>${text}</li>`)}</ul>`}
${cautions(problem).map((text) => html`<p class="caution">${text}</p>`)}
${problem.defaults === undefined ? empty : defaultsTable(problem, problem.defaults)}
${keys(problem, all)}
<div class="figures">${figures(problem, place, all, drawn)}</div>
${drawn === undefined ? empty : html`<h3>Each path alone</h3><ul class="minis">${problem.optimizers.map((one) => small(one, place, drawn, all))}</ul>`}
${rules(problem, all)}
${numbers(problem, all, protocol.alpha)}
</section>`;
} // prettier-ignore

function figures(problem: ProblemResult, place: number, all: Pens, drawn: DrawnMap | undefined): Markup[] {
  const { optimizers, tuningMetric } = problem;
  const seeds = optimizers[0]?.trials.length ?? 0;
  const over = seeds === 1 ? 'One seed' : `Median over ${String(seeds)} seeds, each with the hyperparameters it chose; the band spans all seeds`;
  const lost = optimizers.some(({ summary }) => summary.diverged > 0) ? ' × above: a run diverged there.' : '';
  const several = optimizers.some(({ sweep }) => sweep.some(({ scores }) => scores.length > 1));
  const tuningLost = optimizers.some(({ sweep }) => sweep.some(({ diverged }) => diverged > 0)) ? ` × above: diverged${several ? ', with the number of seeds' : ''}.` : '';
  const validation = (height: number, kind: string): Markup =>
    figure(draw(curves(problem, 'validation', all, height)), tuningMetric.name, `${over}. Dotted: the target.${lost}`, kind);
  const range = scoreRange(problem);
  const isCut = optimizers.some(({ sweep }) => sweep.some(({ score }) => score !== null && isBeyond(score, range, tuningMetric)));
  const beyond = isCut ? ` ${tuningMetric.lowerIsBetter ? '▲' : '▼'}: beyond the axis.` : '';
  const isSearch = optimizers.some(({ search }) => search !== undefined);
  const tuned = figure(draw(sensitivity(problem, all, 290)), `${tuningMetric.name} by learning rate`, `${isSearch ? 'Each run of the search; the other hyperparameters are not shown. Ring: the best.' : 'Median over the seeds that tried a learning rate: one seed for the scan, all seeds around its best. Ring: the learning rate that most seeds chose.'}${beyond}${tuningLost}`, '');
  const tries = budgetCurves(problem, all, 290);
  const fewer = tries === undefined ? [] : [figure(draw(tries), `${problem.testMetric.name} by the number of tuning trials`, budgetAbout, '')];
  if (drawn === undefined) return [validation(400, 'main'), figure(draw(curves(problem, 'training', all, 290)), 'training loss', `Averaged between measurements${seeds === 1 ? '' : '; median and band as above'}.`, ''), tuned, ...fewer];
  const about = 'The first seed. Contours of the loss at 1, 2 and 5 times powers of ten above the lowest point of the map; + marks minima, the ring the start.';
  return [figure(drawn.svg.replace('<svg', `<svg id="map-${String(place)}"`), 'paths', about, 'main'), validation(290, ''), tuned, ...fewer];
} // prettier-ignore

const budgetAbout =
  'The result of tuning with fewer trials: the test metric of the best on validation data among that many trials, drawn at random from those made; median with its 95 % interval.';

/** The map with the path of one optimizer alone: the large one again, the other paths hidden. */
function small({ id, label }: OptimizerResult, place: number, { frame, height }: DrawnMap, all: Pens): Markup {
  return html`<li><span class="name">${swatch(all.of(id))}${label}</span><svg class="only-${all.of(id).name}" viewBox="${frame}" role="img" aria-label="path of ${label}"><use href="#map-${place}" width="${figureWidth}" height="${height}"/></svg></li>`;
}

function facts(problem: ProblemResult): string {
  const { parameters, steps, batchSize } = problem;
  return [
    `${number(parameters, 12)} parameters`,
    `${number(steps, 12)} ${countsGradients(problem) ? 'gradients' : 'steps'}${batchSize === null ? '' : ` of ${number(batchSize, 12)} examples`}`,
    `target: ${targetText(problem)}`,
  ].join(' · ');
}

function figure(svg: string, title: string, note: string, kind: string): Markup {
  return html`<figure class="${kind}"><figcaption><b>${sentence(title)}</b> ${note}</figcaption>${new Markup(svg)}</figure>`;
}

/** The legend: hovering or ticking a name dims the others. */
function keys(problem: ProblemResult, all: Pens): Markup {
  const items = problem.optimizers.map(({ id, label }) => {
    const pen = all.of(id);
    return html`<label class="key ${pen.name}"><input type="checkbox">${swatch(pen)}${label}</label>`;
  });
  return html`<fieldset class="keys"><legend>Tick to highlight</legend>${items}</fieldset>`;
}
