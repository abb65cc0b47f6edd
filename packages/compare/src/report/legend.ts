/** Explains the marks in a table of results and what to do about each, below the table: one line per mark that occurs. Knows results; knows no medium. */
import { cost } from '../quantile.ts';
import type { ProblemResult, Protocol } from '../schema.ts';
import { number } from './number.ts';
import { targetText } from './text.ts';

/** A mark, as it stands in tables, and what is said of it. */
interface Entry {
  readonly mark: RegExp;
  readonly text: string;
}

/** The lines for the marks in `shown`, the table's text, cells apart by spaces or lines. */
export function legend(problem: ProblemResult, protocol: Protocol, shown: string): string[] {
  return entries(problem, protocol).flatMap(({ mark, text }) => (mark.test(shown) ? [text] : []));
}

/** Whether another has the better median on test data than the reference, which validation data chose. */
function isOvertaken({ reference, optimizers, testMetric }: ProblemResult): boolean {
  const of = (id: string | null): number => cost(optimizers.find((one) => one.id === id)?.summary.median ?? null, testMetric);
  return optimizers.some(({ id }) => of(id) < of(reference));
}

function entries(problem: ProblemResult, { gridPoints, seeds, trials }: Protocol): Entry[] {
  const { optimizers, steps } = problem;
  const wider = `--grid-points ${String(gridPoints + 4)}`;
  const more = `--seeds ${String(2 * seeds.length)}`;
  const isMissed = optimizers.some(({ summary }) => summary.stepsToTarget === null);
  const isFixed = optimizers.some(({ fixed }) => fixed === true);
  return [
    {
      mark: /\(edge\)/,
      text:
        trials === undefined
          ? `edge: the best learning rate was the lowest or the highest tried; widen the grid with ${wider}.`
          : 'edge: the best learning rate was at the edge of the search space; tune the learning rate alone, without --trials, to see what lies outside.',
    },
    {
      mark: /all diverged/,
      text: `all diverged: every learning rate tried diverged; try lower ones with ${wider}, and check whether the loss of the first step is as expected.`,
    },
    {
      mark: /(?:^|\s)(?<!all\s)diverged(?:\s|$)/m,
      text: 'diverged: with half of the seeds or more the loss became non-finite or 10⁴ times the initial loss; such runs count as worst. --schedule linear lets the learning rate fall to 0.',
    },
    {
      mark: /(?:^|\s)–(?:\s|$)/m,
      text: [
        ...(isMissed ? [`–: too few runs got to the target, ${targetText(problem)}; use --steps ${String(2 * steps)} for more steps.`] : []),
        ...(isFixed ? ['– for a learning rate: the optimizer has none to tune.'] : []),
      ].join(' '),
    },
    {
      mark: /no detectable difference|no diff\./,
      text: `no detectable difference: a difference may exist that is too small for ${String(seeds.length)} seeds; twice as many, ${more}, can detect one ${number(Math.SQRT1_2, 1)} times as large.`,
    },
    ...(isOvertaken(problem)
      ? [{ mark: /the reference/, text: 'the reference: the best on validation data; the rows are sorted by the result on test data.' }]
      : []),
    { mark: /too few seeds/, text: 'too few seeds: a test needs three at least, --seeds 3 or more.' },
    {
      mark: /no noise/,
      text: 'no noise: each seed gives the same, so there is nothing to test; a problem whose first weights or data follow from the seed has some.',
    },
    { mark: /(?:^|\s)\?\s*$/m, text: '?: too few seeds for a test, or each gives the same; a wider terminal says which.' },
    { mark: /\(ranks\)/, text: 'ranks: a run diverged or failed, so a signed-rank test took the place of the t-test.' },
    { mark: /equal within ±/, text: 'equal within ±: an equivalence test shows that the difference is smaller than the standard error of the test data, or the margin that the problem declares.' },
  ].filter(({ text }) => text !== '');
} // prettier-ignore
