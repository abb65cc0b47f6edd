/** Text in columns of a terminal: widths of characters, padding, cutting, breaking of lines. Knows no results and no colours. */
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** A column of a table. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  readonly right: boolean;
}

const gap = '  ';

/** Text without control characters, which a label from a user's file could hold. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ');
}

/** Text made `width` columns wide, colour codes not counted. */
export function padded(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}

/** Text cut to `width` columns; colour codes are lost where it is cut. */
export function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const character of stripVTControlCharacters(text)) {
    if (stringWidth(`${kept}${character}…`) > width) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** Columns wide that a table of these would be. */
export function widthOf(columns: readonly Column[]): number {
  return widths(columns).reduce((sum, width) => sum + gap.length + width, -gap.length);
}

/** The head and the rows of a table. */
export function rows(columns: readonly Column[]): { readonly head: string; readonly body: readonly string[] } {
  const room = widths(columns);
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => padded(cell, room[i] ?? 0, columns[i]?.right ?? false))
      .join(gap)
      .trimEnd();
  const count = Math.max(0, ...columns.map(({ cells }) => cells.length));
  return {
    head: row(columns.map(({ head }) => head)),
    body: Array.from({ length: count }, (_, i) => row(columns.map(({ cells }) => cells[i] ?? ''))),
  };
}

/** Text broken to `width`, the first line indented by `first` and the others by `rest`. */
export function hung(text: string, width: number, first: number, rest: number): string[] {
  return wrap(text, Math.max(20, width - rest)).map((line, i) => ' '.repeat(i === 0 ? first : rest) + line);
}

/** Breaks text at spaces, and words where it must, so that no line is longer than `width`. */
export function wrap(text: string, width: number): string[] {
  const done: string[] = [];
  let line = '';
  const words = plain(text)
    .split(/ +/)
    .flatMap((word) => pieces(word, width));
  for (const word of words) {
    if (line !== '' && stringWidth(`${line} ${word}`) > width) {
      done.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...done, line];
}

function pieces(word: string, width: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (part !== '' && stringWidth(part + character) > width) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}

function widths(columns: readonly Column[]): number[] {
  return columns.map(({ head, cells }) => Math.max(stringWidth(head), ...cells.map((cell) => stringWidth(cell))));
}
