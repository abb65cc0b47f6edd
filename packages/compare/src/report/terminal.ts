/** The ranked tables for a terminal. Columns that do not fit are left out, the least needed first; a row never wraps. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Comparison, OptimizerResult, ProblemResult } from '../schema.ts';
import { looks } from './palette.ts';
import { conclusion, divergence, metric, number, rate, verdict } from './text.ts';

interface Column {
  readonly head: string;
  readonly cell: (problem: ProblemResult, optimizer: OptimizerResult) => string;
  /** The columns with the highest number go first when the terminal is narrow. */
  readonly need: number;
}

const columns: readonly Column[] = [
  { head: '#', need: 0, cell: (_, { rank }) => String(rank) },
  { head: 'optimizer', need: 0, cell: (_, { label }) => label },
  { head: 'lr', need: 2, cell: (_, optimizer) => rate(optimizer) },
  { head: 'median (spread)', need: 0, cell: metric },
  { head: 'diverged', need: 5, cell: (_, optimizer) => divergence(optimizer) },
  { head: 'steps to target', need: 4, cell: (_, { summary }) => number(summary.stepsToTarget) },
  { head: 'seconds', need: 3, cell: (_, { summary }) => number(summary.secondsToTarget, 2) },
  { head: 'against the best', need: 1, cell: (problem, { id }) => verdict(problem, id) },
];

/** The ranked table of each problem, at most `width` columns wide. */
export function renderTable(comparison: Comparison, width: number, colour: boolean): string {
  const paint = pc.createColors(colour);
  const label = comparison.protocol.preset === 'quick' ? paint.yellow('quick: fewer rates, seeds and steps than a real comparison') : '';
  return comparison.problems
    .map((problem) => {
      const title = `${paint.bold(problem.title)}${label === '' ? '' : `  ${label}`}`;
      const about = paint.dim(wrap(`${problem.testMetric.name}, ${String(problem.steps)} steps, target ${problem.tuningMetric.name} ≤ ${number(problem.target.value)}`, width));
      return [title, about, tableOf(problem, width, colour), wrap(conclusion(problem), width)].join('\n');
    })
    .join('\n\n');
}

function tableOf(problem: ProblemResult, width: number, colour: boolean): string {
  const table = (most: number): string => {
    const chosen = columns.filter((column) => column.need <= most);
    const made = new Table({ head: chosen.map((column) => column.head), style: { head: [], border: [], compact: true }, chars: borders });
    const painted = looks(problem.optimizers.map(({ id }) => id));
    for (const optimizer of problem.optimizers) {
      const cells = chosen.map((column) => column.cell(problem, optimizer));
      const look = painted.get(optimizer.id);
      made.push(cells.map((cell, i) => (colour && chosen[i]?.head === 'optimizer' && look !== undefined ? trueColour(look.dark, cell) : cell)));
    }
    return made.toString();
  };
  for (let most = 5; most > 0; most--) {
    const text = table(most);
    if (Math.max(...text.split('\n').map(visibleLength)) <= width) return text;
  }
  return table(0);
}

const borders = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '─', 'mid-mid': '─', right: '', 'right-mid': '', middle: ' ',
}; // prettier-ignore

function trueColour(hex: string, text: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => String(parseInt(hex.slice(at, at + 2), 16)));
  return `\u001b[38;2;${r ?? ''};${g ?? ''};${b ?? ''}m${text}\u001b[39m`;
}

function visibleLength(line: string): number {
  // eslint-disable-next-line no-control-regex -- colour codes are control characters
  return line.replaceAll(/\u001b\[[\d;]*m/g, '').length;
}

/** Breaks text at spaces so that no line is longer than `width`. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
