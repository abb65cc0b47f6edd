/**
 * The ranked tables for a terminal. Columns that do not fit are left out, the least needed first; a row never wraps. Knows results and
 * columns of characters; knows no stream.
 */
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import stringWidth from 'string-width';
import type { Comparison, OptimizerResult, ProblemResult } from '../schema.ts';
import { column, durations } from './number.ts';
import { looks, type Look } from './palette.ts';
import { paintOf, type Depth } from './paint.ts';
import { cautions, conclusion, divergence, metric, metricFormat, quickNote, rate, unitOf, verdict } from './text.ts';

interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  readonly right: boolean;
  /** Those with the highest number are the first to go. */
  readonly need: number;
}

/** Where a column stands in a narrow terminal: a shorter form of the same. */
const [gap, leastLabel] = ['  ', 8];

/**
 * The ranked table of each problem, at most `width` columns wide.
 * @param colour - whether colours may be used, or how many bits of them the terminal has, as `getColorDepth()` says; `true` means 8.
 */
export function renderTable(comparison: Comparison, width: number, colour: boolean | Depth): string {
  const depth: Depth = colour === true ? 8 : colour === false ? 1 : colour;
  const paint = pc.createColors(depth > 1);
  const ids = comparison.problems.flatMap(({ optimizers }) => optimizers.map(({ id }) => id));
  const all = looks(ids);
  const note = comparison.protocol.preset === 'quick' ? [lines(quickNote, width, paint.yellow)] : [];
  const problems = comparison.problems.map((problem) => {
    const { testMetric, tuningMetric, target, steps, optimizers } = problem;
    const about = [`${testMetric.name}, ${optimizers[0]?.summary.spread ?? ''}`, `${column([steps])(steps)} steps`, `target: ${tuningMetric.name} ≤ ${column([target.value])(target.value)}`];
    return [
      lines(problem.title, width, paint.bold),
      lines(about.join('; '), width, paint.dim),
      ...table(problem, width, all, depth),
      lines(conclusion(problem), width),
      ...cautions(problem).map((text) => lines(text, width, paint.yellow)),
    ].join('\n');
  });
  return [...note, ...problems].join('\n\n');
} // prettier-ignore

function table(problem: ProblemResult, width: number, all: ReadonlyMap<string, Look>, depth: Depth): string[] {
  const columns = fitted(columnsOf(problem, all, depth), width);
  const widths = columns.map(({ head, cells }) => Math.max(stringWidth(head), ...cells.map((cell) => stringWidth(cell))));
  const paint = pc.createColors(depth > 1);
  const row = (cells: readonly string[]): string =>
    cells.map((cell, i) => padded(cell, widths[i] ?? 0, columns[i]?.right ?? false)).join(gap).trimEnd();
  const all_ = problem.optimizers.map((_, i) => row(columns.map(({ cells }) => cells[i] ?? '')));
  const heads = row(columns.map(({ head }) => head));
  const length = Math.max(...[heads, ...all_].map((text) => stringWidth(text)), 1);
  return [paint.dim(heads), paint.dim('─'.repeat(length)), ...all_];
} // prettier-ignore

/** All columns in order; where there are two of one kind, the second is the shorter. */
function columnsOf(problem: ProblemResult, all: ReadonlyMap<string, Look>, depth: Depth): Column[] {
  const { optimizers } = problem;
  const steps = column(optimizers.map(({ summary }) => summary.stepsToTarget));
  const time = durations(optimizers.map(({ summary }) => summary.secondsToTarget));
  const make = (head: string, need: number, right: boolean, cell: (one: OptimizerResult) => string): Column => ({ head, need, right, cells: optimizers.map(cell) });
  const name = (one: OptimizerResult): string => `${swatch(all.get(one.id), depth)}${plain(one.label)}`;
  return [
    make('#', 0, true, ({ rank }) => String(rank)),
    make('optimizer', 0, false, name),
    make('median (spread)', 2, true, (one) => metric(problem, one)),
    make('median', 0, true, ({ summary }) => (summary.median === null ? 'diverged' : `${metricFormat(problem)(summary.median)}${unitOf(problem)}`)),
    make('lr', 3, true, rate),
    make('steps', 5, true, ({ summary }) => steps(summary.stepsToTarget)),
    make(time.unit, 6, true, ({ summary }) => time.format(summary.secondsToTarget)),
    make('reached', 8, true, ({ summary, trials }) => `${String(summary.reached)}/${String(trials.length)}`),
    make('diverged: runs, rates', 7, true, (one) => `${divergence(one).runs}, ${divergence(one).rates}`),
    make('against the best', 4, false, (one) => verdict(problem, one)),
    make('vs best', 1, false, (one) => brief(verdict(problem, one))),
  ];
} // prettier-ignore

/** The columns that fit: the long form of each kind that has two, or the short one; at the narrowest, cut names. */
function fitted(columns: readonly Column[], width: number): Column[] {
  const short: Readonly<Record<string, string>> = { 'median (spread)': 'median', 'against the best': 'vs best' };
  const withNeed = (most: number): Column[] => {
    const chosen = columns.filter(({ need }) => need <= most);
    const replaced = new Set(chosen.map(({ head }) => short[head]));
    return chosen.filter(({ head }) => !replaced.has(head));
  };
  for (let most = 8; most >= 0; most--) {
    const chosen = withNeed(most);
    if (most > 0 && widthOf(chosen) > width) continue;
    const excess = widthOf(chosen) - width;
    return excess <= 0 ? chosen : chosen.map((one) => (one.head === 'optimizer' ? cut(one, excess) : one));
  }
  return [];
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { head, cells }) => sum + gap.length + Math.max(stringWidth(head), ...cells.map((cell) => stringWidth(cell))), -gap.length);
} // prettier-ignore

function cut(one: Column, excess: number): Column {
  const room = Math.max(leastLabel, Math.max(...one.cells.map((cell) => stringWidth(cell))) - excess);
  return { ...one, head: one.head.slice(0, room), cells: one.cells.map((cell) => shortened(stripVTControlCharacters(cell), room)) };
}

/** A word for a verdict where there is no room for more. */
function brief(text: string): string {
  if (text.startsWith('no detectable')) return 'same';
  if (text.startsWith('too few')) return '?';
  return text.replace(/ \(.*| median$| on average.*/, '');
}

function swatch(look: Look | undefined, depth: Depth): string {
  return look === undefined || depth === 1 ? '' : `${paintOf(look, depth)(look.rule)} `;
}

/** Text without control characters, which a label from a user's file could hold. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ');
}

function padded(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}

function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (stringWidth(`${kept}${character}…`) > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Breaks text at spaces, and words where they must, so that no line is longer than `width`. */
function lines(text: string, width: number, paint: (line: string) => string = (line) => line): string {
  const done: string[] = [];
  let line = '';
  for (const word of plain(text).split(/ +/).flatMap((one) => pieces(one, width))) {
    if (line !== '' && stringWidth(`${line} ${word}`) > width) {
      done.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...done, line].map(paint).join('\n');
}

function pieces(word: string, width: number): string[] {
  if (stringWidth(word) <= width) return [word];
  const parts = [''];
  for (const character of word) {
    if (stringWidth(`${parts.at(-1) ?? ''}${character}`) > width) parts.push('');
    parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts;
}
