/** docs/compat.md as data: the rows of its tables, and the values of the calls in them. */
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import * as thalweg from 'thalweg';

const page = readFileSync(`${import.meta.dirname}/../docs/compat.md`, 'utf8');

/** A row: the library's name, the call that the right column begins with, if it does, and what the column says. */
export interface Row {
  readonly name: string;
  readonly call: string | undefined;
  readonly says: string;
}

/** The rows of the table whose first heading is the library's name. */
export function rowsOf(library: string): readonly Row[] {
  const [, table = ''] = page.split(new RegExp(`^\\| \`${library}\` +\\|.*\n`, 'm'));
  const lines = table.split('\n\n')[0]!.trim().split('\n').slice(1);
  return lines.map((line) => {
    const [, name = '', says = ''] = /^\| `([\w.]+)` +\| (.*?) +\|$/.exec(line) ?? [];
    return { name, call: /^`([^`]+)`/.exec(says)?.[1], says };
  });
}

/** The value of an expression of the page; the names are the library's and `values`. */
export function evaluate(expression: string, values: Readonly<Record<string, unknown>>): unknown {
  const names = { ...thalweg, ...values };
  const made: unknown = runInThisContext(`(${Object.keys(names).join(', ')}) => (${expression})`);
  return (made as (...all: unknown[]) => unknown)(...Object.values(names));
}

/** The bound that a row says, or 1e-12. */
export const boundOf = (says: string): number => Number(/within (\d[\de.-]*\d)/.exec(says)?.[1] ?? 1e-12);
