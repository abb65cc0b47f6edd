/** Summarizes an optimizer's runs, and ranks it among the others: medians in which a run without a result is the worst. */
import { compareMeasured, cost, median, quantile, type Direction } from '../quantile.ts';
import type { OptimizerResult, Summary, Trial } from '../schema.ts';
import { counted } from '../shown.ts';

/** Medians with spread over the test seeds, of a test metric with this direction. */
export function summarize(trials: readonly Trial[], direction: Direction): Summary {
  const metrics = trials.map((trial) => trial.testMetric);
  const few = trials.length < 8;
  const reached = trials.map((trial) => trial.reached);
  return {
    median: median(metrics, direction),
    low: quantile(metrics, few ? 0 : 0.25, direction),
    high: quantile(metrics, few ? 1 : 0.75, direction),
    spread: `${few ? 'min–max' : 'quartiles'} of ${counted(trials.length, 'seed')}`,
    diverged: trials.filter((trial) => trial.diverged).length,
    reached: reached.filter((one) => one !== null).length,
    stepsToTarget: median(reached.map((one) => one?.steps ?? null)),
    gradientsToTarget: median(reached.map((one) => one?.gradients ?? null)),
    secondsToTarget: median(reached.map((one) => one?.seconds ?? null)),
  };
}

/** What decides a rank. */
type Ranked = Pick<Summary, 'median' | 'diverged'>;

/** Ranks by median, the best first, then by fewer diverged runs; equals share a rank. Those that diverged come last. */
export function ranks(summaries: readonly Ranked[], direction: Direction): number[] {
  const key = ({ median: value, diverged }: Ranked): [number, number] => [cost(value, direction), diverged];
  const better = (a: Ranked, b: Ranked): boolean => {
    const [[x, m], [y, n]] = [key(a), key(b)];
    return x < y || (x === y && m < n);
  };
  return summaries.map((own) => 1 + summaries.filter((other) => better(other, own)).length);
}

/** The best by the median over seeds of what chose their rates, then of the loss; the first of equals. */
export function referenceOf(optimizers: readonly Pick<OptimizerResult, 'id' | 'trials'>[], metric: Direction): string {
  const medians = optimizers.map(({ id, trials }) => ({
    id,
    value: median(trials.map((trial) => trial.validationMetric), metric),
    loss: median(trials.map((trial) => trial.validationLoss)),
  })); // prettier-ignore
  return medians.toSorted((a, b) => compareMeasured(a, b, metric))[0]?.id ?? '';
}
