/** Tables as CSV, as RFC 4180 says: commas, CRLF, quotes where a text needs them. Numbers are written so that they are read back as they are. */
import type { Cell, Table } from './table.ts';

/** The lines of a table, the head first. */
export function* csv<Row>({ columns, rows }: Table<Row>): Generator<string> {
  yield line(columns.map(({ name }) => name));
  for (const row of rows) yield line(columns.map(({ of }) => of(row)));
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(text).join(',')}\r\n`;
}

function text(cell: Cell): string {
  const written = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
}
