/**
 * A function that a reader types: parsed by math.js, every node and name checked against a list, then compiled with its derivatives to
 * closures over plain numbers. Nothing is evaluated as code. What is too long or too deep is refused with a message.
 */
import type { Objective, Surface } from '@thalweg/guide';
import { create, parseDependencies, type FactoryFunctionMap, type MathNode } from 'mathjs';
import { FormulaError } from './formula-error.ts';

const math = create({ parseDependencies } as FactoryFunctionMap);

/** The longest formula. */
export const longest = 240;
/** How far from 0 a map may reach. */
const [nearest, farthest] = [1e-3, 1000];

type Evaluate = (x: number, y: number) => number;

/** An expression that has been checked: how it is computed, and the same as code. */
interface Term {
  readonly at: Evaluate;
  readonly code: string;
}

/** An expression with its derivatives; one that is zero everywhere is absent. */
interface Derived extends Term {
  readonly byX?: Term | undefined;
  readonly byY?: Term | undefined;
}

const both = (a: Term, op: string, apply: (a: number, b: number) => number, b: Term): Term => ({
  at: (x, y) => apply(a.at(x, y), b.at(x, y)),
  code: `(${a.code} ${op} ${b.code})`,
});
const plus = (a: Term, b: Term): Term => both(a, '+', (u, v) => u + v, b);
const minus = (a: Term, b: Term): Term => both(a, '-', (u, v) => u - v, b);
const times = (a: Term, b: Term): Term => both(a, '*', (u, v) => u * v, b);
const over = (a: Term, b: Term): Term => both(a, '/', (u, v) => u / v, b);
const power = (a: Term, b: Term): Term => both(a, '**', (u, v) => u ** v, b);
const negative = (a: Term): Term => ({ at: (x, y) => -a.at(x, y), code: `(-${a.code})` });
const constant = (value: number, code = String(value)): Term => ({ at: () => value, code });
const call = (name: 'sin' | 'cos' | 'tan' | 'exp' | 'log' | 'sqrt' | 'abs' | 'sign' | 'tanh' | 'sinh' | 'cosh' | 'atan') => {
  return (a: Term): Term => ({ at: (x, y) => Math[name](a.at(x, y)), code: `Math.${name}(${a.code})` });
};
const one = constant(1);
const two = constant(2);

/** The functions that can be typed, each with the derivative of its value by its argument. */
const functions: Readonly<Record<string, readonly [value: (a: Term) => Term, slope: (a: Term) => Term]>> = {
  sin: [call('sin'), call('cos')],
  cos: [call('cos'), (a) => negative(call('sin')(a))],
  tan: [call('tan'), (a) => over(one, power(call('cos')(a), two))],
  exp: [call('exp'), call('exp')],
  log: [call('log'), (a) => over(one, a)],
  sqrt: [call('sqrt'), (a) => over(one, times(two, call('sqrt')(a)))],
  abs: [call('abs'), call('sign')],
  tanh: [call('tanh'), (a) => over(one, power(call('cosh')(a), two))],
  sinh: [call('sinh'), call('cosh')],
  cosh: [call('cosh'), call('sinh')],
  atan: [call('atan'), (a) => over(one, plus(one, times(a, a)))],
};
const constants: Readonly<Record<string, Term>> = { pi: constant(Math.PI, 'Math.PI'), e: constant(Math.E, 'Math.E') };

type Slope = Term | undefined;

/**
 * Operators of two terms, each with its derivative. It is computed from the terms' values and derivatives, each used once or twice, so that
 * deriving costs in proportion to the formula; a derivative written out and simplified can be exponentially long.
 */
const operators: Readonly<
  Record<string, readonly [value: (a: Term, b: Term) => Term, slope: (a: Term, b: Term, da: Slope, db: Slope) => Slope]>
> = {
  '+': [plus, (_a, _b, da, db) => sum(da, db)],
  '-': [minus, (_a, _b, da, db) => sum(da, db && negative(db))],
  '*': [times, (a, b, da, db) => sum(da && times(da, b), db && times(a, db))],
  '/': [over, (a, b, da, db) => sum(da && over(da, b), db && negative(over(times(a, db), times(b, b))))],
  '^': [
    power,
    (a, b, da, db) => sum(da && times(times(b, power(a, minus(b, one))), da), db && times(times(power(a, b), call('log')(a)), db)),
  ],
};

function sum(a: Slope, b: Slope): Slope {
  return a === undefined ? b : b === undefined ? a : plus(a, b);
}

interface Shape extends MathNode {
  readonly value?: unknown;
  readonly name?: string;
  readonly op?: string;
  readonly args?: readonly MathNode[];
  readonly content?: MathNode;
  readonly fn?: MathNode & { readonly name?: string };
}

/** A landscape from a formula in x and y over the square from −reach to reach. Throws a FormulaError. */
export function surfaceOfFormula(text: string, reach: number): Surface {
  if (!(reach >= nearest && reach <= farthest)) throw new FormulaError(`The map may reach from ${String(nearest)} to ${String(farthest)}.`);
  const { objective, height, latex } = compileFormula(text);
  const probe = objective(Float64Array.of(0.31 * reach, -0.27 * reach), new Float64Array(2));
  if (Number.isNaN(probe))
    throw new FormulaError('The formula has no value near the middle of the map (0/0, or the root or log of a negative number).');
  return {
    id: 'formula',
    label: 'Your function',
    latex: `f(x, y) = ${latex}`,
    objective,
    height,
    start: [-0.7 * reach, 0.6 * reach],
    x: [-reach, reach],
    y: [-reach, reach],
    minima: [],
  };
}

