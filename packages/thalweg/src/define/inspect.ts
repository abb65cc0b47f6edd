/**
 * Takes methods apart, to show, explain or rewrite them: equations as syntax trees, the meaning of each name, and the shape of each value. Everything is
 * what the compiler itself uses. Knows the language and methods; no runtime.
 */
import { ThalwegError } from '../language/error.ts';
import { FormTable } from '../language/form-table.ts';
import type { Node } from '../language/graph.ts';
import { KindTable } from '../language/kind.ts';
import { givenNames } from '../language/names.ts';
import { describe } from '../language/options.ts';
import { Origins } from '../language/origin.ts';
import { parseExpression } from '../language/parser.ts';
import { declaredNames, factor, freeName, textOf } from '../language/part.ts';
import { buildProgram, type Program } from '../language/program.ts';
import { spell } from '../language/symbol.ts';
import { namesIn, type Expression, type NameNode } from '../language/tree.ts';
import { equationsToLatex } from '../targets/text/latex.ts';
import { isSchedule } from './hyper.ts';
import type { Extent, InspectedEquation, InspectedGroup, InspectedPart, InspectedSymbol, Inspection } from './inspection.ts';
import { asMethod, type Method } from './method.ts';
import { hyperNames, type BoundPart, type MethodGroup } from './recipe.ts';

/**
 * Takes a method apart: for each group and part, its equations as syntax trees, what every name stands for, the shape of every value, its states and its
 * hyperparameters.
 *
 * @throws EquationError if the equations are invalid; ThalwegError if the argument is not a method
 * @example
 * ```ts
 * import { adamw, inspect } from 'thalweg';
 * const [part] = inspect(adamw()).groups[0]!.parts;
 * part!.equations.map(({ target, kind }) => `${target.written} is a ${target.role}, ${kind}`); // m is a state, array …
 * ```
 */
export function inspect(method: Method): Inspection {
  const given = asMethod(method);
  if (given === undefined) throw new ThalwegError('method', `inspect: takes a method such as adamw(), not ${describe(method)}`);
  const outside = new Map(
    hyperNames(given.groups).flatMap(({ name, slots }) => slots.map(({ group, key }) => [`${String(group)} ${key}`, name] as const)),
  );
  return {
    name: given.name,
    groups: given.groups.map((one, i) => inspectGroup(one, (key) => outside.get(`${String(i)} ${key}`))),
  };
}

/** The group; `hyperName` tells what the optimizer calls a hyperparameter of the group's program. */
function inspectGroup({ name, match, parts }: MethodGroup, hyperName: (key: string) => string | undefined): InspectedGroup {
  const trees = new Map<Expression, Node>();
  const all = parts.map(({ part }) => part);
  const program = buildProgram(name, all, new Origins(trees));
  const kinds = new KindTable(program.states);
  const forms = new FormTable(program.states);
  const extent = (node: Node): Extent => {
    const kind = kinds.of(node);
    return { kind, form: kind === 'array' ? (forms.of(node) ?? 'rc') : undefined };
  };
  const owners = new Set<string>();
  const unique = new UniqueNames();
  return {
    name,
    match,
    parts: parts.map((bound, index) => {
      const owner = freeName(bound.part.name, (candidate) => owners.has(candidate));
      owners.add(owner);
      return inspectPart({ bound, index, owner, program, extent, unique, hyperName });
    }),
    extentOf: (expression) => {
      const node = trees.get(expression);
      if (node === undefined) throw new RangeError('the expression is not part of these equations');
      return extent(node);
    },
  };
}

/** Names of which no two of a group are the same: a name that an earlier part has for something else gets a number. */
class UniqueNames {
  private readonly taken = new Set<string>(givenNames);
  private readonly names = new Map<string, string>();

  /** The name for what `identity` tells from everything else. */
  of(identity: string, name: string): string {
    const known = this.names.get(identity);
    if (known !== undefined) return known;
    const made = freeName(name, (candidate) => this.taken.has(candidate));
    this.taken.add(made);
    this.names.set(identity, made);
    return made;
  }
}

/** A part of a group, and what is known of the group. */
interface Context {
  readonly bound: BoundPart;
  readonly index: number;
  readonly owner: string;
  readonly program: Program;
  readonly extent: (node: Node) => Extent;
  readonly unique: UniqueNames;
  readonly hyperName: (key: string) => string | undefined;
}

