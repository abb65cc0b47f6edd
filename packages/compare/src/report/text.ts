/** What a result means, in the same words in every report. Knows results; knows no medium. */
import type { Comparison, OptimizerResult, PairedComparison, ProblemResult } from '../schema.ts';
import { cost } from '../quantile.ts';
import { counted } from '../shown.ts';
import { mismatchText } from './mismatch.ts';
import { column, list, none, number, probability, rateText, type Format } from './number.ts';

/** How the test metrics of a problem are written, alike in all rows. */
export function metricFormat({ optimizers }: ProblemResult): Format {
  const values = optimizers.flatMap(({ summary }) => [summary.median, summary.low, summary.high]);
  const medians = new Set(optimizers.map(({ summary }) => summary.median));
  // Three digits, or as many more as it takes to see why one ranks before another.
  const formats = [3, 4, 5].map((digits) => column(values, digits));
  return formats.find((format) => new Set([...medians].map(format)).size === medians.size) ?? column(values);
}

/** `12.3 % (11.9–12.8)`: median and spread. */
export function metric(problem: ProblemResult, { summary }: OptimizerResult): string {
  if (summary.median === null) return 'diverged';
  return `${metricFormat(problem)(summary.median)}${unitOf(problem)} ${spread(problem, summary)}`;
}

/** `(11.9–12.8)`, the spread alone. */
export function spread(problem: ProblemResult, { low, high }: OptimizerResult['summary']): string {
  const format = metricFormat(problem);
  const end = (value: number | null): string => (value === null ? 'diverged' : format(value));
  if (low !== null && low === high) return '(all equal)';
  const isPlain = low !== null && high !== null && low >= 0 && high >= 0;
  return `(${end(low)}${isPlain ? '–' : ' to '}${end(high)})`;
}

/** `validation loss ≤ 0.3`, or ≥ where more is better. */
export function targetText({ tuningMetric, target }: ProblemResult): string {
  return `${tuningMetric.name} ${tuningMetric.lowerIsBetter ? '≤' : '≥'} ${number(target.value)}`;
}

/** The unit with the space before it; empty where there is none. */
export function unitOf({ testMetric }: ProblemResult): string {
  return testMetric.unit === '' ? '' : `\u00a0${testMetric.unit}`;
}

/** What the paired test says of an optimizer against the reference. */
export function verdict(problem: ProblemResult, one: OptimizerResult): string {
  const comparison = comparisonOf(problem, one);
  if (one.summary.median === null) return 'diverged';
  if (comparison === undefined) return 'the reference';
  const { verdict: said, pValue, equalWithin } = comparison;
  if (said === 'worse' || said === 'better') return `${said} (${probability(pValue)})`;
  return said === 'equal' && equalWithin !== null && equalWithin > 0 ? `equal within ±${plainAmount(problem, equalWithin)}` : said;
}

/** The mean paired difference from the reference with its interval; empty for the reference itself and where there is none. */
export function difference(problem: ProblemResult, one: OptimizerResult): string {
  const comparison = comparisonOf(problem, one);
  if (comparison?.difference == null) return '';
  const { interval } = comparison;
  const range = interval === null || interval[0] === interval[1] ? '' : ` (${signed(interval[0])} to ${signed(interval[1])})`;
  return `${amount(problem, comparison.difference)}${range}`;
}

