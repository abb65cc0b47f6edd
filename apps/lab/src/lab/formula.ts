/**
 * A function that a reader types, as a landscape and as code. Nothing is evaluated as code; what is too long or too deep is refused with a
 * message. Knows trees and programs; knows no page.
 */
import type { Objective, Surface } from '@thalweg/guide';
import { FormulaError } from './formula-error.ts';
import { latexOfTree } from './formula-latex.ts';
import { codeOf, programOf, run } from './formula-program.ts';
import { treeOf } from './formula-tree.ts';

/** How far from 0 a map may reach. */
const [nearest, farthest] = [1e-3, 1000];

type Evaluate = (x: number, y: number) => number;

/** A landscape from a formula in x and y over the square from −reach to reach. Throws a FormulaError. */
export function surfaceOfFormula(text: string, reach: number): Surface {
  if (!(reach >= nearest && reach <= farthest)) throw new FormulaError(`The map may reach from ${String(nearest)} to ${String(farthest)}.`);
  const { objective, height, latex } = compileFormula(text);
  const start = startOf(height, reach);
  if (start === undefined)
    throw new FormulaError('The formula has no value anywhere on the map (0/0, overflow, or the root or log of a negative number).');
  return {
    id: 'formula',
    label: 'Your function',
    latex: `f(x, y) = ${latex}`,
    objective,
    height,
    start,
    x: [-reach, reach],
    y: [-reach, reach],
    minima: [],
  };
}

/** The usual start, or the place nearest to it that has a value; undefined where none of a grid has. */
function startOf(height: Evaluate, reach: number): readonly [number, number] | undefined {
  // As one would type it: 0.6·3 is no 1.7999999999999998.
  const usual = [Number((-0.7 * reach).toPrecision(6)), Number((0.6 * reach).toPrecision(6))] as const;
  if (Number.isFinite(height(...usual))) return usual;
  const ticks = Array.from({ length: 21 }, (_, i) => ((i - 10) / 11) * reach);
  const far = ([x, y]: readonly [number, number]): number => Math.hypot(x - usual[0], y - usual[1]);
  return ticks
    .flatMap((x) => ticks.map((y) => [x + 0.013 * reach, y - 0.017 * reach] as const))
    .filter(([x, y]) => Number.isFinite(height(x, y)))
    .sort((a, b) => far(a) - far(b))[0];
}

/** The function and its gradient. Throws a FormulaError. */
export function compileFormula(text: string): { readonly objective: Objective; readonly height: Evaluate; readonly latex: string } {
  const tree = treeOf(text);
  const [whole, value] = [programOf(tree, true), programOf(tree, false)];
  const registers = new Float64Array(Math.max(whole.instructions.length, value.instructions.length));
  return {
    latex: latexOfTree(tree),
    height: (x, y) => {
      run(value, registers, x, y);
      return registers[value.value]!;
    },
    objective: (w, g) => {
      run(whole, registers, w[0]!, w[1]!);
      g[0] = whole.byX === undefined ? 0 : registers[whole.byX]!;
      g[1] = whole.byY === undefined ? 0 : registers[whole.byY]!;
      return registers[whole.value]!;
    },
  };
}

/** A typed formula as TypeScript: the function with its gradient, for programs without a parser. Throws a FormulaError. */
export function formulaCode(text: string): string {
  const { lines, value, byX, byY } = codeOf(programOf(treeOf(text), true));
  return [
    'const objective = (w: Float64Array, g: Float64Array): number => {',
    '  const [x, y] = [w[0]!, w[1]!];',
    ...lines.map((line) => `  ${line}`),
    `  g[0] = ${byX};`,
    `  g[1] = ${byY};`,
    `  return ${value};`,
    '};',
  ].join('\n');
}
