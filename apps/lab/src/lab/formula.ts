/**
 * A function that a reader types: parsed and differentiated by math.js, every node and name checked against a list, then compiled to
 * closures over plain numbers. Nothing is evaluated as code. What is too long or too deep is refused with a message.
 */
import type { Objective, Surface } from '@thalweg/guide';
import { create, derivativeDependencies, parseDependencies, type FactoryFunctionMap, type MathNode } from 'mathjs';

const math = create({ derivativeDependencies, parseDependencies } as FactoryFunctionMap);

/** A formula that cannot be used; the message says why and what can. */
export class FormulaError extends Error {}

/** The longest formula, and the most nodes that it and its derivatives may have. */
export const longest = 240;
const mostNodes = 4000;
/** How far from 0 a map may reach. */
const [nearest, farthest] = [1e-3, 1000];

type Evaluate = (x: number, y: number) => number;

const functions: Readonly<Record<string, (value: number) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  sinh: Math.sinh,
  cosh: Math.cosh,
  atan: Math.atan,
  // Of the derivative of tan, tanh and their like.
  sec: (value) => 1 / Math.cos(value),
  sech: (value) => 1 / Math.cosh(value),
};
const typed = Object.keys(functions).filter((name) => !['sec', 'sech', 'sign'].includes(name));
const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };
const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
};

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
  let node: MathNode;
  try {
    node = math.parse(text);
  } catch (error) {
    throw new FormulaError(`This cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const value = compile(node, true);
  const slope = (variable: 'x' | 'y'): Evaluate => {
    let derived: MathNode;
    try {
      derived = math.derivative(node, variable, { simplify: false });
    } catch {
      throw new FormulaError(`The derivative by ${variable} cannot be formed.`);
    }
    return compile(derived, false);
  };
  const [byX, byY] = [slope('x'), slope('y')];
  return {
    latex: node.toTex(),
    height: value,
    objective: (w, g) => {
      const [x, y] = [w[0]!, w[1]!];
      g[0] = byX(x, y);
      g[1] = byY(x, y);
      return value(x, y);
    },
  };
}

/** A typed formula as TypeScript: the function with its gradient, for programs without math.js. Throws a FormulaError. */
export function formulaCode(text: string): string {
  compileFormula(text);
  const node = math.parse(text);
  const slope = (variable: string): string => codeOf(math.derivative(node, variable, { simplify: false }));
  return [
    'const objective = (w: Float64Array, g: Float64Array): number => {',
    '  const [x, y] = [w[0]!, w[1]!];',
    `  g[0] = ${slope('x')};`,
    `  g[1] = ${slope('y')};`,
    `  return ${codeOf(node)};`,
    '};',
  ].join('\n');
}

/** Code for a tree that has been checked. */
function codeOf(root: Shape): string {
  const parts = (root.args ?? []).map((one) => codeOf(one as Shape));
  switch (root.type) {
    case 'ParenthesisNode':
      return codeOf(root.content as Shape);
    case 'OperatorNode':
      if (parts.length === 1) return `(${root.op ?? ''}${parts[0]!})`;
      return `(${parts.join(root.op === '^' ? ' ** ' : ` ${root.op ?? ''} `)})`;
    case 'FunctionNode': {
      const name = root.fn?.name ?? '';
      if (name === 'sec' || name === 'sech') return `(1 / Math.${name === 'sec' ? 'cos' : 'cosh'}(${parts[0]!}))`;
      if (parts.length === 2) return `(Math.log(${parts[0]!}) / Math.log(${parts[1]!}))`;
      return `Math.${name}(${parts[0]!})`;
    }
    case 'SymbolNode':
      return { pi: 'Math.PI', e: 'Math.E' }[root.name ?? ''] ?? root.name ?? '';
    default:
      return root.toString();
  }
}

function depth(text: string): number {
  let [open, most] = [0, 0];
  for (const letter of text) {
    if (letter === '(') most = Math.max(most, ++open);
    if (letter === ')') open -= 1;
  }
  return most;
}

/** Closures for a tree of allowed nodes; `typedOnly` leaves out the functions that only derivatives bring. */
function compile(root: MathNode, typedOnly: boolean): Evaluate {
  let count = 0;
  const visit = (node: Shape): Evaluate => {
    count += 1;
    if (count > mostNodes) throw new FormulaError('The formula, or its derivative, is too large.');
    switch (node.type) {
      case 'ConstantNode': {
        const value = Number(node.value);
        if (typeof node.value !== 'number' || Number.isNaN(value)) throw new FormulaError(`${node.toString()} is no number.`);
        return () => value;
      }
      case 'SymbolNode': {
        const name = node.name ?? '';
        if (name === 'x') return (x) => x;
        if (name === 'y') return (_, y) => y;
        const constant = Object.hasOwn(constants, name) ? constants[name] : undefined;
        if (constant === undefined) throw new FormulaError(`${name} is not known: a formula has x, y, pi, e, numbers and functions.`);
        return () => constant;
      }
      case 'ParenthesisNode':
        return visit(node.content as Shape);
      case 'OperatorNode': {
        const [first, second] = (node.args ?? []).map((one) => visit(one as Shape));
        const op = node.op ?? '';
        if (first !== undefined && second === undefined && op === '-') return (x, y) => -first(x, y);
        if (first !== undefined && second === undefined && op === '+') return first;
        const apply = Object.hasOwn(operators, op) ? operators[op] : undefined;
        if (apply === undefined || first === undefined || second === undefined || node.args?.length !== 2)
          throw new FormulaError(`The operator ${op} is not allowed; there are + − * / ^.`);
        return (x, y) => apply(first(x, y), second(x, y));
      }
      case 'FunctionNode': {
        const name = node.fn?.name ?? '';
        const apply = Object.hasOwn(functions, name) && (!typedOnly || typed.includes(name)) ? functions[name] : undefined;
        const [argument, base] = (node.args ?? []).map((one) => visit(one as Shape));
        if (argument === undefined || (node.args?.length ?? 0) > (typedOnly ? 1 : 2)) throw new FormulaError(`${name} takes one argument.`);
        if (name === 'log' && base !== undefined) return (x, y) => Math.log(argument(x, y)) / Math.log(base(x, y));
        if (apply === undefined || base !== undefined) throw new FormulaError(`${name} is not allowed; there are ${typed.join(', ')}.`);
        return (x, y) => apply(argument(x, y));
      }
      default:
        throw new FormulaError(
          `${node.type.replace('Node', '')}s are not allowed: a formula is made of numbers, x, y, + − * / ^ and functions.`,
        );
    }
  };
  return visit(root);
}
