/**
 * Records the values of a step: every equation, name and sum, by adding states to a method that nothing else reads, so that no result changes. Knows
 * methods and trees; runs nothing.
 */
import { isElementOp, isSugar, type SurfaceOp } from '../language/op.ts';
import { sugar } from '../language/operations/sugar.ts';
import { freeName } from '../language/part.ts';
import { printEquations } from '../language/print.ts';
import { spell } from '../language/symbol.ts';
import { nameNode, numberNode, operationNode, type Equation, type Expression } from '../language/tree.ts';
import { inspect } from './inspect.ts';
import type { InspectedPart, InspectedSymbol, Inspection } from './inspection.ts';
import type { Method } from './method.ts';

/** Where the values of a part are after a step: keys of `opt.state`. */
export interface Probes {
  /** The value of each name before the equations assign it, except where it is known: t, π, and hyperparameters that are numbers. */
  readonly before: ReadonlyMap<string, string>;
  /** The value of each equation, in order. */
  readonly values: readonly string[];
  /** The values of sums, norms and matrix operations, the outermost of each equation; 0 in the branch of a condition that is not taken. */
  readonly inside: ReadonlyMap<Expression, string>;
}

/** A method with states that record what its steps compute. */
export interface Instrumented<N extends string> {
  readonly method: Method<N>;
  /** The original method taken apart; the trees in `probes` are those of its equations. */
  readonly inspection: Inspection;
  /** By group and part. */
  readonly probes: readonly (readonly Probes[])[];
}

/**
 * The same method with an extra state for every value that its equations compute: to show a step, not to train fast.
 *
 * @throws EquationError if the equations are invalid; ThalwegError if the argument is not a method
 * @example
 * ```ts
 * import { adam, instrument } from 'thalweg';
 * const { method, inspection, probes } = instrument(adam({ lr: 0.1 }));
 * const opt = await method.init({ w: Float64Array.of(1) });
 * opt.step({ w: Float64Array.of(3) });
 * inspection.groups[0]!.parts[0]!.equations.map(({ target }, i) => [target.written, opt.state[probes[0]![0]!.values[i]!]!['w']![0]]); // m, 0.3 …
 * ```
 */
export function instrument<N extends string>(method: Method<N>): Instrumented<N> {
  const inspection = inspect(method);
  const all = inspection.groups.flatMap(({ parts }) => parts);
  const made = new Map<InspectedPart, ReturnType<typeof probed>>(all.map((part) => [part, probed(part)]));
  const texts = new Map(all.map((part) => [`${part.name}\n${part.text}`, made.get(part)!.text]));
  return {
    method: method.rewrite((text, name) => texts.get(`${name}\n${text}`) ?? text),
    inspection,
    probes: inspection.groups.map(({ parts }) => parts.map((part) => made.get(part)!.probes)),
  };
}

/** The text of a part with its probes, and the keys of these. */
function probed(part: InspectedPart): { readonly text: string; readonly probes: Probes } {
  const names = new Set([...part.symbols.keys(), ...[...part.hyper, ...part.inputs].map(({ symbol }) => spell(symbol))]);
  const equations: Equation[] = [];
  const add = (value: Expression): string => {
    const name = freeName('probe', (candidate) => names.has(candidate));
    names.add(name);
    equations.push({ target: nameNode(name), lasting: true, value, span: value.span });
    return `${part.owner}.${name}`;
  };
  const numbers = new Set(
    part.hyper.flatMap(({ option, symbol, value }) => (typeof value === 'number' ? [spell(option), spell(symbol)] : [])),
  );
  const isKnown = ({ role, name }: InspectedSymbol): boolean =>
    role === 'temporary' || role === 'constant' || role === 'step' || (role === 'hyperparameter' && numbers.has(name));
  const unknown = [...part.symbols.values()].filter((symbol) => !isKnown(symbol));
  const before = new Map(unknown.map(({ name }) => [name, add(nameNode(name))]));
  const inside = new Map<Expression, string>();
  const values = part.equations.map(({ equation }) => {
    for (const { expression, value } of summaries(equation.value)) inside.set(expression, add(value));
    const key = add(equation.value);
    equations.push(equation);
    return key;
  });
  return { text: printEquations(equations), probes: { before, values, inside } };
}

const isElementwise = (op: SurfaceOp): boolean => isElementOp(op) || (isSugar(op) && sugar[op].on === 'elements');

/** The outermost operations that do not work element by element; in a branch of a condition they are asked for only where it is taken. */
function summaries(expression: Expression): { readonly expression: Expression; readonly value: Expression }[] {
  if (expression.kind !== 'apply') return [];
  if (!isElementwise(expression.op)) return [{ expression, value: expression }];
  const [condition, whenTrue, otherwise] = expression.operands;
  if (expression.op !== 'select' || condition === undefined || whenTrue === undefined || otherwise === undefined)
    return expression.operands.flatMap(summaries);
  const zero = numberNode(0);
  const guarded = (branch: Expression, choose: (value: Expression) => readonly [Expression, Expression]): ReturnType<typeof summaries> =>
    summaries(branch).map((one) => ({ ...one, value: operationNode('select', [condition, ...choose(one.value)]) }));
  return [...summaries(condition), ...guarded(whenTrue, (value) => [value, zero]), ...guarded(otherwise, (value) => [zero, value])];
}