function inspectPart(context: Context): InspectedPart {
  const { bound, index, owner, program, extent } = context;
  const { part, values, shared } = bound;
  const symbols = symbolsOf(context);
  const symbol = (name: string): InspectedSymbol => symbols.get(name)!;
  const own = program.assignments.filter((assignment) => assignment.part === index);
  const latex = equationsToLatex(own.map(({ equation }) => equation));
  const equations = own.map(({ equation, node }, i): InspectedEquation => {
    const { target, value, span } = equation;
    const reads = [...new Set(namesIn(value))].map(symbol);
    const line = part.equations.slice(0, span.start).split('\n').length;
    const text = part.equations.slice(span.start, span.end);
    return { ...extent(node), equation, target: symbol(target.name), reads, text, line, latex: latex[i]! };
  });
  const first = new Map(Object.entries(part.init).map(([name, text]) => [spell(name), parseExpression(part.name, text)]));
  const lasting = new Map(own.flatMap(({ variable }) => (variable?.role === 'state' ? [[variable.name, variable] as const] : [])));
  return {
    name: part.name,
    owner,
    shared,
    choices: part.choices ?? {},
    text: part.equations,
    equations,
    symbols,
    states: [...lasting].map(([key, variable]) => {
      const found = [...symbols.values()].find((one) => one.role === 'state' && one.key === key)!;
      return {
        symbol: found,
        init: first.get(found.name),
        kind: program.states.get(variable)?.kind ?? 'host',
        form: program.states.get(variable)?.form,
      };
    }),
    hyper: part.hyper.map(({ name: option, symbol: written, fallback, range }) => {
      const value = values.get(option) ?? NaN;
      const read = program.hyper.some((slot) => slot.part === index && slot.name === option);
      return { option, symbol: written, fallback, range: range.text, value, schedule: isSchedule(value) ? value : undefined, read };
    }),
    inputs: part.inputs.flatMap(({ name, symbol: written, kind, hidden }) => (hidden === true ? [] : [{ name, symbol: written, kind }])),
    evaluate: part.evaluate === undefined ? undefined : parseExpression(part.name, part.evaluate),
  };
}

/** What every name that a part assigns or reads stands for. */
function symbolsOf({ bound: { part }, index, owner, program, unique, hyperName }: Context): Map<string, InspectedSymbol> {
  const { equations, names } = textOf(part);
  const declared = declaredNames(part);
  const written = new Map([...part.hyper, ...part.inputs].map(({ symbol }) => [spell(symbol), symbol]));
  const meet = ({ name, written: text }: NameNode): void => {
    if (!written.has(name)) written.set(name, text);
  };
  for (const { target, value } of equations) {
    meet(target);
    for (const node of nameNodes(value)) meet(node);
  }
  const lasting = new Map(equations.map((equation) => [equation.target.name, equation.lasting]));
  const inputs = new Set(part.inputs.map(({ name }) => name));
  const keyOf = (option: string): string | undefined => {
    const slot = program.hyper.find((one) => one.part === index && one.name === option);
    return slot === undefined ? undefined : hyperName(slot.key);
  };
  const meaning = (name: string): readonly [InspectedSymbol['role'], key?: string | undefined] => {
    if (name === 'w') return ['parameter'];
    if (name === 'g') return ['gradient'];
    const lasts = lasting.get(name);
    if (lasts !== undefined) return lasts ? ['state', `${owner}.${name}`] : ['temporary'];
    const meant = declared.get(name);
    if (meant === factor) return ['factor', keyOf('lr')];
    if (meant !== undefined) return inputs.has(meant) ? ['input', meant] : ['hyperparameter', keyOf(meant)];
    return [name === 't' ? 'step' : name === 'pi' ? 'constant' : 'shape'];
  };
  const all = new Set([...equations.map(({ target }) => target.name), ...names]);
  return new Map(
    [...all].map((name) => {
      const [role, key] = meaning(name);
      const identity = role === 'temporary' ? `${owner}.${name}` : `${role} ${key ?? name}`;
      const isOwn = ['state', 'temporary', 'hyperparameter', 'factor', 'input'].includes(role);
      return [name, { name, written: written.get(name) ?? name, role, key, unique: isOwn ? unique.of(identity, name) : name }];
    }),
  );
}

function nameNodes(expression: Expression): NameNode[] {
  if (expression.kind === 'name') return [expression];
  return expression.kind === 'number' ? [] : expression.operands.flatMap(nameNodes);
}
