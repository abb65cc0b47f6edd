/** How the comparer's results become verdicts: better means detectably better in the paired test, not only a better median. */
import { figure, type Compared, type Outcome } from '../claim.ts';

/** Whether `better` is detectably better than `worse`. */
export function judgeBetter(better: string, worse: string): (compared: Compared) => Outcome {
  return ({ optimizers, comparisons }) => {
    const median = (id: string): number => optimizers.find((one) => one.id === id)?.summary.median ?? NaN;
    const label = (id: string): string => optimizers.find((one) => one.id === id)?.label ?? id;
    const pair = comparisons.find((one) => [one.reference, one.other].includes(better) && [one.reference, one.other].includes(worse));
    const p = pair?.pValue ?? NaN;
    const said = Number.isNaN(p) ? 'no paired test was possible' : `p = ${figure(p, 2)}`;
    return {
      values: { better: median(better), worse: median(worse), p },
      figure: `test error, median: ${label(better)} ${figure(median(better))} %, ${label(worse)} ${figure(median(worse))} %; ${said}`,
      holds: pair?.verdict === (pair?.reference === better ? 'worse' : 'better'),
    };
  };
}
