/** The ranked tables in Markdown, for README and docs. */
import type { Comparison } from '../schema.ts';
import { conclusion, divergence, metric, number, rate, verdict } from './text.ts';

/** A heading, a table and a sentence for each problem. */
export function renderMarkdown(comparison: Comparison): string {
  return comparison.problems
    .map((problem) => {
      const head = ['#', 'optimizer', 'lr', `${problem.testMetric.name}: median (spread)`, 'diverged', 'steps to target', 'against the best'];
      const rows = problem.optimizers.map((one) => [
        String(one.rank),
        one.label,
        rate(one),
        metric(problem, one),
        divergence(one),
        number(one.summary.stepsToTarget),
        verdict(problem, one.id),
      ]);
      const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
      const preset = comparison.protocol.preset === 'quick' ? ' (quick)' : '';
      return [`**${problem.title}**${preset}`, '', line(head), line(head.map(() => '---')), ...rows.map(line), '', conclusion(problem)].join('\n');
    })
    .join('\n\n');
}
