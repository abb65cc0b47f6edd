/**
 * The equations with the numbers of one step in the place of the names, sums and norms, from their trees. Knows equations and traces; knows no page.
 */
import { figure, type PartTrace, type Trace } from '@thalweg/guide';
import { expressionToLatex, numberNode, spell, substitute, type Expression, type HyperValue } from 'thalweg';

/** One equation with live numbers. */
export interface LiveLine {
  readonly latex: string;
  /** What it gave. */
  readonly value: number;
  /** Its right side, with the numbers that it was computed from. */
  readonly numbers: Expression;
}

/** Each equation at row `row` for one coordinate. What belongs to no coordinate, such as a whole matrix, keeps its name. */
export function liveLines(trace: Trace, row: number, index: number): LiveLine[] {
  if (row < 1 || row >= trace.rows) return [];
  return trace.parts.flatMap((part) => linesOf(part, row, row * trace.size + index));
}

function linesOf({ part, before, values, inside }: PartTrace, row: number, at: number): LiveLine[] {
  const known = new Map<string, number>([['t', row]]);
  for (const { option, symbol, value } of part.hyper) for (const name of [option, symbol]) known.set(spell(name), valueOf(value, row));
  for (const [name, rows] of before) known.set(name, rows[at]!);
  const number = (node: Expression): Expression | undefined => {
    const value = inside.get(node)?.[at] ?? (node.kind === 'name' ? known.get(node.name) : undefined);
    return value === undefined ? undefined : shown(value);
  };
  return part.equations.map(({ equation, target, latex: { name, sign } }, i) => {
    const value = values[i]![at]!;
    const numbers = substitute(equation.value, number);
    known.set(target.name, value);
    const sides = [numbers, ...(numbers.kind === 'number' ? [] : [shown(value)])].map((side) => expressionToLatex(side));
    return { latex: `${name} ${sign} ${sides.join(' = ')}`, value, numbers };
  });
}

function valueOf(value: HyperValue, t: number): number {
  return typeof value === 'number' ? value : typeof value === 'function' ? value(t) : value.at(t);
}

/** A number as it is shown. */
function shown(value: number): Expression {
  return numberNode(value, figure(value));
}