/** A difference with its sign, positive where the reference is ahead; differences of percentages are points. */
export function amount(problem: ProblemResult, value: number): string {
  return `${value > 0 ? '+' : ''}${plainAmount(problem, value)}`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${number(value, 2)}`;
}

/** A difference without a sign of its own. */
export function plainAmount({ testMetric }: ProblemResult, value: number): string {
  const unit = testMetric.unit === '%' ? ' points' : testMetric.unit === '' ? '' : ` ${testMetric.unit}`;
  return `${number(value, 2)}${unit}`;
}

/** The comparison of an optimizer with the reference; undefined for the reference itself. */
export function comparisonOf(problem: ProblemResult, { id }: OptimizerResult): PairedComparison | undefined {
  return problem.comparisons.find(({ other }) => other === id);
}

/** Whether some steps cost more than one gradient, so that steps alone would not tell what a run spent. */
export function countsGradients({ optimizers }: ProblemResult): boolean {
  return optimizers.some(({ trials }) => trials.some(({ taken }) => taken !== undefined));
}

/** The learning rate with a flag where the tuning was not conclusive. */
export function rate({ bestLr, tuning, fixed }: OptimizerResult): string {
  if (fixed === true) return none;
  if (tuning === 'all-diverged') return `${none} (all diverged)`;
  return `${rateText(bestLr)}${tuning === 'edge' ? ' (edge)' : ''}`;
}

/** How many of the test runs diverged, and at how many learning rates a tuning run did. */
export function divergence({ sweep, summary, trials }: OptimizerResult): { readonly runs: string; readonly rates: string } {
  const rates = sweep.filter((point) => point.diverged > 0).length;
  return { runs: `${String(summary.diverged)}/${String(trials.length)}`, rates: sweep.length === 0 ? none : `${String(rates)}/${String(sweep.length)}` };
}

/** A gradient that is not that of its loss, for which nothing else of a problem counts: stands before all advice. Empty where there is none. */
export function warning(problem: ProblemResult): string {
  const wrong = mismatchText(problem);
  return wrong === '' ? '' : `${wrong} Until this is fixed, ignore the results below.`;
}

/** What to do about it, in one line: which optimizer to take with which learning rate, and how the others compare. */
export function advice(problem: ProblemResult): string {
  const reference = problem.optimizers.find(({ id }) => id === problem.reference);
  if (reference === undefined || reference.tuning === 'all-diverged') return 'Every optimizer diverged.';
  const of = (wanted: PairedComparison['verdict']): readonly (readonly [string, PairedComparison])[] =>
    problem.optimizers.flatMap((one) => {
      const comparison = comparisonOf(problem, one);
      // What diverged with most seeds is said to have, whatever a test of few seeds can show.
      return comparison?.verdict === wanted && one.summary.median !== null ? [[one.label, comparison] as const] : [];
    });
  const names = (some: readonly (readonly [string, PairedComparison])[]): string => list(some.map(([label]) => label));
  const be = (some: readonly unknown[]): string => (some.length === 1 ? 'is' : 'are');
  const by = ({ interval, difference: mean }: PairedComparison, word: string): string => {
    if (interval === null || mean === null) return word;
    const [low, high] = interval.map(Math.abs).toSorted((a, b) => a - b) as [number, number];
    return number(low, 2) === number(high, 2) ? `${plainAmount(problem, low)} ${word}` : `${number(low, 2)} to ${plainAmount(problem, high)} ${word}`;
  };
  const [open, equal, still, few] = [of('no detectable difference'), of('equal'), of('no noise'), of('too few seeds')];
  const reach = Math.max(...open.flatMap(([, { interval }]) => interval?.map(Math.abs) ?? []));
  const within = Math.max(0, ...equal.map(([, { equalWithin }]) => equalWithin ?? 0));
  const parts = [
    ...(equal.length === 0 ? [] : [`${names(equal)} ${be(equal)} equal${within > 0 ? ` within ±${plainAmount(problem, within)}` : ''}`]),
    ...(open.length === 0 ? [] : [`${names(open)} may be as good${Number.isFinite(reach) ? ` (±${plainAmount(problem, reach)})` : ''}`]),
    ...of('worse').map(([label, one]) => `${label} is ${by(one, 'worse')}`),
    ...(still.length === 0 ? [] : [`every seed gives the same result with ${names(still)}, so there is no noise to test against`]),
    ...(few.length === 0 ? [] : [`${names(few)} cannot be told apart from it with ${counted(few[0]![1].seeds, 'seed')}`]),
  ];
  const lost = problem.optimizers.filter(({ id, summary }) => id !== problem.reference && summary.median === null);
  if (lost.length > 0) parts.push(`${list(lost.map(({ label }) => label))} diverged`);
  const others = parts.length === 0 ? '' : ` ${parts.join('; ')}.`;
  const better = of('better').map(([label, one]) => `${label} is ${by(one, 'better')}`);
  // Validation data choose; where another stands first on test data, that is no contradiction, and is said to be none.
  const doubt = better.length === 0 ? '' : ` On test data ${list(better)}: run more seeds before you choose.`;
  const chooses = `${reference.rank > 1 || doubt !== '' ? ', the best on validation data' : ''}.${doubt}`;
  return `Take ${reference.label}${chosen(reference)}${chooses}${others}`;
} // prettier-ignore

/** What to set it to, and what else is as good. */
function chosen(one: OptimizerResult): string {
  const { search, trials, bestLr, fixed } = one;
  if (fixed === true) return ', which has nothing to tune';
  if (search === undefined) return ` with lr ${rateText(bestLr)}${otherRates(one)}`;
  const values = list(Object.entries(search.best).map(([name, value]) => `${name} ${String(value)}`));
  const rates = trials.filter(({ diverged }) => !diverged).map(({ lr }) => lr);
  return ` with ${values}, on validation data the best of ${counted(search.tries.length, 'run')} (seeds chose lr ${rateText(Math.min(...rates))} to ${rateText(Math.max(...rates))})`;
}

/** The rates that seeds chose besides the best: as good, as far as this data tells. */
function otherRates({ trials, bestLr }: OptimizerResult): string {
  const rates = [...new Set(trials.filter(({ diverged }) => !diverged).map(({ lr }) => lr))].toSorted((a, b) => a - b);
  if (rates.length < 2) return '';
  if (rates.length === 2) return ` (${rateText(rates.find((lr) => lr !== bestLr)!)} is as good)`;
  return ` (${rateText(rates[0]!)} to ${rateText(rates.at(-1)!)} are as good)`;
}

/** How far it can be trusted: who else might be first with other seeds, and which differences it could not have seen. */
export function conclusion(problem: ProblemResult): string {
  if (problem.optimizers.every(({ summary }) => summary.median === null)) return '';
  const likely = problem.optimizers.filter(({ first }) => first >= 0.005).toSorted((a, b) => b.first - a.first);
  const shares = likely.map(({ label, first }) => `${label} in ${number(100 * first, 2)} %`);
  const seen = problem.comparisons.flatMap(({ detectable }) => (detectable === null || detectable === 0 ? [] : [detectable]));
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  const sentences = [
    ...(shares.length === 0 ? [] : [`When the seeds are resampled, the best median is that of ${list(shares)}.`]),
    ...(budgetText(problem) === '' ? [] : [budgetText(problem)]),
    ...(seen.length === 0 ? [] : [`Differences below ${number(least, 2) === number(most, 2) ? '' : `${number(least, 2)} to `}${plainAmount(problem, most)} would mostly have gone undetected.`]),
  ];
  return sentences.join(' ');
}

/** Who is ahead after how many tuning trials: `With 4 or more tuning trials AdamW is ahead`. Empty where the document does not say. */
export function budgetText({ budget, optimizers }: ProblemResult): string {
  if (budget === undefined || budget.curves.length < 2) return '';
  const { tries, curves } = budget;
  const label = (id: string): string => optimizers.find((one) => one.id === id)?.label ?? id;
  // Until resampling the seeds names it in half of all cases nobody is called ahead.
  const leaders = Array.from({ length: tries }, (_, k) => curves.find(({ ahead }) => ahead[k]! > 0.5));
  const last = leaders.at(-1);
  const since = 1 + leaders.findLastIndex((one) => one !== last);
  const before = [...new Set(leaders.slice(0, since).flatMap((one) => (one === undefined ? [] : [label(one.id)])))];
  if (last === undefined)
    return `With ${String(tries)} tuning trials no optimizer is ahead in more than half of all resamplings of the seeds${before.length === 0 ? '' : `; with fewer trials, ${list(before)}`}.`;
  const when = since === 0 ? 'any number of' : `${String(since + 1)} or more`;
  return `With ${when} tuning trials ${label(last.id)} is ahead (in ${number(100 * last.ahead.at(-1)!, 2)} % of resamplings of the seeds at ${String(tries)} trials)${before.length === 0 ? '' : `; with fewer trials, ${list(before)}`}.`;
}

/** What to beware of: rates on the edge, runs that diverged or failed, what was ranked by another metric than chose. */
export function cautions(problem: ProblemResult): string[] {
  const { optimizers, tuningMetric, testMetric } = problem;
  const labels = (wanted: OptimizerResult['tuning']): string => list(optimizers.filter(({ tuning }) => tuning === wanted).map(({ label }) => label));
  const failed = optimizers.flatMap(({ label, trials }) => trials.flatMap(({ failure }) => (failure === undefined ? [] : [{ label, failure }])));
  const diverged = optimizers.filter(({ tuning, summary }) => tuning !== 'all-diverged' && summary.diverged > 0);
  const [edge, dead] = [labels('edge'), labels('all-diverged')];
  const still = optimizers.filter(({ summary, trials }) => summary.diverged < trials.length && !trials.some(improved(problem)));
  return [
    ...(edge === '' ? [] : [`With ${edge}, most seeds chose a learning rate at the edge of the ${optimizers.some(({ search }) => search !== undefined) ? 'search space' : 'tried range'}: a better one may lie outside it.`]),
    ...(dead === '' ? [] : [`${dead} diverged at every learning rate.`]),
    ...(isHeldOut(problem) ? [] : ['In every run the test metric equals the tuning metric: the learning rates were tuned on the same data that the results were measured on.']),
    ...(kindOf(tuningMetric) === kindOf(testMetric) ? [] : [`Learning rates were chosen by ${tuningMetric.name}, but optimizers are ranked by ${testMetric.name}: the best choice for one need not be the best for the other.`]),
    ...diverged.map(({ label, summary, trials }) => `${label} diverged in ${String(summary.diverged)} of ${counted(trials.length, 'run')}.`),
    ...[...new Set(failed.map(({ label }) => label))].map((label) => `${label}: ${counted(failed.filter((one) => one.label === label).length, 'run')} failed, counted as diverged: ${failed.find((one) => one.label === label)!.failure.split('\n')[0]!}`),
    ...(still.length === 0 ? [] : [`${list(still.map(({ label }) => label))} never improved on the initial weights.`]),
  ];
} // prettier-ignore

/** A metric's name without the data that it is measured on. */
function kindOf({ name, lowerIsBetter, unit }: ProblemResult['testMetric']): string {
  return [name.replace(/^(?:validation|test|tuning) /, ''), lowerIsBetter, unit].join('|');
}

function improved({ tuningMetric }: ProblemResult): (trial: OptimizerResult['trials'][number]) => boolean {
  return ({ validation: { values } }) => values.slice(1).some((value) => cost(value, tuningMetric) < cost(values[0] ?? null, tuningMetric));
}

/** Whether test data can be other data than validation data, as far as the figures tell. Without batches there is no data to hold out. */
function isHeldOut({ optimizers, batchSize }: ProblemResult): boolean {
  const runs = optimizers.flatMap(({ trials }) => trials).filter(({ testMetric }) => testMetric !== null);
  return batchSize === null || runs.length === 0 || runs.some(({ testMetric, validationMetric }) => validationMetric !== testMetric);
}

/** How many runs were made, and how many were kept by an earlier command and used; empty where the document does not say. */
export function runsText({ runs }: Pick<Comparison, 'runs'>): string {
  if (runs === undefined) return '';
  const { made, kept, remade, elsewhere = 0, madeElsewhere = 0, beside = 0, madeBeside = 0 } = runs;
  const reasons = remade.map(({ reason, count }) => `${String(count)} stored ${count === 1 ? 'run was' : 'runs were'} repeated: ${reason}`);
  const others = (there: number, here: number, from: string): string => {
    const parts = [
      ...(there === 0 ? [] : [`${String(there)} of them ${from} other machines`]),
      ...(here === 0 ? [] : [`${String(here)} of them by workers on this machine with a different number of parallel runs`]),
    ];
    return parts.length === 0 ? '' : `, ${parts.join(', ')}, so times in seconds are not comparable`;
  };
  const same = `${elsewhere + beside === 0 ? 'code, data and machine' : 'code and data'}${others(elsewhere, beside, 'from')}`;
  const from = kept === 0 ? '' : `, ${String(kept)} reused from earlier commands with the same ${same}`;
  const by = others(madeElsewhere, madeBeside, 'on');
  return [`${counted(made, 'run')} made${by}${from}`, ...reasons].join('; ');
}

/** Where quick results are shown, this is said. */
export const quickNote = 'Quick: fewer learning rates, seeds and steps than a decision should be based on.';
