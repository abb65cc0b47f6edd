/**
 * The ranked tables for a terminal. Columns are added by how much they are needed, as long as they fit; a row never wraps. Knows results
 * and columns of characters; knows no stream.
 */
import pc from 'picocolors';
import type { Comparison, Defaults, OptimizerResult, ProblemResult } from '../schema.ts';
import { padded, plain, rows, shortened, widthOf, wrap, type Column } from './layout.ts';
import { defaultsRows, defaultsText, type DefaultsRow } from './defaults.ts';
import { errorNote } from './errors.ts';
import { legend } from './legend.ts';
import { column, durations } from './number.ts';
import { paintOf, type Depth } from './paint.ts';
import { looks, type Look } from './palette.ts';
import { advice, cautions, conclusion, countsGradients, divergence, metricFormat, quickNote, rate, runsText, spread, targetText, unitOf, verdict, warning } from './text.ts';

type Name = 'rank' | 'optimizer' | 'median' | 'medianSpread' | 'lr' | 'steps' | 'time' | 'reached' | 'diverged' | 'verdict' | 'brief';

/** From left to right. */
const order: readonly Name[] = ['rank', 'optimizer', 'median', 'medianSpread', 'lr', 'steps', 'time', 'reached', 'diverged', 'verdict', 'brief'];

/** What is added where there is room, the most needed first, and what that replaces. */
const wishes: readonly (readonly [add: Name, instead?: Name])[] = [
  ['brief'],
  ['medianSpread', 'median'],
  ['lr'],
  ['verdict', 'brief'],
  ['steps'],
  ['time'],
  ['diverged'],
  ['reached'],
];

/**
 * The ranked table of each problem, at most `width` columns wide.
 * @param colour - whether colors may be used, or the terminal's color depth in bits, from `getColorDepth()`; `true` means 8.
 */
export function renderTable(comparison: Comparison, width: number, colour: boolean | Depth): string {
  const depth: Depth = colour === true ? 8 : colour === false ? 1 : colour;
  const paint = pc.createColors(depth > 1);
  const all = looks(comparison.problems.flatMap(({ optimizers }) => optimizers.map(({ id }) => id)));
  const text = (words: string, style: (line: string) => string = (line) => line): string[] => wrap(words, Math.max(1, width)).map(style);
  const problems = comparison.problems.map((problem) => {
    const { title, testMetric, steps, optimizers } = problem;
    const spreads = optimizers[0]?.summary.spread ?? '';
    const about = `${testMetric.name}, ${spreads}; ${column([steps])(steps)} ${countsGradients(problem) ? 'gradients' : 'steps'}; target: ${targetText(problem)}`;
    const fit = (line: string): string => shortened(line, width);
    const chosen = fitted(columnsOf(problem, all, depth), width);
    const { head, body } = rows(chosen);
    return [
      ...text(title, paint.bold),
      ...(warning(problem) === '' ? [] : text(warning(problem), paint.yellow)),
      ...text(advice(problem)),
      ...text(about, paint.dim),
      paint.dim(fit(head)),
      paint.dim(fit('─'.repeat(widthOf(chosen)))),
      ...body.map(fit),
      ...(conclusion(problem) === '' ? [] : text(conclusion(problem))),
      ...cautions(problem).flatMap((caution) => text(caution, paint.yellow)),
      ...legend(problem, comparison.protocol, body.join('\n')).flatMap((line) => text(line, paint.dim)),
      ...(problem.defaults === undefined ? [] : untuned(problem, problem.defaults).map((line, i) => (i === 0 ? text(line, paint.bold).join('\n') : i < 3 ? paint.dim(fit(line)) : fit(line)))),
    ].join('\n');
  });
  const note = comparison.protocol.preset === 'quick' ? [text(quickNote, paint.yellow).join('\n')] : [];
  const runs = runsText(comparison);
  const made = runs === '' || problems.length === 0 ? [] : [text(`${runs}.`, paint.dim).join('\n')];
  const errs = errorNote(comparison.protocol, comparison.problems);
  const trust = errs === '' || problems.length === 0 ? [] : [text(errs, paint.dim).join('\n')];
  return [...note, ...problems, ...trust, ...made].join('\n\n');
}

