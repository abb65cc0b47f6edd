/** What optimizers reach at their defaults, without tuning: the table of the page, and the sentence of every report. Knows results and pens. */
import type { Defaults, PairedComparison, ProblemResult } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import { column, none, number, probability, rateText, sentence, type Format } from './number.ts';
import { scroller } from './table.ts';
import { amount, plainAmount, unitOf } from './text.ts';

type Row = Defaults['optimizers'][number];

/** A row in words: label, rate, median with spread, and how it compares with the best of these and with the best that was tuned. */
export interface DefaultsRow {
  readonly rank: string;
  readonly label: string;
  readonly promises: string;
  readonly lr: string;
  readonly median: string;
  readonly spread: string;
  readonly among: string;
  readonly tuned: string;
}

/** The rows of the table, the best first. */
export function defaultsRows(problem: ProblemResult, { optimizers, reference, comparisons, againstTuned }: Defaults): DefaultsRow[] {
  const format: Format = column(optimizers.flatMap(({ summary }) => [summary.median, summary.low, summary.high]));
  const end = (value: number | null): string => (value === null ? 'diverged' : format(value));
  const said = (all: readonly PairedComparison[], { id, summary }: Row): string => {
    const one = all.find(({ other }) => other === id);
    if (one === undefined || summary.median === null) return none;
    const { verdict, difference, interval, pValue, equalWithin } = one;
    if (verdict === 'equal' && equalWithin !== null && equalWithin > 0) return `equal within ±${plainAmount(problem, equalWithin)}`;
    if (verdict !== 'worse' && verdict !== 'better') return verdict;
    const by = difference === null || interval === null ? '' : `: ${amount(problem, difference)} (${number(interval[0], 2)} to ${number(interval[1], 2)})`;
    return `${verdict} (${probability(pValue)})${by}`;
  };
  return optimizers.map((one) => {
    const { summary, lr, promises, label, rank, id } = one;
    return {
      rank: String(rank),
      label,
      promises: promises ? 'yes' : '',
      lr: lr === null ? none : rateText(lr),
      median: summary.median === null ? 'diverged' : `${format(summary.median)}${unitOf(problem)}`,
      spread: summary.median === null ? '' : `(${end(summary.low)} to ${end(summary.high)})`,
      among: id === reference ? 'the reference' : said(comparisons, one),
      tuned: lr === null && id === problem.reference ? 'the same runs' : said(againstTuned, one),
    };
  });
}

/** `Without tuning, take Prodigy; it is 0.3 to 1.2 points worse than Adam with tuning.` Empty where that was not asked for. */
export function defaultsText(problem: ProblemResult): string {
  const { defaults, optimizers } = problem;
  const best = defaults?.optimizers.find(({ id }) => id === defaults.reference);
  const tuned = optimizers.find(({ id }) => id === problem.reference)?.label ?? '';
  if (defaults === undefined || best === undefined) return '';
  if (best.summary.median === null) return 'Without tuning every optimizer diverged.';
  const one = defaults.againstTuned.find(({ other }) => other === best.id);
  const take = `Without tuning, take ${best.label}${best.lr === null ? '' : ` with its default lr ${rateText(best.lr)}`}`;
  if (best.lr === null && best.id === problem.reference) return `${take}, which is also the best with tuning.`;
  const { verdict, interval, equalWithin } = one ?? { verdict: 'too few seeds', interval: null, equalWithin: null };
  const by = interval === null ? '' : `${number(Math.min(...interval.map(Math.abs)), 2)} to ${plainAmount(problem, Math.max(...interval.map(Math.abs)))} `;
  if (verdict === 'worse' || verdict === 'better') return `${take}; it is ${by}${verdict} than ${tuned} with tuning.`;
  if (verdict === 'equal') return `${take}; it is equal to ${tuned} with tuning${equalWithin !== null && equalWithin > 0 ? `, within ±${plainAmount(problem, equalWithin)}` : ''}.`;
  return `${take}; no difference from ${tuned} with tuning was detected${interval === null ? '' : ` (±${plainAmount(problem, Math.max(...interval.map(Math.abs)))})`}.`;
}

/** A verdict, and below it by how much. */
function lines(said: string): Markup {
  const [verdict = '', by] = said.split(': ');
  return by === undefined ? html`${verdict}` : html`${verdict}<br><small>${by}</small>`;
}

/** The table of the page. */
export function defaultsTable(problem: ProblemResult, defaults: Defaults): Markup {
  const tuned = problem.optimizers.find(({ id }) => id === problem.reference)?.label ?? '';
  const rows = defaultsRows(problem, defaults).map(
    (row) => html`<tr><td class="rank">${row.rank}</td><th scope="row">${row.label}</th><td>${row.promises}</td><td class="number">${row.lr}</td><td class="number result"><b>${row.median}</b> <small>${row.spread}</small></td><td>${lines(row.among)}</td><td>${lines(row.tuned)}</td></tr>`,
  );
  return html`<h3>Without tuning</h3>
<p>${defaultsText(problem)}</p>
${scroller(`Without tuning on ${problem.title}`, html`<table class="untuned"><caption>${sentence(problem.testMetric.name)} of each optimizer at its default hyperparameters, one run per seed. The reference is the best of these on validation data.</caption>
<thead><tr><th scope="col" class="rank"><abbr title="Rank">#</abbr></th><th scope="col">Optimizer</th><th scope="col">Claims to<br>need no tuning</th><th scope="col" class="number">Default<br>lr</th><th scope="col" class="number">Median <small>(spread)</small></th><th scope="col">Against the reference</th><th scope="col">Against tuned ${tuned}</th></tr></thead>
<tbody>${rows}</tbody></table>`)}`;
} // prettier-ignore