/** The function and its gradient. Throws a FormulaError. */
export function compileFormula(text: string): { readonly objective: Objective; readonly height: Evaluate; readonly latex: string } {
  if (text.trim() === '') throw new FormulaError('Type a formula in x and y, such as x^2 + 3*y^2.');
  if (text.length > longest) throw new FormulaError(`A formula may have ${String(longest)} characters; this has ${String(text.length)}.`);
  if (depth(text) > 20) throw new FormulaError('The parentheses are nested more than 20 deep.');
  const node = parsed(text);
  const { at, byX, byY } = derive(node);
  const zero: Evaluate = () => 0;
  const [slopeX, slopeY] = [byX?.at ?? zero, byY?.at ?? zero];
  return {
    latex: node.toTex({ handler: functionTex }),
    height: at,
    objective: (w, g) => {
      const [x, y] = [w[0]!, w[1]!];
      g[0] = slopeX(x, y);
      g[1] = slopeY(x, y);
      return at(x, y);
    },
  };
}

/** A function in LaTeX. What math.js does by itself writes each argument twice, so that nested functions take time without bound. */
function functionTex(node: Shape, options: object): string | undefined {
  if (node.type !== 'FunctionNode') return undefined;
  const argument = node.args?.[0]?.toTex(options) ?? '';
  switch (node.fn?.name) {
    case 'sqrt':
      return `\\sqrt{${argument}}`;
    case 'abs':
      return `\\left|${argument}\\right|`;
    case 'log':
      return `\\ln\\left(${argument}\\right)`;
    case 'atan':
      return `\\arctan\\left(${argument}\\right)`;
    default:
      return `\\${node.fn?.name ?? ''}\\left(${argument}\\right)`;
  }
}

function parsed(text: string): MathNode {
  try {
    return math.parse(text);
  } catch (error) {
    throw new FormulaError(`This cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A typed formula as TypeScript: the function with its gradient, for programs without math.js. Throws a FormulaError. */
export function formulaCode(text: string): string {
  compileFormula(text);
  const { code, byX, byY } = derive(parsed(text));
  return [
    'const objective = (w: Float64Array, g: Float64Array): number => {',
    '  const [x, y] = [w[0]!, w[1]!];',
    `  g[0] = ${bare(byX?.code ?? '0')};`,
    `  g[1] = ${bare(byY?.code ?? '0')};`,
    `  return ${bare(code)};`,
    '};',
  ].join('\n');
}

/** Code without parentheses around the whole. */
function bare(code: string): string {
  if (!code.startsWith('(')) return code;
  let open = 0;
  for (let i = 0; i < code.length; i++) {
    if (code[i] === '(') open += 1;
    if (code[i] === ')') open -= 1;
    if (open === 0) return i === code.length - 1 ? code.slice(1, -1) : code;
  }
  return code;
}

function depth(text: string): number {
  let [open, most] = [0, 0];
  for (const letter of text) {
    if (letter === '(') most = Math.max(most, ++open);
    if (letter === ')') open -= 1;
  }
  return most;
}

/** A tree of allowed nodes as terms, with its derivatives. */
function derive(root: MathNode): Derived {
  const visit = (node: Shape): Derived => {
    switch (node.type) {
      case 'ConstantNode': {
        const value = Number(node.value);
        if (typeof node.value !== 'number' || Number.isNaN(value)) throw new FormulaError(`${node.toString()} is no number.`);
        return constant(value);
      }
      case 'SymbolNode': {
        const name = node.name ?? '';
        if (name === 'x') return { at: (x) => x, code: 'x', byX: one };
        if (name === 'y') return { at: (_, y) => y, code: 'y', byY: one };
        const known = Object.hasOwn(constants, name) ? constants[name] : undefined;
        if (known === undefined) throw new FormulaError(`${name} is not known: a formula has x, y, pi, e, numbers and functions.`);
        return known;
      }
      case 'ParenthesisNode':
        return visit(node.content as Shape);
      case 'OperatorNode': {
        const [a, b] = (node.args ?? []).map((one) => visit(one as Shape));
        const op = node.op ?? '';
        if (a !== undefined && b === undefined && op === '-')
          return { ...negative(a), byX: a.byX && negative(a.byX), byY: a.byY && negative(a.byY) };
        if (a !== undefined && b === undefined && op === '+') return a;
        const operator = Object.hasOwn(operators, op) ? operators[op] : undefined;
        if (operator === undefined || a === undefined || b === undefined || node.args?.length !== 2)
          throw new FormulaError(`The operator ${op} is not allowed; there are + − * / ^.`);
        const [value, slope] = operator;
        // To the power of zero all is one, zero too.
        if (op === '^' && b.byX === undefined && b.byY === undefined && b.at(0, 0) === 0) return value(a, b);
        return { ...value(a, b), byX: slope(a, b, a.byX, b.byX), byY: slope(a, b, a.byY, b.byY) };
      }
      case 'FunctionNode': {
        const name = node.fn?.name ?? '';
        const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
        if (known === undefined) throw new FormulaError(`${name} is not allowed; there are ${Object.keys(functions).join(', ')}.`);
        const [a] = (node.args ?? []).map((one) => visit(one as Shape));
        if (a === undefined || node.args?.length !== 1) throw new FormulaError(`${name} takes one argument.`);
        const [value, slope] = known;
        const outer = slope(a);
        return { ...value(a), byX: a.byX && times(outer, a.byX), byY: a.byY && times(outer, a.byY) };
      }
      default:
        throw new FormulaError(
          `${node.type.replace('Node', '')}s are not allowed: a formula is made of numbers, x, y, + − * / ^ and functions.`,
        );
    }
  };
  return visit(root);
}
