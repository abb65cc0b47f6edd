/** The ranked tables in Markdown, for README and docs. Knows results; knows no styles. */
import type { Comparison, OptimizerResult, ProblemResult } from '../schema.ts';
import { defaultsText } from './defaults.ts';
import { errorNote } from './errors.ts';
import { column, durations } from './number.ts';
import { advice, cautions, conclusion, countsGradients, divergence, metric, rate, verdict, warning } from './text.ts';

/** A heading, a table and a few sentences for each problem. */
export function renderMarkdown(comparison: Comparison): string {
  const preset = comparison.protocol.preset === 'quick' ? ' (quick)' : '';
  const problems = comparison.problems
    .map((problem) => {
      const title = `**${cell(problem.title)}**${preset}`;
      const wrong = warning(problem) === '' ? [] : [`**${cell(warning(problem))}**`, ''];
      return [title, '', ...wrong, cell(advice(problem)), '', ...table(problem), '', cell([conclusion(problem), ...cautions(problem), defaultsText(problem)].join(' ').trim())].join('\n');
    })
    .join('\n\n');
  return problems === '' ? '' : [problems, cell(errorNote(comparison.protocol, comparison.problems))].join('\n\n').trimEnd();
}

function table(problem: ProblemResult): string[] {
  const { optimizers, testMetric } = problem;
  const counts = countsGradients(problem);
  const toTarget = ({ summary }: OptimizerResult): number | null => (counts ? summary.gradientsToTarget : summary.stepsToTarget);
  const steps = column(optimizers.map(toTarget));
  const time = durations(optimizers.map(({ summary }) => summary.secondsToTarget));
  const head = ['#', 'optimizer', 'lr', `${testMetric.name}, ${testMetric.lowerIsBetter ? 'lower' : 'higher'} is better: median (spread)`, 'diverged runs, learning rates', counts ? 'gradients to target' : 'steps to target', `${time.unit} to target`, 'against the reference'];
  const rows = optimizers.map((one) => {
    const { runs, rates } = divergence(one);
    const { secondsToTarget } = one.summary;
    return [String(one.rank), one.label, rate(one), metric(problem, one), `${runs}, ${rates}`, steps(toTarget(one)), time.format(secondsToTarget), verdict(problem, one)];
  });
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const align = head.map((_, i) => ([0, 2, 3, 5, 6].includes(i) ? '---:' : '---'));
  return [line(head), `| ${align.join(' | ')} |`, ...rows.map(line)];
} // prettier-ignore

/** Text that stays one cell and does not become markup. */
function cell(text: string): string {
  return text
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/[\\|*_`[\]]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}
