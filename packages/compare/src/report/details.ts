/** The details: update rules and configurations, every tuning score, differences in numbers, the protocol. */
import katex from 'katex';
import type { Comparison, OptimizerResult, ProblemResult, SweepPoint } from '../schema.ts';
import { runsOf } from '../protocol.ts';
import { quantile } from '../quantile.ts';
import { empty, html, Markup, type Hole } from './markup.ts';
import { column, durations, none, number, rateText, sentence } from './number.ts';
import type { Pens } from './pens.ts';
import { scroller, swatch } from './table.ts';
import { errorNote } from './errors.ts';
import { amount, comparisonOf, runsText } from './text.ts';

/** Each optimizer's update rule and exact configuration. */
export function rules(problem: ProblemResult, all: Pens): Markup {
  const items = problem.optimizers.map((one) => {
    const values = Object.entries({ lr: one.bestLr, ...one.hyperparameters }).map(([name, value]) => `${name} = ${String(value)}`);
    return html`<div class="rule"><h3>${swatch(all.of(one.id))}${one.label}</h3>
<p><code>${one.configuration}</code><br>${values.join(', ')}</p>${formula(one.latex)}<p>${timeOf(one)}</p></div>`;
  });
  return html`<details><summary>Update rules and configuration</summary><div class="rules">${items}</div></details>`;
}

/** LaTeX as MathML, which browsers draw without fonts or styles of ours. */
function formula(latex: string): Markup {
  return new Markup(katex.renderToString(latex, { output: 'mathml', displayMode: true, throwOnError: false, strict: 'ignore', trust: false }));
}

function timeOf({ trials }: OptimizerResult): string {
  const whole = quantile(trials.map(({ seconds }) => seconds.gradient + seconds.optimizer), 0.5); // prettier-ignore
  const own = quantile(trials.map(({ seconds }) => seconds.optimizer), 0.5); // prettier-ignore
  if (whole === null || own === null || whole === 0) return '';
  const { unit, format } = durations([whole]);
  const taken = quantile(trials.map((trial) => trial.taken ?? null), 0.5); // prettier-ignore
  return `A run takes ${format(whole)} ${unit}, ${number((100 * own) / whole, 2)} % of that in the optimizer.${taken === null ? '' : ` It took ${number(taken)} steps with these gradients.`}`;
}

/** Every tuning score and every paired difference. */
export function numbers(problem: ProblemResult, all: Pens, alpha: number): Markup {
  return html`<details><summary>Every learning rate, every difference</summary>
${problem.optimizers.some(({ search }) => search !== undefined) ? scroller(`Spaces on ${problem.title}`, spaces(problem, all)) : scroller(`Tuning scores on ${problem.title}`, tuning(problem, all))}
${scroller(`Paired differences on ${problem.title}`, differences(problem, all, alpha))}
</details>`;
}

/** Where a search looked for each hyperparameter, and what it chose. */
function spaces({ optimizers }: ProblemResult, all: Pens): Markup {
  const range = (low: number, high: number): string => (low === high ? rateText(low) : `${rateText(low)} to ${rateText(high)}`);
  const rows = optimizers.flatMap(({ id, label, search, trials }) =>
    (search?.space ?? []).map(({ name, scale, from, to, source }, i) => {
      const chosen = trials.flatMap(({ hyper, diverged }) => (diverged || hyper?.[name] === undefined ? [] : [hyper[name]]));
      const cells = [range(from, to), scale, String(search!.best[name] ?? none), chosen.length === 0 ? none : range(Math.min(...chosen), Math.max(...chosen))];
      return html`<tr><th scope="row">${i === 0 ? html`${swatch(all.of(id))}${label}` : empty}</th><td><code>${name}</code></td>${cells.map((cell) => html`<td class="number">${cell}</td>`)}<td><small>${source}</small></td></tr>`;
    }),
  );
  return html`<table><caption>The search range of each hyperparameter, its value in the best run, and the range of the values that the seeds chose.</caption>
<thead><tr><th scope="col">Optimizer</th><th scope="col">Hyperparameter</th><th scope="col" class="number">Range</th><th scope="col" class="number">Scale</th><th scope="col" class="number">Best run</th><th scope="col" class="number">Seeds chose</th><th scope="col">Source of the range</th></tr></thead>
<tbody>${rows}</tbody></table>`;
} // prettier-ignore

function tuning({ optimizers, tuningMetric }: ProblemResult, all: Pens): Markup {
  const rates = [...new Set(optimizers.flatMap(({ sweep }) => sweep.map(({ lr }) => lr)))].sort((a, b) => a - b);
  const format = column(
    optimizers.flatMap(({ sweep }) => sweep.map(({ score }) => score)),
    4,
  );
  const cell = (one: OptimizerResult, point: SweepPoint | undefined): Markup => {
    if (point === undefined) return html`<td class="number"></td>`;
    const lost = point.diverged === 0 ? empty : html` <span class="lost" title="${point.diverged} of ${point.scores.length} diverged">×${point.scores.length > 1 ? point.diverged : ''}</span>`;
    const score = point.score === null ? '' : format(point.score);
    const isChosen = point.lr === one.bestLr && one.tuning !== 'all-diverged';
    return html`<td class="number">${isChosen ? html`<b title="chosen">${score}</b>` : score}${point.extension ? html`<abbr title="added to the grid">+</abbr>` : empty}${lost}</td>`;
  };
  const row = (one: OptimizerResult): Markup =>
    html`<tr><th scope="row">${swatch(all.of(one.id))}${one.label}</th>${rates.map((lr) => cell(one, one.sweep.find((point) => point.lr === lr)))}</tr>`;
  return html`<table><caption>${sentence(tuningMetric.name)}, median over the seeds that tried it, by learning rate. Bold: chosen by most seeds; +: added to the initial grid; ×: diverged.</caption>
<thead><tr><th scope="col">Optimizer</th>${rates.map((lr) => html`<th scope="col" class="number">${rateText(lr)}</th>`)}</tr></thead>
<tbody>${optimizers.map(row)}</tbody></table>`;
} // prettier-ignore