/** What is reached without tuning: a sentence, the head, a rule and the rows. */
function untuned(problem: ProblemResult, defaults: Defaults): string[] {
  const all = defaultsRows(problem, defaults);
  const make = (head: string, right: boolean, cell: (row: DefaultsRow) => string): Column => ({ head, right, cells: all.map((row) => plain(cell(row))) });
  const shown = [
    make('#', true, ({ rank }) => rank),
    make('at its defaults', false, ({ label, promises }) => `${label}${promises === '' ? '' : ' *'}`),
    make('median (spread)', false, ({ median, spread: range }) => `${median} ${range}`),
    make('lr', true, ({ lr }) => lr),
    make('against the best tuned', false, ({ tuned }) => tuned),
  ];
  const { head, body } = rows(shown);
  const note = all.some(({ promises }) => promises !== '') ? ['* claims to need no tuning'] : [];
  return [defaultsText(problem), head, '─'.repeat(widthOf(shown)), ...body, ...note];
} // prettier-ignore

/** All that could be shown. */
function columnsOf(problem: ProblemResult, all: ReadonlyMap<string, Look>, depth: Depth): Readonly<Record<Name, Column>> {
  const { optimizers } = problem;
  const counts = countsGradients(problem);
  const toTarget = ({ summary }: OptimizerResult): number | null => (counts ? summary.gradientsToTarget : summary.stepsToTarget);
  const steps = column(optimizers.map(toTarget));
  const time = durations(optimizers.map(({ summary }) => summary.secondsToTarget));
  const format = metricFormat(problem);
  const median = ({ summary }: OptimizerResult): string => (summary.median === null ? 'diverged' : `${format(summary.median)}${unitOf(problem)}`);
  const room = Math.max(...optimizers.map((one) => median(one).length));
  const make = (head: string, right: boolean, cell: (one: OptimizerResult) => string): Column => ({ head, right, cells: optimizers.map(cell) });
  return {
    rank: make('#', true, ({ rank }) => String(rank)),
    optimizer: make('optimizer', false, ({ id, label }) => swatch(all.get(id), depth) + plain(label)),
    median: make('median', true, median),
    medianSpread: make('median (spread)', false, (one) => `${padded(median(one), room, true)} ${one.summary.median === null ? '' : spread(problem, one.summary)}`.trimEnd()),
    lr: make('lr', true, rate),
    steps: make(counts ? 'gradients' : 'steps', true, (one) => steps(toTarget(one))),
    time: make(time.unit, true, ({ summary }) => time.format(summary.secondsToTarget)),
    reached: make('reached', true, ({ summary, trials }) => `${String(summary.reached)}/${String(trials.length)}`),
    diverged: make('diverged (rates)', true, (one) => `${divergence(one).runs} (${divergence(one).rates})`),
    verdict: make('against the reference', false, (one) => verdict(problem, one)),
    brief: make('vs ref.', false, (one) => brief(verdict(problem, one))),
  };
} // prettier-ignore

/** The columns that fit; where not even the least do, names are cut. */
function fitted(columns: Readonly<Record<Name, Column>>, width: number): Column[] {
  const place = (names: ReadonlySet<Name>): Column[] => order.filter((name) => names.has(name)).map((name) => columns[name]);
  let chosen: ReadonlySet<Name> = new Set<Name>(['rank', 'optimizer', 'median']);
  for (const [add, instead] of wishes) {
    const wanted = new Set([...chosen, add].filter((name) => name !== instead));
    if (widthOf(place(wanted)) <= width) chosen = wanted;
  }
  const excess = widthOf(place(chosen)) - width;
  return excess <= 0 ? place(chosen) : place(chosen).map((one) => (one === columns.optimizer ? cut(one, excess) : one));
}

function cut({ head, cells, right }: Column, excess: number): Column {
  const room = Math.max(3, widthOf([{ head, cells, right }]) - excess);
  return { head: head.slice(0, room), cells: cells.map((cell) => shortened(cell, room)), right };
}

/** A word or two for a verdict where there is no room for more. */
function brief(text: string): string {
  if (text.startsWith('no detectable')) return 'no diff.';
  if (text.startsWith('too few') || text.startsWith('no noise')) return '?';
  return text.replace(/ \(.*| within .*/, '').replace('the reference', 'ref.');
}

function swatch(look: Look | undefined, depth: Depth): string {
  return look === undefined || depth === 1 ? '' : `${paintOf(look, depth)(look.rule)} `;
}
