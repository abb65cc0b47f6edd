/** Numbers and words of a result, as all reports write them. */
import type { OptimizerResult, ProblemResult } from '../schema.ts';

/** A number in at most `digits` significant digits; an em dash where there is none. */
export function number(value: number | null, digits = 3): string {
  if (value === null) return '—';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)) return value.toExponential(digits - 1).replace('e+', 'e');
  return String(Number(value.toPrecision(digits)));
}

/** `12.3 % (11.9 – 12.8)`, with its unit. */
export function metric(problem: ProblemResult, { summary }: OptimizerResult): string {
  if (summary.median === null) return 'diverged';
  const unit = problem.testMetric.unit === '' ? '' : ` ${problem.testMetric.unit}`;
  return `${number(summary.median)}${unit} (${number(summary.low)} – ${summary.high === null ? '∞' : number(summary.high)})`;
}

/** What the paired test says of an optimizer against the best. */
export function verdict(problem: ProblemResult, id: string): string {
  const comparison = problem.comparisons.find(({ worse }) => worse === id);
  if (comparison === undefined) return 'best median';
  if (comparison.verdict !== 'different') return comparison.verdict;
  const sign = (comparison.difference ?? 0) >= 0 ? 'worse' : 'better on average';
  return `${sign} (p = ${number(comparison.pValue, 2)})`;
}

/** The learning rate with a flag where the tuning was not conclusive. */
export function rate({ bestLr, tuning }: OptimizerResult): string {
  return `${String(bestLr)}${tuning === 'edge' ? ' (edge)' : tuning === 'all-diverged' ? ' (all diverged)' : ''}`;
}

/** How often the runs of the sweep and of the test diverged. */
export function divergence({ sweep, summary, trials }: OptimizerResult): string {
  const rates = sweep.filter((point) => point.diverged > 0).length;
  return `${String(summary.diverged)}/${String(trials.length)} runs, ${String(rates)}/${String(sweep.length)} rates`;
}

/** One sentence on what the comparison found. */
export function conclusion(problem: ProblemResult): string {
  const [best] = problem.optimizers;
  if (best === undefined || best.summary.median === null) return 'Every optimizer diverged.';
  const named = (ids: readonly string[]): string => ids.map((id) => problem.optimizers.find((one) => one.id === id)?.label ?? id).join(', ');
  const of = (wanted: string): string[] => problem.comparisons.filter((one) => one.verdict === wanted).map((one) => one.worse);
  const [different, same, few] = [of('different'), of('no detectable difference'), of('too few finite seeds')];
  const sentences = [`${best.label} has the best median.`];
  if (different.length > 0) sentences.push(`Detectably different from it: ${named(different)}.`);
  if (same.length > 0) sentences.push(`No detectable difference from it: ${named(same)}.`);
  if (few.length > 0) sentences.push(`Too few finite seeds to tell: ${named(few)}.`);
  return sentences.join(' ');
}