function differences(problem: ProblemResult, all: Pens, alpha: number): Markup {
  const reference = problem.optimizers.find(({ id }) => id === problem.reference);
  if (reference === undefined) return empty;
  const rows = problem.optimizers.flatMap((one) => {
    const comparison = comparisonOf(problem, one);
    if (comparison === undefined) return [];
    const { difference, interval, pValue, exact, detectable, test, verdict } = comparison;
    const p = (value: number | null): string => (value === null ? none : value < 1e-3 ? '< 0.001' : number(value, 2));
    const cells: Hole = [
      difference === null ? none : amount(problem, difference),
      interval === null ? none : `${amount(problem, interval[0])} to ${amount(problem, interval[1])}`,
      `${p(pValue)}${test === 'ranks' ? ' (ranks)' : ''}`,
      p(exact),
      detectable === null ? none : number(detectable, 2),
    ].map((text) => html`<td class="number">${text}</td>`);
    return [html`<tr><th scope="row">${swatch(all.of(one.id))}${one.label}</th>${cells}<td>${verdict}</td></tr>`];
  });
  return html`<table><caption>${sentence(problem.testMetric.name)}, mean over seeds of the difference from ${reference.label}, seed by seed; positive favours ${reference.label}, which was best
on validation data. Intervals and p-values hold for all comparisons at once (Šidák); p: paired t, or signed ranks where a run diverged or failed; exact: an exact sign-flip test. Detectable: the smallest difference
that would have been detected with a probability of 0.8.</caption>
<thead><tr><th scope="col">Optimizer</th><th scope="col" class="number">Difference</th><th scope="col" class="number">${number(100 * (1 - alpha))} % interval</th><th scope="col" class="number">p</th><th scope="col" class="number">exact</th><th scope="col" class="number">Detectable</th><th scope="col">Verdict</th></tr></thead>
<tbody>${rows}</tbody></table>`;
} // prettier-ignore

/** The protocol that applied to all, and the machine. */
export function protocolOf(comparison: Comparison): Markup {
  const { protocol, machine, createdAt, problems } = comparison;
  const { trials } = protocol;
  const [runs, errs] = [runsText(comparison), errorNote(protocol, problems)];
  const rows: readonly (readonly [string, string])[] = [
    ['Preset', protocol.preset],
    ...(trials === undefined ? [['Learning rates', `a scan with seed ${String(protocol.scanSeed)}: first a grid of ${String(protocol.gridPoints)} learning rates, each ${number(protocol.gridRatio)} times the one before, then more near the best until each optimizer has tried ${String(protocol.rates)}`] as const] : []),
    ['Seeds', `${protocol.seeds.join(', ')}: each tries ${trials === undefined ? `${String(protocol.ratesPerSeed)} learning rates around the best of the scan` : `${String(trials)} points of the optimizer's search space (a Sobol sequence, shifted at random for each seed)`} and chooses the best on validation data`],
    ['Runs of each optimizer', `${String(runsOf(protocol))} on each problem${problems.some(({ optimizers }) => optimizers.some(({ fixed }) => fixed)) ? '; one for each seed where there is nothing to tune' : ''}`],
    ['Costs', `the same number of gradient evaluations for each run: ${problems.map(({ id, steps }) => `${id}: ${number(steps, 12)}`).join(', ')}; with tuning, ${String(runsOf(protocol))} times as many. A step of SAM needs two gradients, a step of L-BFGS as many as its line search.`],
    ...(errs === '' ? [] : [['Reliability', errs] as const]),
    ['Results', 'the mean of the last five evaluations; there is one every 1 % of a run'],
    ['Targets', problems.map(({ id, target }) => `${id}: ${target.origin}`).join('; ')],
    ['Differences', `paired two-sided t-tests against the optimizer that is best on validation data, or signed-rank tests where a run diverged or failed; Šidák correction for significance level ${String(protocol.alpha)}`],
    ['Divergence', 'a loss that is not finite, or 10⁴ times the initial loss; such a run counts, ranked below every finite result'],
    ...(runs === '' ? [] : [['Runs', `${runs}.`] as const]),
    ['Machine', `${machine.cpu}, ${String(machine.cores)} cores, ${String(machine.workers)} runs in parallel; ${machine.os}; Node ${machine.node}; Thalweg ${machine.thalweg}`],
    ['Made', createdAt],
  ]; // prettier-ignore
  return html`<section><h2>How this was made</h2><dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}
