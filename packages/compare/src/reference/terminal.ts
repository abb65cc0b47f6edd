/** An entry of the reference as text for a terminal. */
import { wrap } from '../report/layout.ts';
import type { Entry } from './entry.ts';
import type { Note } from './note.ts';
import { braille } from './braille.ts';

/** The whole entry, broken to `width` columns. */
export function renderEntry(entry: Entry, width: number): string {
  const { name, equations, hyper, choices, inputs, memory, note } = entry;
  const indented = (text: string, by = 2): string =>
    wrap(text, Math.max(20, width - by))
      .map((line) => ' '.repeat(by) + line)
      .join('\n');
  const columns = hyper.map(({ option, symbol, fallback, range }) => [
    option,
    symbol,
    Number.isNaN(fallback) ? 'none' : String(fallback),
    range,
  ]);
  const widest = [0, 1, 2].map((i) => Math.max(0, ...columns.map((cells) => cells[i]?.length ?? 0)));
  const rows = columns.map((cells) => `  ${cells.map((cell, i) => cell.padEnd(widest[i] ?? 0)).join('  ')}`.trimEnd());
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines]);
  return [
    name,
    indented(note.about.replaceAll('`', ''), 0),
    ...section('Equations', equations.map((line) => `  ${line}`)),
    ...section('Hyperparameters, with defaults and ranges', rows),
    ...section('Options', choices.map(([option, words]) => indented(`${option}: ${words.join(', ')}`))),
    ...section('Inputs of each step', inputs.map((input) => `  ${input}`)),
    ...section('State', memory.length === 0 ? ['  none'] : memory.map((line) => `  ${line}`)),
    ...section(
      'Largest measured difference over 320 steps, float64 and float32',
      agreement(note.agreement),
    ),
    ...section('Paths', note.paths.flatMap(({ title, lr, left, points }) => [
      `  ${title}, lr ${String(lr)}: ${left} of the loss is left`,
      ...braille(points, Math.min(48, width - 4), 12).map((line) => `  ${line}`),
    ])),
    '',
  ].join('\n'); // prettier-ignore
}

function agreement(measured: Note['agreement']): string[] {
  const widest = [0, 1].map((i) => Math.max(0, ...measured.map(({ row, oracle }) => (i === 0 ? row : oracle).length)));
  return measured.map(
    ({ row, oracle, float64, float32 }) =>
      `  ${row.padEnd(widest[0] ?? 0)}  ${oracle.padEnd(widest[1] ?? 0)}  ${float64.padStart(7)}  ${float32}`,
  );
}

/** One line for each entry: its name and the first sentence of what it is. */
export function renderEntries(all: readonly Entry[], width: number): string {
  const widest = Math.max(...all.map(({ name }) => name.length));
  return all
    .map(({ name, note }) => {
      const sentence = (/^(.*?)[.;]( |$)/.exec(note.about.replaceAll(/ \([^()]*\)/g, '').replaceAll('`', '')) ?? [])[1] ?? '';
      const room = Math.max(20, width - widest - 4);
      const text = sentence.length > room ? `${sentence.slice(0, room - 1)}…` : sentence;
      return `  ${name.padEnd(widest)}  ${text}\n`;
    })
    .join('');
}
