/** What a result means, in the same words in every report. Knows results; knows no medium. */
import type { Comparison, OptimizerResult, PairedComparison, ProblemResult } from '../schema.ts';
import { counted } from '../shown.ts';
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

/** What the paired test says of an optimizer against the best. */
export function verdict(problem: ProblemResult, one: OptimizerResult): string {
  const comparison = comparisonOf(problem, one);
  if (one.summary.median === null) return 'diverged';
  if (comparison === undefined) return 'best median';
  if (comparison.verdict !== 'different') return comparison.verdict;
  return `${isWorse(comparison) ? 'worse' : 'better on average'} (${probability(comparison.pValue)})`;
}

/** The mean paired difference from the best, with its p-value unless the verdict has it; empty for the best itself and where there is none. */
export function difference(problem: ProblemResult, one: OptimizerResult): string {
  const comparison = comparisonOf(problem, one);
  if (comparison?.difference == null) return '';
  const p = comparison.verdict === 'different' ? '' : `, ${probability(comparison.pValue)}`;
  return `${amount(problem, comparison.difference)} on average${p}`;
}

/** A difference with its sign, positive where the best is ahead; differences of percentages are points. */
export function amount({ testMetric }: ProblemResult, value: number): string {
  const unit = testMetric.unit === '%' ? ' points' : testMetric.unit === '' ? '' : ` ${testMetric.unit}`;
  return `${value > 0 ? '+' : ''}${number(value, 2)}${unit}`;
}

/** The comparison of an optimizer with the best; undefined for the best itself. */
export function comparisonOf(problem: ProblemResult, { id }: OptimizerResult): PairedComparison | undefined {
  return problem.comparisons.find(({ worse }) => worse === id);
}

/** The learning rate with a flag where the tuning was not conclusive. */
export function rate({ bestLr, tuning }: OptimizerResult): string {
  if (tuning === 'all-diverged') return `${none} (all diverged)`;
  return `${rateText(bestLr)}${tuning === 'edge' ? ' (edge)' : ''}`;
}

/** How many of the test runs diverged, and at how many learning rates a tuning run did. */
export function divergence({ sweep, summary, trials }: OptimizerResult): { readonly runs: string; readonly rates: string } {
  const rates = sweep.filter((point) => point.diverged > 0).length;
  return { runs: `${String(summary.diverged)}/${String(trials.length)}`, rates: `${String(rates)}/${String(sweep.length)}` };
}

/** What the comparison found, in a few sentences. */
export function conclusion(problem: ProblemResult): string {
  const best = problem.optimizers.find(({ id }) => id === problem.comparisons[0]?.better) ?? problem.optimizers[0];
  if (best === undefined || best.summary.median === null) return 'Every optimizer diverged.';
  const tied = problem.optimizers.filter(({ rank }) => rank === best.rank);
  // Those that diverged are named among the cautions.
  const others = problem.optimizers.filter(({ rank, summary }) => rank !== best.rank && summary.median !== null);
  const those = (accept: (comparison: PairedComparison) => boolean): string => {
    const isWanted = (comparison: PairedComparison | undefined): boolean => comparison !== undefined && accept(comparison);
    return list(others.filter((one) => isWanted(comparisonOf(problem, one))).map(({ label }) => label));
  };
  const sentences: string[] = [`${list(tied.map(({ label }) => label))} ${tied.length === 1 ? 'has' : 'share'} the best median.`];
  const say = (start: string, names: string): void => {
    if (names !== '') sentences.push(`${start}: ${names}.`);
  };
  say(`Detectably worse than ${best.label}`, those((one) => one.verdict === 'different' && isWorse(one)));
  say(`Detectably better than ${best.label} on average, though not in the median`, those((one) => one.verdict === 'different' && !isWorse(one)));
  say(`No detectable difference from ${best.label}`, those((one) => one.verdict === 'no detectable difference'));
  say('Too few finite seeds to tell', those((one) => one.verdict === 'too few finite seeds'));
  return sentences.join(' ');
}

/** What to beware of: rates on the edge of the grid, diverged runs. */
export function cautions(problem: ProblemResult): string[] {
  const { optimizers } = problem;
  const labels = (wanted: OptimizerResult['tuning']): string => list(optimizers.filter(({ tuning }) => tuning === wanted).map(({ label }) => label));
  const diverged = optimizers.filter(({ tuning, summary }) => tuning !== 'all-diverged' && summary.diverged > 0);
  const [edge, dead] = [labels('edge'), labels('all-diverged')];
  return [
    ...(edge === '' ? [] : [`The best learning rate of ${edge} is the last that was tried: a better one may lie outside the grid.`]),
    ...(dead === '' ? [] : [`${dead} diverged at every learning rate.`]),
    ...(isHeldOut(problem) ? [] : ['In every run the test metric is what the tuning metric is: rates were tuned on the data that the results were measured on.']),
    ...diverged.map(({ label, summary, trials }) => `${label} diverged in ${String(summary.diverged)} of ${counted(trials.length, 'test run')}.`),
  ];
}

/** Whether test data can be other data than validation data, as far as the figures tell. Without batches there is no data to hold out. */
function isHeldOut({ optimizers, batchSize }: ProblemResult): boolean {
  const runs = optimizers.flatMap(({ trials }) => trials).filter(({ testMetric }) => testMetric !== null);
  return batchSize === null || runs.length === 0 || runs.some(({ testMetric, validation }) => validation.values.at(-1) !== testMetric);
}

/** How many runs were made, and how many were kept by an earlier command and used; empty where the document does not say. */
export function runsText({ runs }: Pick<Comparison, 'runs'>): string {
  if (runs === undefined) return '';
  const { made, kept, remade } = runs;
  const reasons = remade.map(({ reason, count }) => `${String(count)} ${count === 1 ? 'was' : 'were'} kept but made again: ${reason}`);
  const from = kept === 0 ? '' : `, ${String(kept)} kept from earlier commands with the same code, data and machine`;
  return [`${counted(made, 'run')} made${from}`, ...reasons].join('; ');
}

/** Where quick results are shown, this is said. */
export const quickNote = 'Quick: fewer learning rates, seeds and steps than a comparison to decide by.';

function isWorse({ difference: value }: PairedComparison): boolean {
  return (value ?? 0) >= 0;
}
