/** Entries of the reference as text for a terminal, no wider than it. */
import { hung, padded, rows, shortened, widthOf, wrap, type Column } from '../report/layout.ts';
import { braille } from './braille.ts';
import type { Entry } from './entry.ts';
import type { MeasuredPath, Note } from './note.ts';
import { adviceOn } from './options.ts';
import { origins } from './origins.ts';

/** The whole entry, broken to `width` columns. */
export function renderEntry(entry: Entry, width: number): string {
  const { name, equations, latex, hyper, choices, inputs, memory, note } = entry;
  const indented = (text: string): string[] => hung(text, width, 2, 6);
  const columns = hyper.map(({ option, symbol, fallback, range }) => [
    option,
    symbol,
    Number.isNaN(fallback) ? 'none' : String(fallback),
    range,
  ]);
  const options = [0, 1, 2, 3].map((i): Column => ({ head: '', cells: columns.map((cells) => cells[i] ?? ''), right: false }));
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', ...wrap(title, width), ...lines]);
  const sections = [
    ...section('When to choose it', choice(note).flatMap(indented)),
    ...section('Equations', equations.flatMap(indented)),
    ...section('Hyperparameters, with defaults and ranges', rows(options).body.map((line) => `  ${line}`)),
    ...section('Options', choices.flatMap(([option, words]) => indented(`${option}: ${words.join(', ')}`))),
    ...section('What options do, and when to change them', [...hyper, ...choices.map(([option]) => ({ option }))].flatMap(({ option }) => advice(name, option).flatMap(indented))),
    ...section('Inputs of each step', inputs.map((input) => `  ${input}`)),
    ...section('Sources, and conventions here', [...origins(note.source), ...note.source.conventions].flatMap(indented)),
    ...section('State', (memory.length === 0 ? ['none'] : memory).flatMap(indented)),
    ...section('Largest measured difference over 320 steps, float64 and float32', agreement(note.agreement, width)),
    ...section('Paths', note.paths.flatMap((path) => [...indented(titleOf(path)), ...map(path, width)])),
    ...section('LaTeX', latex.split('\n').flatMap(indented)),
  ]; // prettier-ignore
  const words = note.details.split('\n\n').flatMap((paragraph) => (paragraph === '' ? [] : ['', ...wrap(unmarked(paragraph), width)]));
  return [name, ...wrap(unmarked(note.about), width), ...words, ...sections, ''].join('\n');
}

/** When to choose it, and what else there is. */
function choice({ choose, rivals }: Note): string[] {
  return [...(choose === '' ? [] : [unmarked(choose)]), ...(rivals.length === 0 ? [] : [`Or else: ${rivals.join(', ')}.`])];
}

/** What is known of an option besides the documentation. */
function advice(method: string, option: string): string[] {
  const known = adviceOn(method, option);
  return known === undefined ? [] : [unmarked(`${option}: ${known.does} When to change it: ${known.touch}`)];
}

const unmarked = (text: string): string => text.replaceAll('`', '');

function titleOf({ title, lr, constant, left }: MeasuredPath): string {
  return `${title}, lr ${String(lr)}${constant ? ', constant' : ''}: ${left} of the loss is left`;
}

function map({ points }: MeasuredPath, width: number): string[] {
  return braille(points, Math.min(48, width - 4), 12).map((line) => `  ${line}`);
}

/** A table where it fits; else each oracle below its row. */
function agreement(measured: Note['agreement'], width: number): string[] {
  const cells = (key: 'row' | 'oracle' | 'heldAgainst' | 'float64' | 'float32'): string[] => measured.map((row) => row[key]);
  const figures = (['float64', 'float32'] as const).map((key): Column => ({ head: '', cells: cells(key), right: true }));
  const words = (['row', 'oracle', 'heldAgainst'] as const).map((key): Column => ({ head: '', cells: cells(key), right: false }));
  const all = [...words, ...figures];
  const departures = measured.flatMap(({ row, departs }) => (departs === undefined ? [] : hung(`${row}: ${departs}`, width, 2, 6)));
  if (widthOf(all) + 2 <= width) return [...rows(all).body.map((line) => `  ${line}`), ...departures];
  const room = Math.max(8, width - 2 - widthOf(figures) - 2);
  const beside = rows(figures).body;
  const lines = measured.flatMap(({ row: id, oracle: from, heldAgainst }, i) => [
    `  ${padded(shortened(id, room), room, false)}  ${beside[i] ?? ''}`,
    `    ${shortened(`${heldAgainst}: ${from}`, width - 4)}`,
  ]);
  return [...lines, ...departures];
}

/** One line for each entry: its name and the first sentence of what it is. */
export function renderEntries(all: readonly Entry[], width: number): string {
  return renderList(
    all.map(({ name, note }) => {
      const [, sentence = ''] = /^(.*?)[.;]( |$)/.exec(unmarked(note.about.replaceAll(/ \([^()]*\)/g, ''))) ?? [];
      return [name, sentence];
    }),
    width,
  );
}

/** Lines of cells in columns, cut to `width`. */
export function renderList(lines: readonly (readonly string[])[], width: number): string {
  const count = Math.max(0, ...lines.map((cells) => cells.length));
  const columns = Array.from({ length: count }, (_, i): Column => ({
    head: '',
    cells: lines.map((cells) => cells[i] ?? ''),
    right: false,
  }));
  return rows(columns)
    .body.map((line) => `${shortened(`  ${line}`, width)}\n`)
    .join('');
}
